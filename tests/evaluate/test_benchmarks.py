"""From a section to tables: what is asked, reused and written."""

from collections.abc import Callable
from pathlib import Path

import pytest

from emma.errors import RecipeError, SourceError
from emma.evaluate.backends.fake import Fake
from emma.evaluate.benchmarks import open_models, read_tasks, run_benchmarks
from emma.evaluate.config import EvaluateConfig
from emma.evaluate.engine.ranks import Ranks
from emma.evaluate.tasks import registry
from emma.evaluate.tasks.task import TaskData
from emma.lang.language import Lang
from emma.schemas import TASK_ITEMS, TASK_SCORES
from emma.store import shards
from emma.store.address import Fingerprints
from emma.work.progress import Reporter
from tests.conftest import TEXTS
from tests.evaluate.tiny import Tiny, write_tiny

LANGS = {*TEXTS, "cmn_Hans"} - {"zho_Hans"}
"""Languages as all benchmarks call them."""


@pytest.fixture
def section(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EvaluateConfig:
    monkeypatch.setattr(registry, "list_tasks", lambda: iter([Tiny()]))
    return EvaluateConfig(tasks=("tiny",), languages="all", benchmarks=str(write_tiny(tmp_path / "data")))


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[dict[str, list[dict]], str]]:
    def run(section: EvaluateConfig, *names: str, out: str = "out", **settings: object) -> tuple[dict, str]:
        models = open_models({name: f"fake:{name}" for name in names}, section, Fingerprints(tmp_path / "cache"))
        settings = {"tiers": None, "root": tmp_path / "store", "out": tmp_path / out, **settings}
        said = Reporter()
        readings = read_tasks(section, settings["tiers"], said.say)
        run_benchmarks(section, readings, models, **settings, reporter=said)
        tables = {path.stem: shards.read(path).to_pylist() for path in (tmp_path / out / "tasks").glob("*.parquet")}
        return tables, " ".join(capsys.readouterr().err.split())

    return run


def test_what_is_written(section: EvaluateConfig, run, tmp_path: Path) -> None:
    tables, _ = run(section, "base", "adapted")
    assert {(row["model"], row["lang"], row["variant"]) for row in tables["scores"]} == {
        (model, lang, variant) for model in ("base", "adapted") for lang in LANGS for variant in ("cloze", "direct")
    }
    assert len(tables["items"]) == 2 * 2 * len(TEXTS) * 3
    assert {(row["baseline"], row["model"]) for row in tables["gains"]} == {("base", "adapted")}
    folder = tmp_path / "out/tasks"
    assert shards.read(folder / "items.parquet").schema.equals(TASK_ITEMS)
    assert shards.read(folder / "scores.parquet").schema.equals(TASK_SCORES)
    assert {row["clean"] for row in tables["items"]} == {None}


def test_a_task_that_is_named_twice_is_one(section: EvaluateConfig, run) -> None:
    twice = run(section.model_copy(update={"tasks": ("tiny", "tiny")}), "base", "adapted", out="twice")
    assert twice[0] == run(section, "base", "adapted")[0]


def test_another_model_is_all_that_is_asked(section: EvaluateConfig, run, monkeypatch) -> None:
    asked, answer = [], Fake.answer
    monkeypatch.setattr(Fake, "answer", lambda self, prepared: asked.append(self.name) or answer(self, prepared))
    first, _ = run(section, "base", "one")
    assert set(asked) == {"base", "one"}
    asked.clear()
    second, _ = run(section, "base", "two", out="again")
    assert set(asked) == {"two"}
    of_base = [[row for row in tables["items"] if row["model"] == "base"] for tables in (first, second)]
    assert of_base[0] == of_base[1]


def test_other_languages_ask_only_what_is_new(section: EvaluateConfig, run, monkeypatch) -> None:
    run(section.model_copy(update={"languages": ("tha_Thai", "khm_Khmr"), "limit": 2}), "base")
    asked, answer = [], Fake.answer
    monkeypatch.setattr(Fake, "answer", lambda self, prepared: asked.extend(prepared) or answer(self, prepared))
    run(section.model_copy(update={"languages": ("tha_Thai", "nqo_Nkoo")}), "base")
    assert len(asked) == 2 * (3 + 1)


def test_clean_items_are_marked(section: EvaluateConfig, run) -> None:
    def mark(items):
        return [item.id == "1" for item in items]

    tables, _ = run(section, "base", mark_clean=mark)
    assert all(row["clean"] is (row["item"] == "1") for row in tables["items"])
    assert {(row["clean"], row["items"]) for row in tables["scores"]} == {(False, 3), (True, 1)}


def test_what_is_not_there_is_said(section: EvaluateConfig, run) -> None:
    tables, said = run(
        section.model_copy(update={"languages": "corpus"}), "base", tiers={"tha_Thai": "low", "lao_Laoo": "low"}
    )
    assert "tiny has no items in lao_Laoo" in said
    assert tables["absent"] == [{"task": "tiny", "lang": "lao_Laoo"}]
    with pytest.raises(RecipeError, match="There are no items in lao_Laoo in tiny"):
        run(section.model_copy(update={"languages": "lao_Laoo"}), "base")
    with pytest.raises(RecipeError, match=r"no task 'tinny'\. Did you mean 'tiny"):
        run(section.model_copy(update={"tasks": ("tinny",)}), "base")


class NotWaiting(Ranks):
    def wait(self) -> None:
        pass


def test_another_rank_writes_no_tables(section: EvaluateConfig, run) -> None:
    assert run(section, "base", ranks=NotWaiting(1, 2))[0] == {}


def test_no_model(section: EvaluateConfig, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="The model 'nowhere' is no folder here"):
        open_models({"it": "nowhere"}, section, Fingerprints(tmp_path / "cache"))


def test_averages_are_by_family_where_a_table_of_them_is_named(section: EvaluateConfig, run, tmp_path: Path) -> None:
    table = tmp_path / "languages.csv"
    table.write_text(
        "ID,Name,ISO639P3code,Family_ID\nx,Afro-Asiatic,,\na,Arabic,arb,x\nm,Amharic,amh,x\nk,Khmer,khm,\nc,Mandarin,cmn,s\n"
    )
    tables, _ = run(section.model_copy(update={"families": str(table)}), "base")
    rows = [row for row in tables["averages"] if row["group_by"] == "family" and row["variant"] == "cloze"]
    codes = {label.split("_")[0] for label in TEXTS}
    assert "zho" in codes  # which Glottolog has as Mandarin
    wanted = {"Afro-Asiatic": len(codes & {"arb", "amh"}), "isolate": len(codes & {"khm", "zho"})}
    assert {row["group"]: row["languages"] for row in rows} == {name: count for name, count in wanted.items() if count}


def test_averages_are_by_the_families_that_emma_brings_where_no_table_is_named(section: EvaluateConfig, run) -> None:
    rows = [row for row in run(section, "base")[0]["averages"] if row["group_by"] == "family"]
    counts = {row["group"]: row["languages"] for row in rows if row["variant"] == "cloze"}
    codes = {label.split("_")[0] for label in TEXTS}
    assert counts["Afro-Asiatic"] == len(codes & {"arb", "amh", "zgh"})
    assert counts["Sino-Tibetan"] == len(codes & {"zho", "mya"})
    assert sum(counts.values()) == len(codes)


def test_a_file_that_cannot_be_read(section: EvaluateConfig, run, tmp_path: Path, monkeypatch) -> None:
    """Of one language it is a reject, of all that were wanted it is the error."""
    read = Tiny.read

    def refuse(self: Tiny, folder: Path, lang: Lang) -> TaskData:
        if lang.label == "tha_Thai":
            raise SourceError("tha_Thai.tsv cannot be read. Fetch it again.")
        return read(self, folder, lang)

    monkeypatch.setattr(Tiny, "read", refuse)
    tables, said = run(section, "base")
    assert [(row["lang"], row["row"]) for row in tables["rejects"]] == [("tha_Thai", 0)]
    assert "tha_Thai.tsv cannot be read" in said
    assert len({row["lang"] for row in tables["scores"]}) == len(TEXTS) - 1
    with pytest.raises(SourceError, match="Fetch it again"):
        run(section.model_copy(update={"languages": "tha_Thai"}), "base")


def test_averages_are_by_the_tiers_of_the_corpus(section: EvaluateConfig, run) -> None:
    """Also where the corpus calls a language otherwise."""
    tables, _ = run(section, "base", tiers={"cmn_Hans": "low", "tha_Thai": "high"})
    found = {(row["group"], row["languages"]) for row in tables["averages"] if row["group_by"] == "tier"}
    assert found == {("low", 1), ("high", 1)}
