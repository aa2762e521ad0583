"""Llama's kind: its two forms agree, keep the base, and give every text back."""

import json
from pathlib import Path

import pytest
import sentencepiece
from transformers import AutoTokenizer

from emma.models import sentencepiece as spm
from emma.models.sentencepiece import pairs_by_score
from emma.store import shards
from emma.vocab.config import VocabConfig
from emma.vocab.folder import load_tokenizer
from emma.vocab.llama import serialise_model
from tests.conftest import TEXTS
from tests.vocab.corpora import AWKWARD, ROWS, sentencepiece_base
from tests.vocab.test_folder import ENGLISH
from tests.vocab.test_run import run

METHODS = ["continue", "append_below", "append_scores", "append_zero"]


SPACES = [f"a{' ' * number}b{' ' * (number // 2)}" for number in range(1, 40)]


def small(**changes) -> VocabConfig:
    return VocabConfig(new_pieces=300, minimum_count=2, sample_bytes=100_000, character_share=0.6, **changes)


@pytest.fixture(scope="module")
def llama_kind(tmp_path_factory) -> Path:
    return sentencepiece_base(tmp_path_factory.mktemp("made") / "base", ENGLISH)


@pytest.mark.parametrize("method", METHODS)
def test_sentencepiece_and_hugging_face_agree(llama_kind: Path, method: str, make_artifact, make_work) -> None:
    out = run(make_artifact, make_work, small(method=method), base=llama_kind) / "tokenizer"
    model = sentencepiece.SentencePieceProcessor(model_file=str(out / "tokenizer.model"))
    fast, slow = load_tokenizer(out).open(), AutoTokenizer.from_pretrained(out)
    assert model.get_piece_size() == len(slow) > 650
    for text in [*TEXTS.values(), *(row["text"] for row in ROWS), *AWKWARD, *SPACES, "lalalala" * 9, "====" * 9]:
        ids = model.encode(text)
        assert fast.encode(text, add_special_tokens=False).ids == ids
        assert slow.encode(text, add_special_tokens=False) == ids
        assert model.decode(ids) == slow.decode(ids) == text.replace("▁", " ")


def test_the_base_itself_agrees_on_runs_of_spaces(llama_kind: Path) -> None:
    model = sentencepiece.SentencePieceProcessor(model_file=str(llama_kind / "tokenizer.model"))
    fast = load_tokenizer(llama_kind).open()
    assert [fast.encode(text, add_special_tokens=False).ids for text in SPACES] == model.encode(SPACES)


def test_pieces_of_one_score_are_joined_from_left_to_right() -> None:
    """As Llama 2's runs of spaces, which all have the score -1e9: the run on the left grows first."""
    scores = dict.fromkeys(["▁", "▁▁", "▁▁▁", "▁▁▁▁"], -1e9) | {"a": -1.0}
    assert pairs_by_score(scores) == [("▁▁▁", "▁"), ("▁▁", "▁▁"), ("▁▁", "▁"), ("▁", "▁▁▁"), ("▁", "▁▁"), ("▁", "▁")]


def test_the_model_keeps_the_bases_pieces_and_goes_down(llama_kind: Path, make_artifact, make_work) -> None:
    before = spm.read_model(llama_kind / "tokenizer.model")
    out = run(make_artifact, make_work, small(), base=llama_kind)
    after = spm.read_model(out / "tokenizer" / "tokenizer.model")
    size = len(before.pieces)
    assert list(after.pieces[:size]) == list(before.pieces)
    assert after.normalizer_spec == before.normalizer_spec
    assert after.trainer_spec.vocab_size == len(after.pieces)
    new = after.pieces[size:]
    assert [each.piece for each in new] == shards.read(out / "pieces.parquet")["piece"].to_pylist()
    assert {each.type for each in new} == {spm.NORMAL}
    scores = [each.score for each in new]
    assert scores == sorted(set(scores), reverse=True)
    assert scores[0] < min(each.score for each in before.pieces if each.type == spm.NORMAL)


def test_added_tokens_take_their_places_in_the_model(
    llama_kind: Path, tmp_path: Path, make_artifact, make_work
) -> None:
    loaded = load_tokenizer(llama_kind)
    more = [*loaded.table["added_tokens"], added("<pad>", len(loaded.pieces))]
    (tmp_path / "tokenizer.json").write_text(json.dumps({**loaded.table, "added_tokens": more}))
    (tmp_path / "tokenizer.model").write_bytes((llama_kind / "tokenizer.model").read_bytes())
    (tmp_path / "tokenizer_config.json").write_text('{"tokenizer_class": "PreTrainedTokenizerFast"}')
    out = run(make_artifact, make_work, small(), base=tmp_path) / "tokenizer"
    model = sentencepiece.SentencePieceProcessor(model_file=str(out / "tokenizer.model"))
    vocab = AutoTokenizer.from_pretrained(out).get_vocab()
    assert vocab["<pad>"] == len(loaded.pieces)
    assert {model.id_to_piece(number): number for number in vocab.values()} == vocab
    for text in TEXTS.values():
        assert model.encode(text) == load_tokenizer(out).open().encode(text, add_special_tokens=False).ids


def test_unused_ids_stay_unused_in_the_model(llama_kind: Path) -> None:
    before = spm.read_model(llama_kind / "tokenizer.model")
    pieces = [*(each.piece for each in before.pieces), "<pad>", "", "ⴰⴱ"]
    model = sentencepiece.SentencePieceProcessor(model_proto=serialise_model(before, pieces, {"ⴰⴱ": -900.0}, {"<pad>"}))
    size = len(before.pieces)
    assert [model.is_unused(size + place) for place in range(3)] == [False, True, False]
    assert model.encode("x<pad>")[-1] == size


def test_a_model_of_another_vocabulary_is_left_out(llama_kind: Path, tmp_path: Path, make_artifact, make_work) -> None:
    load_tokenizer(llama_kind).with_pieces(["ⴰ"]).open().save(str(tmp_path / "tokenizer.json"))
    (tmp_path / "tokenizer.model").write_bytes((llama_kind / "tokenizer.model").read_bytes())
    (tmp_path / "tokenizer_config.json").write_text('{"tokenizer_class": "PreTrainedTokenizerFast"}')
    out = run(make_artifact, make_work, small(), base=tmp_path)
    assert json.loads((out / "vocab.json").read_text())["canonical"] == "tokenizer.json"
    assert not (out / "tokenizer" / "tokenizer.model").exists()


def added(content: str, number: int) -> dict[str, object]:
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    return {"id": number, "content": content, "special": True, **flags}


def test_a_lone_model_gets_its_special_tokens(llama_kind: Path, make_artifact, make_work) -> None:
    out = run(make_artifact, make_work, small(), base=llama_kind) / "tokenizer"
    tokenizer = AutoTokenizer.from_pretrained(out)
    assert (tokenizer.unk_token, tokenizer.bos_token, tokenizer.eos_token) == ("<unk>", "<s>", "</s>")
    assert tokenizer.encode("a")[0] == tokenizer.bos_token_id == 1
