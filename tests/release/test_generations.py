"""Answers go out without what was asked, and without text that may not be given on."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from emma.release.config import ReleaseConfig
from emma.release.generations import drop_withheld, mask_texts, write_generations
from emma.report.export import export_results
from emma.schemas import SAMPLES, TASK_ITEMS
from emma.store import shards
from emma.store.artifact import Artifact

from ..conftest import TEXTS
from ..report.synthetic_tasks import write_tasks

Make = Callable[..., Artifact]
SOURCES = [{"source": "open", "licence": "CC0-1.0"}, {"source": "lent", "licence": "by agreement"}]


@pytest.fixture
def evaluated(make_artifact: Make) -> tuple[Artifact, Artifact]:
    """What evaluate and report leave: continuations in every script, a third of a source that is lent, and answers."""
    rows = [
        {"lang": lang, "id": f"{source}:file#{at}", "prompt": text[:6], "reference": text[6:], "adapted": text}
        for lang, text in TEXTS.items()
        for at, source in enumerate(("open", "open", "lent"), 1)
    ]
    evaluate = make_artifact("evaluate", {"samples.parquet": pa.Table.from_pylist(rows, schema=SAMPLES)})
    report = make_artifact("report")
    write_tasks(evaluate.path)
    export_results(evaluate.path / "tasks", report.path / "results")
    return evaluate, report


def test_answers_stay_and_questions_do_not(evaluated: tuple[Artifact, Artifact], tmp_path: Path) -> None:
    counts = write_generations(ReleaseConfig(), *evaluated, tmp_path / "out", sources=[])
    items = shards.read(evaluated[0].file("tasks/items.parquet"))
    assert counts == {
        "continuations": 3 * len(TEXTS),
        "answers": items.num_rows,
        "scores": shards.count_rows(evaluated[0].file("tasks/scores.parquet")),
    }
    released = pq.read_table(tmp_path / "out/data/answers/test.parquet")
    assert released.equals(items.drop_columns(["prompt", "question", "gold"]))
    names = {path.name for path in (tmp_path / "out/results").glob("*/*")}
    assert names == {"results.json", "every_eval_ever.json"}


def test_text_of_others_is_withheld_and_that_is_said(evaluated: tuple[Artifact, Artifact], tmp_path: Path) -> None:
    section = ReleaseConfig(exclude_sources=("lent",), licence_name="ours-1.0", licence_link="LICENCE")
    counts = write_generations(section, *evaluated, tmp_path / "out", sources=SOURCES)
    rows = pq.read_table(tmp_path / "out/data/continuations/test.parquet").to_pylist()
    assert counts["continuations"] == len(rows) == 2 * len(TEXTS)
    assert {row["id"].split(":")[0] for row in rows} == {"open"}
    card = (tmp_path / "out/README.md").read_text(encoding="utf-8")
    assert f"{len(TEXTS)} rows are withheld" in card
    front = yaml.safe_load(card.split("---\n")[1])
    assert [each["config_name"] for each in front["configs"]] == ["continuations", "answers", "scores"]
    assert "emma" in front["tags"]
    assert (front["license"], front["license_name"]) == (["cc0-1.0", "other"], "ours-1.0")
    assert "| open | CC0-1.0 |" in card and "| lent |" not in card and "licence of the weights, ours-1.0." in card


def test_personal_data_are_masked_where_that_is_asked(make_artifact: Make, tmp_path: Path) -> None:
    texts = {"prompt": "اكتب إلى ", "reference": "user@example.org", "base": "a@b.org", "adapted": "user@example.org"}
    row = {"lang": "arb_Arab", "id": "open:file#1", **texts}
    evaluate = make_artifact("evaluate", {"samples.parquet": pa.Table.from_pylist([row], schema=SAMPLES)})
    write_generations(ReleaseConfig(mask=("email",)), evaluate, make_artifact("report"), tmp_path / "out", sources=[])
    (found,) = pq.read_table(tmp_path / "out/data/continuations/test.parquet").to_pylist()
    assert found == {**row, "reference": "<EMAIL>", "base": "<EMAIL>", "adapted": "<EMAIL>"}


@pytest.mark.parametrize("cut", range(1, 16))
def test_what_is_cut_in_two_is_masked_as_one(cut: int) -> None:
    number = "+966 50 123 4567"
    texts = {"reference": f"{number[cut:]} غدا", "base": None, "adapted": " nobody"}
    (found,) = mask_texts(pa.Table.from_pylist([{"prompt": f"اتصل {number[:cut]}", **texts}]), ["phone"]).to_pylist()
    assert found["prompt"] + found["reference"] == "اتصل <PHONE> غدا"
    assert found["prompt"] in ("اتصل ", "اتصل <PHONE>") and found["adapted"] == " nobody" and found["base"] is None


def test_answers_to_benchmarks_are_masked_too(evaluated: tuple[Artifact, Artifact], tmp_path: Path) -> None:
    path = evaluated[0].file("tasks/items.parquet")
    rows = shards.read(path).to_pylist()
    rows[0].update(answer="ደውል +251 91 123 4567", texts=["user@example.org", "ߡߐ߱", ""])
    rows[1].update(answer=None, texts=[])
    shards.write(path, pa.Table.from_pylist(rows, TASK_ITEMS))
    section = ReleaseConfig(mask=("email", "phone"), licence="apache-2.0")
    write_generations(section, *evaluated, tmp_path / "out", sources=SOURCES)
    released = pq.read_table(tmp_path / "out/data/answers/test.parquet").to_pylist()
    assert (released[0]["answer"], released[0]["texts"]) == ("ደውል <PHONE>", ["<EMAIL>", "ߡߐ߱", ""])
    assert [row["answer"] for row in released[1:]] == [row["answer"] for row in rows[1:]]
    assert [row["texts"] for row in released[1:]] == [row["texts"] for row in rows[1:]]
    card = (tmp_path / "out/README.md").read_text(encoding="utf-8")
    assert "email, phone, in the texts of `continuations` and of `answers`" in card
    assert yaml.safe_load(card.split("---\n")[1])["license"] == ["apache-2.0", "cc0-1.0", "other"]


def test_a_source_s_name_may_begin_another_s() -> None:
    table = pa.table({"id": ["web:a#1", "web2:a#1", "my:web:a#1"]})
    assert drop_withheld(table, ["web"])["id"].to_pylist() == ["web2:a#1", "my:web:a#1"]
    assert drop_withheld(table, ["web", "my"])["id"].to_pylist() == ["web2:a#1"]


def test_without_answers_there_is_no_folder(make_artifact: Make, tmp_path: Path) -> None:
    evaluate = make_artifact("evaluate", {"samples.parquet": SAMPLES.empty_table()})
    assert write_generations(ReleaseConfig(), evaluate, make_artifact("report"), tmp_path / "out", sources=[]) == {}
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_others_load_it_by_name(evaluated: tuple[Artifact, Artifact], tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    write_generations(ReleaseConfig(), *evaluated, tmp_path / "out", sources=SOURCES)
    loaded = datasets.load_dataset(str(tmp_path / "out"), "continuations", split="test", cache_dir=str(tmp_path / "c"))
    assert loaded.num_rows == 3 * len(TEXTS)
