"""The stage as a whole: folders that load, cards that say what is in them, the same bytes again."""

import json
import socket
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from emma.errors import ArtifactError, RecipeError
from emma.lang.language import CODE
from emma.release.config import ReleaseConfig
from emma.release.corpus import SCHEMA
from emma.release.facts import list_choices
from emma.release.run import list_withheld, refuse_private, release
from emma.report.task_section import describe_tasks
from emma.report.tasks import read_task_tables
from emma.store.artifact import Artifact
from emma.work.graph import check_balance
from emma.work.work import Work

from ..conftest import TEXTS
from ..report.synthetic_tasks import write_tasks
from .conftest import PAIR, rows_of, save_model

Inputs = dict[str, Artifact]
MakeWork = Callable[..., Work]


def files(folder: Path) -> dict[str, bytes]:
    """Everything under a folder, by name."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def front(card: Path) -> dict[str, Any]:
    """The YAML at the head of a card."""
    found: dict[str, Any] = yaml.safe_load(card.read_text(encoding="utf-8").split("---\n")[1])
    return found


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever calls out fails."""

    def refuse(*_: object) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.usefixtures("no_network")
def test_released_rows_are_the_kept_rows(inputs: Inputs, make_work: MakeWork) -> None:
    work = make_work("release")
    made = release(ReleaseConfig(), **inputs, work=work)
    check_balance("release", made.counts)
    kept = [row for shard in range(3) for row in rows_of(shard) if row["split"]]
    assert made.counts["rows_out"] == len(kept)
    found = []
    for path in sorted((work.out / "corpus" / "data").glob("*/*.parquet")):
        table = pq.read_table(path, partitioning=None)
        assert table.schema.names == SCHEMA.names
        found += [(path.parent.name, path.stem, row["id"], row["text"], row["text2"]) for row in table.to_pylist()]
    expected = [(row["lang"], row["split"], row["id"], row["text"], row.get("text2")) for row in kept]
    assert sorted(found, key=lambda row: row[2]) == sorted(expected, key=lambda row: row[2])
    assert {*TEXTS, PAIR, "nor_Latn", "zxx_Zyyy"} == {row[0] for row in found}

    checks = json.loads((work.out / "checks.json").read_text())
    assert checks["corpus"]["rows"]["rows"] == len(kept)
    loaded = [each["lang"] for each in checks["corpus"]["load_dataset"]]
    assert loaded == ["yor_Latn", "zxx_Zyyy", PAIR]
    assert checks["model"]["ids"] == {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": None}


@pytest.mark.slow
def test_same_bytes_with_any_workers_and_buckets(inputs: Inputs, make_work: MakeWork) -> None:
    first = make_work("release", "1" * 20)
    release(ReleaseConfig(), **inputs, work=first)
    second = make_work("release", "2" * 20, workers=2)
    release(ReleaseConfig(buckets=3), **inputs, work=second)
    assert files(first.out) == files(second.out)
    assert len(files(first.out)) > 30


@pytest.mark.slow
def test_a_user_loads_both_folders(inputs: Inputs, make_work: MakeWork, tmp_path: Path) -> None:
    datasets, transformers = pytest.importorskip("datasets"), pytest.importorskip("transformers")
    work = make_work("release")
    release(ReleaseConfig(), **inputs, work=work)
    loaded = datasets.load_dataset(str(work.out / "corpus"), "khm_Khmr", cache_dir=str(tmp_path / "cache"))
    assert {split: table.num_rows for split, table in loaded.items()} == {"train": 6, "validation": 3, "test": 3}
    assert loaded["train"][0]["text"].startswith(TEXTS["khm_Khmr"])
    assert sorted(datasets.get_dataset_config_names(str(work.out / "corpus"))) == sorted(
        {*TEXTS, PAIR, "nor_Latn", "zxx_Zyyy"}
    )
    model = transformers.AutoModelForCausalLM.from_pretrained(work.out / "model")
    assert (
        sum(each.numel() for each in model.parameters())
        == json.loads((work.out / "checks.json").read_text())["model"]["weights"]["parameters"]
    )


def test_the_type_of_weights_is_a_setting(inputs: Inputs, make_work: MakeWork) -> None:
    transformers = pytest.importorskip("transformers")
    work = make_work("release")
    release(ReleaseConfig(dtype="bf16", shard_size="20KB"), **inputs, work=work)
    model = transformers.AutoModelForCausalLM.from_pretrained(work.out / "model", dtype="auto")
    assert str(model.dtype) == "torch.bfloat16"
    assert len(list((work.out / "model").glob("model-*.safetensors"))) > 1


def test_the_model_card_names_the_trainings_before(inputs: Inputs, make_work: MakeWork) -> None:
    first = {"run": "first", "step": 1200, "tokens": 614_400, "artifact": "0"}
    record = {"started_from": {"run": "second", "step": 40, "tokens": 20_480, "artifact": "1", "started_from": first}}
    (inputs["train"].path / "model" / "training.json").write_text(json.dumps(record))
    work = make_work("release")
    release(ReleaseConfig(), **inputs, work=work)
    card = (work.out / "model" / "README.md").read_text(encoding="utf-8")
    rows = [line for line in card.splitlines() if line.startswith("| before that")]
    assert rows == [
        "| before that, tokens | 20,480, in 40 steps of the run `second` |",
        "| before that, tokens | 614,400, in 1,200 steps of the run `first` |",
    ]


def test_the_model_card_says_which_weights_these_are(inputs: Inputs, make_work: MakeWork) -> None:
    record = {"steps": 1200, "tokens": 614_400, "validation": {"result_step": 400}, "merge": 0.3}
    (inputs["train"].path / "model" / "training.json").write_text(json.dumps(record))
    work = make_work("release")
    release(ReleaseConfig(), **inputs, work=work)
    card = (work.out / "model" / "README.md").read_text(encoding="utf-8")
    assert "| weights taken | those after step 400 of 1,200, by held-out text |\n" in card
    assert "| merged with the weights before the first step | 30 % of these |\n" in card
    assert list(list_choices({"steps": 8, "validation": {"result_step": 8}, "merge": 0.0})) == []


def test_excluded_sources_stay_out_and_are_named(inputs: Inputs, make_work: MakeWork) -> None:
    work = make_work("release")
    section = ReleaseConfig(exclude_sources=("closed",), mask=("email", "phone"))
    made = release(section, **inputs, work=work)
    check_balance("release", made.counts)
    assert made.counts["dropped: excluded source"] == 6
    checks = json.loads((work.out / "checks.json").read_text())
    assert checks["withheld"] == {"closed": {"redistribution": "public", "documents": 6}}
    table = pq.read_table(work.out / "corpus/data/yor_Latn/train.parquet")
    assert set(table["source"].to_pylist()) == {"test"}
    card = (work.out / "corpus" / "README.md").read_text(encoding="utf-8")
    assert "Left out of this folder, and not to be had here: closed (all rights reserved)." in card
    assert front(work.out / "corpus" / "README.md")["license"] == ["cc0-1.0"]
    assert "replaced by placeholders such as `<EMAIL>`, as far as rules find them: email, phone; `id`" in card
    assert "left out of the released corpus: closed." in (work.out / "model" / "README.md").read_text()


def test_front_matter(inputs: Inputs, make_work: MakeWork) -> None:
    work = make_work("release")
    section = ReleaseConfig(base_model="someone/base", licence="apache-2.0", datasets=("someone/corpus",))
    release(section, **inputs, work=work)
    model, corpus = front(work.out / "model" / "README.md"), front(work.out / "corpus" / "README.md")
    assert model["base_model"] == "someone/base"
    assert model["license"] == "apache-2.0"
    assert model["pipeline_tag"] == "text-generation"
    assert model["datasets"] == ["someone/corpus"]
    assert {"yo", "nqo", "code", "no"} <= set(model["language"])  # Norwegian is the word "no", not the value false
    assert corpus["license"] == ["cc0-1.0", "other"]
    norwegian = next(each for each in corpus["configs"] if each["config_name"] == "nor_Latn")
    assert norwegian["data_files"] == [{"split": "train", "path": "data/nor_Latn/train.parquet"}]


def test_the_model_card_says_what_got_worse_and_what_was_not_measured(inputs: Inputs, make_work: MakeWork) -> None:
    work = make_work("release")
    release(ReleaseConfig(), **inputs, work=work)
    card = (work.out / "model" / "README.md").read_text(encoding="utf-8")
    rows = json.loads((inputs["report"].path / "languages.json").read_text())
    worse = [row for row in rows if row["worse"] and row["lang"] != CODE.label]
    assert worse
    listed = card.split("**Worse: ")[1].split("\n")[0]
    for row in worse:
        assert f"`{row['lang']}`, {row['bits_per_byte_base']:.3f} → {row['bits_per_byte']:.3f}" in listed
    missing = card.split("**Trained and not measured: ")[1].split("\n")[0]
    assert all(f"`{row['lang']}`" in missing for row in rows if row["bits_per_byte"] is None and row["trained"])
    named = [card.count(f"(`{row['lang']}`") for row in rows if row["lang"] != CODE.label and row["kept"]]
    assert set(named) == {1}


@pytest.mark.slow
def test_the_model_card_links_the_table_of_languages(inputs: Inputs, make_work: MakeWork) -> None:
    work = make_work("release")
    release(ReleaseConfig(), **inputs, work=work)
    table = (inputs["report"].path / "languages.csv").read_bytes()
    assert (work.out / "model" / "languages.csv").read_bytes() == table
    assert "[languages.csv](languages.csv)" in (work.out / "model" / "README.md").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("above", [0, 1, 2])
def test_the_model_card_says_what_qualifies_its_numbers(inputs: Inputs, make_work: MakeWork, above: int) -> None:
    path, work = inputs["report"].path / "report.json", make_work("release")
    change = {"languages_base_above_8": above, "languages_worse": 0, "english": None, "code": None}
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    release(ReleaseConfig(), **inputs, work=work)
    card = (work.out / "model" / "README.md").read_text(encoding="utf-8")
    assert "Forgetting was not measured: the corpus has no held-out English or program code." in card
    assert "and 0 got worse (" in card
    said = {0: "", 1: "In 1 language the base", 2: "In 2 languages the base"}[above]
    assert said in card
    assert ("worse than guessing bytes" in card) == bool(above)


def test_benchmarks_are_in_the_model_index_and_in_the_card(inputs: Inputs, make_work: MakeWork, tmp_path: Path) -> None:
    """As the Hub's own library reads it back."""
    hub = pytest.importorskip("huggingface_hub")
    write_tasks(tmp_path)
    tables = read_task_tables(Artifact(tmp_path, "evaluate"))
    assert tables is not None
    summary = describe_tasks(tables, tmp_path / "tasks" / "items.parquet").summary
    path, work = inputs["report"].path / "report.json", make_work("release")
    path.write_text(json.dumps({**json.loads(path.read_text()), "benchmarks": summary}))
    release(ReleaseConfig(), **inputs, work=work)
    card = hub.ModelCard.load(work.out / "model" / "README.md")
    results = {(each.dataset_type, each.metric_type): each.metric_value for each in card.data.eval_results}
    held_out = results.pop(("held-out-text", "bits_per_byte"))
    assert held_out is not None
    assert results == {(row["task"], row["metric"]): round(row["value"], 3) for row in summary["tasks"]}
    assert "| sib200, cloze | accuracy | 10 | 33.3 |" in card.text
    assert f"Of {summary['comparisons']} comparisons with `base`" in card.text
    assert "none of that was measured" not in card.text
    for above, line in pairwise(card.text.split("\n")):
        if above.startswith("|") and line.startswith("|"):
            assert above.count("|") == line.count("|"), line


def test_no_cell_breaks_a_table(inputs: Inputs, make_work: MakeWork) -> None:
    work = make_work("release")
    release(ReleaseConfig(), **inputs, work=work)
    for name in ("model", "corpus"):
        lines = (work.out / name / "README.md").read_text(encoding="utf-8").split("\n")
        for above, line in pairwise(lines):
            if above.startswith("|") and line.startswith("|"):
                assert above.replace("\\|", "").count("|") == line.replace("\\|", "").count("|"), line


def test_unknown_excluded_source_is_an_error_with_a_suggestion(inputs: Inputs, make_work: MakeWork) -> None:
    with pytest.raises(RecipeError, match=r"names 'close', .* Did you mean 'closed'\?"):
        release(ReleaseConfig(exclude_sources=("close",)), **inputs, work=make_work("release"))


def test_rows_that_curate_did_not_count_stop_the_release(inputs: Inputs, make_work: MakeWork) -> None:
    path = inputs["curate"].path / "languages.parquet"
    table = pq.read_table(path)
    pq.write_table(table.slice(0, table.num_rows - 1), path)
    with pytest.raises(ArtifactError, match=r"zxx_Zyyy/train\.parquet has 1 rows, but curate kept 0"):
        release(ReleaseConfig(), **inputs, work=make_work("release"))


def test_a_model_that_never_stops_is_not_released(inputs: Inputs, make_work: MakeWork) -> None:
    save_model(inputs["train"].path / "model", bos=0, eos=0)
    with pytest.raises(ArtifactError, match=r"contradicts itself about eos_token_id: .* 0, the tokenizer 2"):
        release(ReleaseConfig(), **inputs, work=make_work("release"))


def test_text_that_is_not_public_stays_in_the_house() -> None:
    sources = [
        {"source": name, "redistribution": kind} for name, kind in (("open", "public"), ("lent", "derived"))
    ]  # fmt: skip
    assert list_withheld(ReleaseConfig(exclude_sources=("open",)), sources) == ("lent", "open")
    assert list_withheld(ReleaseConfig(), sources) == ("lent",)
    refuse_private(sources)
    with pytest.raises(RecipeError, match=r"'secret' is declared .*private"):
        refuse_private([*sources, {"source": "secret", "redistribution": "private"}])
