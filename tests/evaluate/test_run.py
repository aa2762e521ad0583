"""The whole stage: which documents, what is written, and that a killed run loses a chunk at most."""

import math
from pathlib import Path

import pyarrow as pa
import pytest

from emma.errors import SourceError
from emma.evaluate import run as stage
from emma.evaluate.backends import model
from emma.evaluate.config import EvaluateConfig
from emma.evaluate.likelihood import score
from emma.evaluate.run import evaluate
from emma.evaluate.tasks import registry
from emma.lang.language import CODE
from emma.schemas import ITEMS, SCORES
from emma.store import shards
from emma.store.address import CACHE, hash64
from emma.store.artifact import Artifact
from emma.work.graph import check_balance
from tests.conftest import TEXTS
from tests.evaluate.tiny import Tiny, write_tiny

ROWS = [{"lang": lang, "text": text, "domain": domain} for lang, text in TEXTS.items() for domain in ("web", "law")]
ROWS += [
    {"lang": "eng_Latn", "text": "not for testing", "split": "train"},
    {"lang": "eng_Latn", "text": "dropped", "split": None},
    {"lang": "eng_Latn", "text": ""},
    {"lang": "yor_Latn", "lang2": "eng_Latn", "text": "Ẹ kú", "text2": "hello", "domain": "bitext"},
    {"lang": CODE.label, "text": "def one():\n    return 1\n", "domain": "code"},
]


def models(make_model) -> dict[str, Artifact]:
    return {
        "train": Artifact(make_model("adapted"), "train"),
        "base": Artifact(make_model("base", scale=0.0) / "model", "base"),
    }


def tables(out) -> dict[str, list[dict]]:
    return {each.stem: shards.read(each).to_pylist() for each in sorted(out.glob("*.parquet"))}


def test_what_is_written(make_model, make_split, make_work) -> None:
    work = make_work("evaluate")
    made = evaluate(EvaluateConfig(), **make_split(ROWS[:10], ROWS[10:]), **models(make_model), work=work)
    found = tables(work.out)
    assert shards.read(work.out / "items.parquet").schema.equals(ITEMS)
    assert shards.read(work.out / "scores.parquet").schema.equals(SCORES)
    assert made.counts["rows_in"] == 2 * len(TEXTS) + 3
    assert made.counts["dropped: empty"] == 1
    check_balance("evaluate", made.counts)
    assert {row["lang"] for row in found["gains"]} == {*TEXTS, CODE.label}
    assert len(found["items"]) == 2 * made.counts["rows_out"]
    for row in found["scores"]:  # the base is uniform over 259 bytes and specials
        if row["model"] == "base":
            assert row["bits_per_byte"] == pytest.approx(math.log2(259), rel=1e-5)
    bitext = next(row for row in found["items"] if row["domain"] == "bitext")
    assert bitext["bytes"] == len("Ẹ kú".encode())  # the side that the label speaks of


def test_scores_add_up(make_model, make_split, make_work) -> None:
    work = make_work("evaluate")
    evaluate(EvaluateConfig(), **make_split(ROWS), **models(make_model), work=work)
    found = tables(work.out)
    for row in found["scores"]:
        mine = [each for each in found["items"] if all(each[key] == row[key] for key in ("model", "lang"))]
        mine = [each for each in mine if row["domain"] in (None, each["domain"])]
        nats, size = sum(each["nats"] for each in mine), sum(each["bytes"] for each in mine)
        assert row["bits_per_byte"] == pytest.approx(nats / size / math.log(2))
        assert (row["documents"], row["bytes"]) == (len(mine), size)
        assert (row["low"] is None) is (len(mine) == 1)
    for row in found["gains"]:
        assert row["delta"] == pytest.approx(row["bpb_adapted"] - row["bpb_base"])
        assert row["lang"] == CODE.label or row["low"] - 1e-12 <= row["delta"] <= row["high"] + 1e-12


def list_weights_read(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders whose weights are read from now on."""
    read, check = list[Path](), model.check_folder
    monkeypatch.setattr(model, "check_folder", lambda folder: read.append(folder) or check(folder))
    return read


def test_the_weights_of_each_model_are_read_once(make_model, make_split, make_work, monkeypatch) -> None:
    read = list_weights_read(monkeypatch)
    section, work = EvaluateConfig(position_tokens=20), make_work("evaluate")
    named = models(make_model)
    evaluate(section, **make_split(ROWS), **named, work=work)
    assert read == [named["base"].path, named["train"].path / "model"]
    found = tables(work.out)
    for name in ("items", "positions"):
        assert [*dict.fromkeys(row["model"] for row in found[name])] == ["base", "adapted"]
    assert found["samples"]
    assert (work.root / CACHE).exists()  # no hash of weights is taken anew by the next evaluation


def test_scores_of_another_precision_are_not_taken_for_these(make_model, make_split, make_work) -> None:
    work, inputs, trained = make_work("evaluate"), make_split(ROWS[:1]), models(make_model)["train"]
    for precision in ("fp32", "bf16"):
        evaluate(EvaluateConfig(precision=precision, continuations=0), **inputs, train=trained, base=None, work=work)
    assert len(list(work.scratch.iterdir())) == 2


def test_no_base(make_model, make_split, make_work) -> None:
    work = make_work("evaluate")
    trained = models(make_model)["train"]
    evaluate(EvaluateConfig(), **make_split(ROWS), train=trained, base=None, work=work)
    found = tables(work.out)
    assert {row["model"] for row in found["scores"]} == {"adapted"}
    assert found["gains"] == []


def test_the_budget_is_filled_in_hash_order_whatever_the_shards(make_model, make_split, make_work) -> None:
    rows = [{"id": f"d{number}", "lang": "arb_Arab", "text": "x" * 10} for number in range(40)]
    wanted = sorted((row["id"] for row in rows), key=hash64)[:6]
    work = make_work("evaluate")
    section = EvaluateConfig(max_bytes_per_lang=55)
    made = evaluate(section, **make_split(rows[:7], rows[7:20], rows[20:]), **models(make_model), work=work)
    assert [row["id"] for row in tables(work.out)["items"] if row["model"] == "base"] == wanted
    assert made.counts["dropped: beyond max_bytes_per_lang"] == 34
    check_balance("evaluate", made.counts)


def test_altered_texts_are_listed(make_model, make_split, make_work) -> None:
    work = make_work("evaluate")
    trained = Artifact(make_model("lossy", lossy=True), "train")
    inputs = make_split([{"lang": "eng_Latn", "text": "No"}, {"lang": "eng_Latn", "text": "no"}])
    made = evaluate(EvaluateConfig(), **inputs, train=trained, base=None, work=work)
    altered = tables(work.out)["altered"]
    assert altered == [{"model": "adapted", "lang": "eng_Latn", "domain": "test", "id": "s0:0"}]
    assert made.counts["altered by the adapted tokenizer"] == 1


def test_stopped_and_resumed_is_uninterrupted(make_model, make_split, make_work, monkeypatch) -> None:
    monkeypatch.setattr(score, "CHUNK_TOKENS", 1000)
    inputs = {**make_split(ROWS), **models(make_model)}
    whole, stopped = make_work("evaluate", key="1" * 20), make_work("evaluate")
    evaluate(EvaluateConfig(), **inputs, work=whole)
    cost, calls = stage.Scorer.cost, []

    def stops(self: stage.Scorer, texts: list, windows: list) -> object:
        calls.append(len(windows))
        if len(calls) == 2:
            raise KeyboardInterrupt
        return cost(self, texts, windows)

    monkeypatch.setattr(stage.Scorer, "cost", stops)
    with pytest.raises(KeyboardInterrupt):
        evaluate(EvaluateConfig(), **inputs, work=stopped)
    assert len(list(stopped.scratch.iterdir())) == 1
    evaluate(EvaluateConfig(), **inputs, work=stopped)
    chunks = len(list(whole.scratch.iterdir()))
    assert len(calls) == 1 + chunks
    for each in whole.out.iterdir():
        assert each.read_bytes() == (stopped.out / each.name).read_bytes()


def test_no_test_split_is_said(make_model, make_split, make_work) -> None:
    inputs = make_split([{"lang": "eng_Latn", "text": "a", "split": "train"}])
    with pytest.raises(SourceError, match=r"No document is in the test split.*\[curate\]"):
        evaluate(EvaluateConfig(), **inputs, **models(make_model), work=make_work("evaluate"))


def test_benchmarks_of_base_adapted_and_another(make_model, make_split, make_work, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(registry, "list_tasks", lambda: iter([Tiny()]))
    inputs = {**make_split(ROWS), **models(make_model)}
    tiers = pa.table({"lang": ["khm_Khmr", "swh_Latn"], "tier": ["low", "low"]})
    shards.write(inputs["curate"].path / "tiers.parquet", tiers)
    settings = {"tasks": ("tiny",), "models": ("other=fake:one",), "languages": "low", "benchmarks": "data"}
    section = EvaluateConfig(**settings, root=str(tmp_path), max_bytes_per_lang=1)
    write_tiny(tmp_path / "data")
    work, read = make_work("evaluate"), list_weights_read(monkeypatch)
    made = evaluate(section, **inputs, work=work)
    assert read == [inputs["base"].path, inputs["train"].path / "model"]
    check_balance("evaluate", made.counts)
    found = tables(work.out / "tasks")
    assert {row["model"] for row in found["scores"]} == {"base", "adapted", "other"}
    assert {(row["baseline"], row["model"]) for row in found["gains"]} == {("base", "adapted"), ("base", "other")}
    assert {row["lang"] for row in found["items"]} == {"khm_Khmr"}
    assert found["absent"] == [{"task": "tiny", "lang": "swh_Latn"}]
    assert {row["clean"] for row in found["items"]} == {None}  # nobody searched the corpus for the task
    assert (made.counts["benchmark items"], made.counts["benchmark absent"]) == (3 * 2 * 3, 1)
