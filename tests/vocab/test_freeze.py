"""Freezing: what the base cuts one way stays that way, and what that costs is told."""

import json
from pathlib import Path

import pytest
from transformers import AutoTokenizer

from emma.errors import RecipeError
from emma.store import shards
from emma.vocab import freeze
from emma.vocab.config import VocabConfig
from emma.vocab.expand import count_sample_tokens
from emma.vocab.folder import load_tokenizer
from emma.vocab.sample import SampleText
from tests.conftest import TEXTS
from tests.vocab.bases import BASES
from tests.vocab.corpora import byte_level_base, sample_of, sentencepiece_base
from tests.vocab.test_run import counts_of, run

FROZEN = "Every human being is free. 🦜 Nature, consciousness;  two  spaces\n\tand a tab: हि."
YORUBA = "gbogbo ènìyàn human beings consciousness free ńlá हि 🦜"
ROWS = [{"lang": lang, "text": f"{text} {YORUBA}"} for lang, text in TEXTS.items() if lang != "eng_Latn"] * 3
CORPUS = [*({"lang": "eng_Latn", "text": f"{TEXTS['eng_Latn']} {FROZEN}"} for _ in range(3)), *ROWS]
HELD_OUT = "Free beings: human nature is consciousness, and every human being is endowed with dignity."
BASE_TEXT = [TEXTS["eng_Latn"], "Beings are endowed with a conscience; natural acts."] * 3


@pytest.fixture(params=["sentencepiece", "gpt2", "llama3", "elmod", "lowercase"])
def base(request, tmp_path: Path) -> Path:
    if request.param in BASES:
        return BASES[request.param](tmp_path / "base")
    if request.param == "sentencepiece":
        return sentencepiece_base(tmp_path / "base", BASE_TEXT, pieces=340)
    return byte_level_base(tmp_path / "base", request.param, BASE_TEXT, pieces=320)


def section(**changes) -> VocabConfig:
    return VocabConfig(new_pieces=500, minimum_count=2, sample_bytes=1_000_000, freeze_base=True, **changes)


@pytest.mark.parametrize("method", ["continue", "append_below"])
def test_the_frozen_text_is_cut_as_before(base: Path, method: str, make_artifact, make_work) -> None:
    splits = ["train"] * len(CORPUS)
    out = run(make_artifact, make_work, section(method=method), base=base, rows=CORPUS, splits=splits)
    before, after = load_tokenizer(base).open(), load_tokenizer(out / "tokenizer").open()
    for text in (TEXTS["eng_Latn"], FROZEN, f"{TEXTS['eng_Latn']} {FROZEN}"):
        ids = before.encode(text, add_special_tokens=False).ids
        assert after.encode(text, add_special_tokens=False).ids == ids
        assert AutoTokenizer.from_pretrained(out / "tokenizer").encode(text, add_special_tokens=False) == ids
    assert len(after.encode(TEXTS["tha_Thai"]).ids) < len(before.encode(TEXTS["tha_Thai"]).ids)
    facts = json.loads((out / "frozen.json").read_text())
    assert (facts["texts"], facts["changed"], facts["langs"]) == (3, 0, ["eng_Latn", "zxx_Zyyy"])
    assert facts["tokens"] == facts["tokens_base"] > 0
    assert (
        facts["pieces_rejected"] == shards.read(out / "rejected.parquet").num_rows == counts_of(out)["pieces_rejected"]
    )


def test_held_out_text_of_known_neighbours_is_cut_as_before(base: Path, make_artifact, make_work) -> None:
    """What is guaranteed: text whose neighbours all occur in the sample. The rest may change."""
    splits = ["train"] * len(CORPUS)
    out = run(make_artifact, make_work, section(), base=base, rows=CORPUS, splits=splits)
    before, after = load_tokenizer(base), load_tokenizer(out / "tokenizer")
    refused = neighbours_of(before, [row["text"] for row in CORPUS if row["lang"] == "eng_Latn"])
    parts = [
        "Every human",
        "a tab",
        " is free. Every human being",
        "All human beings are born free and equal in rights",
    ]
    for text in (HELD_OUT, *HELD_OUT.split(), *parts):
        known = neighbours_of(before, [text]) <= refused
        same = before.open().encode(text).ids == after.open().encode(text).ids
        assert same or not known
    assert any(neighbours_of(before, [text]) <= refused for text in parts)


def neighbours_of(tokenizer, texts) -> set[str]:
    encodings = tokenizer.open().encode_batch(texts, add_special_tokens=False)
    sample = [SampleText("", text, 0) for text in texts]
    kinds_ = (freeze.count_joined_neighbours, freeze.count_whole_words, freeze.count_unknown_characters)
    return {piece for kind in kinds_ for piece in kind(tokenizer, encodings, sample)}


def test_the_cost_is_that_of_the_same_sample_unfrozen(base: Path, make_artifact, make_work) -> None:
    splits = ["train"] * len(CORPUS)
    frozen, free = (
        run(make_artifact, make_work, each, base=base, rows=CORPUS, splits=splits, name=name)
        for name, each in (("frozen", section()), ("free", section().model_copy(update={"freeze_base": False})))
    )
    facts = json.loads((frozen / "frozen.json").read_text())
    boost = 4  # every language is smaller than its share
    sample = sample_of(load_tokenizer(base), [row["text"] for row in CORPUS])
    for name, folder in (("base", base), ("frozen", frozen / "tokenizer"), ("unfrozen", free / "tokenizer")):
        assert facts[f"sample_tokens_{name}"] == boost * count_sample_tokens(load_tokenizer(folder), sample)
    assert facts["sample_tokens_unfrozen"] <= facts["sample_tokens_frozen"] < facts["sample_tokens_base"]
    rejected = shards.read(frozen / "rejected.parquet").to_pylist()
    assert [row["count"] for row in rejected] == sorted((row["count"] for row in rejected), reverse=True)
    made = set(shards.read(frozen / "pieces.parquet")["text"].to_pylist())
    assert rejected and not made & {row["text"] for row in rejected}
    assert not (free / "frozen.json").exists()


def test_rare_text_may_be_let_go(base: Path, make_artifact, make_work) -> None:
    splits = ["train"] * len(CORPUS)
    outs = [
        run(
            make_artifact,
            make_work,
            section(freeze_count=count),
            base=base,
            rows=CORPUS,
            splits=splits,
            name=f"n{count}",
        )
        for count in (1, 4)
    ]
    strict, loose = (json.loads((out / "frozen.json").read_text()) for out in outs)
    assert loose["changed"] > 0 == strict["changed"]
    assert loose["pieces_rejected"] < strict["pieces_rejected"]
    assert loose["tokens"] < loose["tokens_base"]


@pytest.mark.parametrize("method", ["append_scores", "append_zero"])
def test_methods_that_cannot_freeze(method: str, base: Path, make_artifact, make_work) -> None:
    with pytest.raises(RecipeError, match=f'freeze_base cannot hold with vocab.method = "{method}"'):
        run(make_artifact, make_work, section(method=method), base=base, rows=CORPUS, splits=["train"] * len(CORPUS))


@pytest.mark.parametrize("changes", [{"freeze_base": True}, {"method": "append_zero"}])
def test_from_scratch_there_is_nothing_to_keep(changes, make_artifact, make_work) -> None:
    with pytest.raises(RecipeError, match=r"needs a base vocabulary.*name a `base`"):
        run(make_artifact, make_work, VocabConfig(**changes))


def test_no_text_to_freeze(base: Path, make_artifact, make_work) -> None:
    rows = [row for row in CORPUS if row["lang"] != "eng_Latn"]
    with pytest.raises(RecipeError, match="leave eng_Latn, zxx_Zyyy as they are, but the corpus has no"):
        run(make_artifact, make_work, section(), base=base, rows=rows, splits=["train"] * len(rows))


def test_what_could_not_change_and_did_is_an_error(tmp_path: Path) -> None:
    from emma.errors import ArtifactError

    with pytest.raises(ArtifactError, match="did not hold in 1 of 3 texts"):
        freeze.record_changes({"texts": 3, "changed": 1}, section(), tmp_path / "frozen.json")
