"""Byte-level tokenizers: they keep the base, and give every text back."""

import json
from pathlib import Path

import pytest
from transformers import AutoTokenizer

from emma.store import shards
from emma.vocab.bpe import segment
from emma.vocab.config import VocabConfig
from emma.vocab.folder import load_tokenizer
from tests.conftest import TEXTS
from tests.vocab.corpora import AWKWARD, byte_level_base
from tests.vocab.test_folder import ENGLISH
from tests.vocab.test_llama import METHODS, small
from tests.vocab.test_run import run


@pytest.mark.parametrize("pattern", ["gpt2", "llama3"])
@pytest.mark.parametrize("method", METHODS)
def test_byte_level(pattern: str, method: str, tmp_path: Path, make_artifact, make_work) -> None:
    base = byte_level_base(tmp_path / "base", pattern, ENGLISH)
    out = run(make_artifact, make_work, small(method=method), base=base)
    before, after = load_tokenizer(base), AutoTokenizer.from_pretrained(out / "tokenizer")
    assert {piece: after.get_vocab()[piece] for piece in before.pieces} == {
        piece: number for number, piece in enumerate(before.pieces)
    }
    rows = shards.read(out / "pieces.parquet").to_pylist()
    assert [after.get_vocab()[row["piece"]] for row in rows] == [row["id"] for row in rows]
    assert len(after) == len(before.pieces) + len(rows) > 600
    assert not (out / "tokenizer" / "tokenizer.model").exists()
    for text in [*TEXTS.values(), *AWKWARD, "<|end|>x"]:
        ids = load_tokenizer(out / "tokenizer").open().encode(text).ids
        assert load_tokenizer(out / "tokenizer").open().decode(ids, skip_special_tokens=False) == text
        if method == "continue":
            assert len(ids) <= len(before.open().encode(text).ids)
        if "<|end|>" not in text:
            assert after.encode(text) == ids
    assert json.loads((out / "vocab.json").read_text())["canonical"] == "tokenizer.json"


@pytest.mark.parametrize("pattern", ["gpt2", "llama3"])
def test_byte_level_pieces_are_reachable(pattern: str, tmp_path: Path, make_artifact, make_work) -> None:
    base = byte_level_base(tmp_path / "base", pattern, ENGLISH)
    out = run(make_artifact, make_work, small(), base=base)
    rows = shards.read(out / "pieces.parquet").to_pylist()
    bare = load_tokenizer(out / "tokenizer").open_bare()
    assert segment(bare, [row["piece"] for row in rows]) == [[row["id"]] for row in rows]
    whole = [row for row in rows if row["kind"] == "merge"]
    assert len(whole) > 80
    assert not any("<0x" in row["text"] for row in whole)
    assert max(len(row["text"].encode()) for row in whole) > 8
    for row in rows:
        assert len(row["base_pieces"]) > 1


SMOLLM2_LACKS = "ÀÁñòõö÷øùúûüýþÿĄĆēĔĖĝ"
"""The letters that SmolLM2's vocabulary has no piece for."""
OTHER_PLANES = "\U00040000 \U000bffff"
"""No characters yet, and valid UTF-8: their first bytes are among those."""
CONTROLS = "a\x04b\x06 \x13\x14 \x16\x1d."


@pytest.mark.parametrize("method", METHODS)
def test_bytes_that_the_base_leaves_out_come_first(method: str, tmp_path: Path, make_artifact, make_work) -> None:
    base = byte_level_base(tmp_path / "base", "gpt2", ENGLISH, without=SMOLLM2_LACKS)
    texts = [*TEXTS.values(), *AWKWARD, CONTROLS, OTHER_PLANES]
    before = load_tokenizer(base).open()
    assert before.decode(before.encode(CONTROLS).ids) == "ab  ."  # what is lost without them
    out = run(make_artifact, make_work, small(method=method), base=base)
    rows = shards.read(out / "pieces.parquet").to_pylist()
    assert len(rows) == 300  # the budget, these included
    assert "".join(row["piece"] for row in rows[:8]) == "ĄĆēĔĖĝñò"
    assert [row["base_pieces"] for row in rows[:8]] == [[]] * 8
    after = load_tokenizer(out / "tokenizer").open()
    assert [after.decode(after.encode(text).ids, skip_special_tokens=False) for text in texts] == texts
    loaded = AutoTokenizer.from_pretrained(out / "tokenizer")
    assert [loaded.decode(loaded.encode(text), skip_special_tokens=False) for text in texts] == texts


def test_a_base_that_lacks_bytes_may_stay_as_it_is(tmp_path: Path, make_artifact, make_work) -> None:
    base = byte_level_base(tmp_path / "base", "gpt2", ENGLISH, without=SMOLLM2_LACKS)
    out = run(make_artifact, make_work, VocabConfig(new_pieces=0), base=base)
    assert load_tokenizer(out / "tokenizer").table == load_tokenizer(base).table
