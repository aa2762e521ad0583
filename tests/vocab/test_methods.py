"""Appending a second vocabulary: where its pieces stand, against SentencePiece's and transformers' own ways."""

from pathlib import Path

import pytest
from transformers.convert_slow_tokenizer import generate_merges

from emma.vocab.config import VocabConfig
from emma.vocab.folder import load_tokenizer
from emma.vocab.grow import PieceLimits, grow_vocabulary
from emma.vocab.methods import append_vocabulary, find_score_range, score_merges, score_piece
from tests.conftest import TEXTS
from tests.vocab.corpora import byte_level_base, sample_of, sentencepiece_base
from tests.vocab.test_folder import ENGLISH

METHODS = ("append_below", "append_scores", "append_zero")
TEXT = list(TEXTS.values()) * 2


def section(method: str) -> VocabConfig:
    return VocabConfig(method=method, minimum_count=2)


@pytest.fixture(params=["sentencepiece", "byte-level"])
def base(request, tmp_path: Path):
    if request.param == "sentencepiece":
        return load_tokenizer(sentencepiece_base(tmp_path / "base", ENGLISH))
    return load_tokenizer(byte_level_base(tmp_path / "base", "llama3", ENGLISH))


@pytest.mark.parametrize("method", METHODS)
def test_the_pieces_are_those_of_a_vocabulary_from_nothing(base, method: str) -> None:
    sample = sample_of(base, TEXT)
    appended = append_vocabulary(base, sample, section(method), PieceLimits(700))  # room for all characters
    alone = grow_vocabulary(base.bytes_only(), sample, section(method), PieceLimits(2000))
    new = [each.piece for each in appended.new]
    assert len(new) > 500
    assert len(alone.new) > len(new)
    assert new == [each.piece for each in alone.new if each.piece not in base.pieces][: len(new)]
    assert appended.tokenizer.pieces[: len(base.pieces)] == base.pieces
    assert appended.tokenizer.pieces[len(base.pieces) :] == [each.piece for each in appended.new]


@pytest.mark.parametrize("method", METHODS)
def test_where_the_new_merges_stand(base, method: str) -> None:
    appended = append_vocabulary(base, sample_of(base, TEXT), section(method), PieceLimits(150))
    merges = [tuple(pair) for pair in appended.tokenizer.table["model"]["merges"]]
    own = {tuple(pair) for pair in base.table["model"]["merges"]}
    new = {each.piece for each in appended.new}
    old = [place for place, pair in enumerate(merges) if pair in own]
    made = [place for place, pair in enumerate(merges) if "".join(pair) in new]
    assert [merges[place] for place in old] == [tuple(pair) for pair in base.table["model"]["merges"]]
    between = {
        "append_below": lambda: max(old) < min(made),
        "append_zero": lambda: max(made) < min(old),
        "append_scores": lambda: min(made) < max(old) and min(old) < max(made),
    }
    assert between[method]()


@pytest.mark.parametrize("method", METHODS)
def test_merges_are_those_that_transformers_makes_of_the_scores(method: str, tmp_path: Path) -> None:
    base = load_tokenizer(sentencepiece_base(tmp_path / "base", ENGLISH))
    tokenizer = append_vocabulary(base, sample_of(base, TEXT), section(method), PieceLimits(150)).tokenizer
    vocab = {piece: tokenizer.pieces.index(piece) for piece in tokenizer.scores}
    wanted = generate_merges(vocab, tokenizer.scores)
    assert [tuple(pair) for pair in tokenizer.table["model"]["merges"]] == wanted


def test_scores(base) -> None:
    best, last = find_score_range(base)
    assert [score_piece(base, "append_below", 7, place) for place in (0, 1)] == [last - 1, last - 2]
    assert [score_piece(base, "append_scores", rank, 9) for rank in (0, 7)] == [-0.5, -7.5]
    zero = [score_piece(base, "append_zero", 7, place) for place in (0, 1, 200_000)]
    assert zero[0] > zero[1] > zero[2] > best
    assert zero[0] == (0 if best == -1 else 1)


def test_ranks_never_rise_where_a_piece_is_made_twice(tmp_path: Path) -> None:
    base = load_tokenizer(byte_level_base(tmp_path / "base", "gpt2", ENGLISH, pieces=270))
    twice = base.with_pieces(["ab", "abc"], [("a", "b"), ("ab", "c"), ("a", "b")])
    last = score_merges(base)[-1]
    assert score_merges(twice)[-3:] == [last - 1, last - 2, last - 2]
