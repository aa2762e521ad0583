"""Best-fit packing against a packer that looks at every bin, and what must hold of any packing."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from emma.store.artifact import Artifact
from emma.tokens.files import TokenFileWriter
from emma.tokens.packing import MIN_SEQUENCES, Bins, pack_documents, pack_source, split_into_spans

RANDOM = np.random.default_rng(5)
SOURCES = {
    "sentences": RANDOM.integers(3, 40, 300),
    "long tail": np.minimum(RANDOM.pareto(0.8, 200) * 10 + 1, 2000).astype(int),
    "more than half a sequence each": RANDOM.integers(33, 64, 80),
    "one book": np.array([1000]),
    "whole sequences": np.array([64, 128, 64]),
    "three short documents": np.array([5, 3, 7]),
    "one token": np.array([1]),
    "some empty": np.array([0, 9, 0, 0, 63, 30, 0]),
}
LENGTH = 64


def slow_pack(lengths, length: int, passes: int) -> tuple[list[list[tuple[int, int, int]]], list[int]]:
    """Bins and their number before each pass, by looking at all of them, the last one filled first."""
    pieces = []
    for document, tokens in enumerate(lengths):
        pieces += [(document, first, min(length, tokens - first)) for first in range(0, tokens, length)]
    pieces.sort(key=lambda piece: -piece[2])
    bins: list[list] = []
    touched: list[int] = []
    before = [0]
    for _ in range(passes):
        for piece in pieces:
            rooms = [(length - sum(each[2] for each in held), -touched[at], at) for at, held in enumerate(bins)]
            fitting = [each for each in rooms if each[0] >= piece[2]]
            at = min(fitting)[2] if fitting else len(bins)
            if not fitting:
                bins.append([])
                touched.append(0)
            bins[at].append(piece)
            touched[at] = max(touched) + 1
        before.append(len(bins))
    return bins, before


@pytest.mark.parametrize("name", SOURCES)
def test_as_a_packer_that_looks_at_every_bin(name: str) -> None:
    lengths = SOURCES[name]
    pieces, ends, opened = pack_documents(lengths, LENGTH)
    bins = [[tuple(each) for each in held.tolist()] for held in np.split(pieces, ends[:-1])]
    passes = 1
    while passes * lengths.sum() < MIN_SEQUENCES * LENGTH:
        passes += 1
    assert (bins, opened.tolist()) == slow_pack(lengths.tolist(), LENGTH, passes)


@pytest.mark.parametrize("name", SOURCES)
def test_what_fits_is_whole_and_every_token_comes_as_often(name: str) -> None:
    lengths = SOURCES[name]
    pieces, ends, opened = pack_documents(lengths, LENGTH)
    assert all(sum(held[:, 2]) <= LENGTH for held in np.split(pieces, ends[:-1]))
    seen = Counter()
    for document, first, tokens in pieces.tolist():
        assert tokens == min(LENGTH, lengths[document] - first) and first % LENGTH == 0
        seen[document, first] += 1
    assert set(seen.values()) == {len(opened) - 1}
    assert set(seen) == {(document, first) for document, n in enumerate(lengths) for first in range(0, n, LENGTH)}


def test_small_sources_waste_little() -> None:
    pieces, ends, _ = pack_documents(np.array([5, 3, 7]), 1000)
    assert 1 - pieces[:, 2].sum() / (len(ends) * 1000) < 0.07


def test_spans_of_documents() -> None:
    spans = split_into_spans(np.array([3, 0, 10, 4], np.int32), 4)
    assert spans.tolist() == [[0, 0, 3], [2, 0, 4], [2, 4, 4], [2, 8, 2], [3, 0, 4]]


def written(tmp_path: Path, lengths) -> tuple[Bins, dict[str, int]]:
    part, out = tmp_path / "part", tmp_path / "out"
    part.mkdir()
    out.mkdir()
    with TokenFileWriter(part / "a.b.train", 1000) as writer:
        for number, tokens in enumerate(lengths):
            writer.add([number] * int(tokens), str(number))
    counts = pack_source(out, (Artifact(part, "part"), "a.b.train"), LENGTH)
    return Bins(Artifact(out, "bins", counts)), counts


def test_what_is_counted(tmp_path: Path) -> None:
    lengths = SOURCES["long tail"]
    bins, counts = written(tmp_path, lengths)
    assert len(bins) == counts["sequences"]
    assert counts["tokens"] == lengths.sum() and counts["cut"] == (lengths > LENGTH).sum()
    assert counts["padding"] == len(bins) * LENGTH - counts["passes"] * lengths.sum() > 0


@pytest.mark.parametrize("name", SOURCES)
def test_rounds_hold_the_same_in_another_order(name: str, tmp_path: Path) -> None:
    bins, _ = written(tmp_path, SOURCES[name])
    size = len(bins)
    rounds = [
        [bins.find_spans(k, LENGTH, SOURCES[name], (0, 3)).tolist() for k in range(turn * size, (turn + 1) * size)]
        for turn in range(3)
    ]
    assert sorted(rounds[0]) == sorted(rounds[1]) == sorted(rounds[2])
    assert rounds[0] != rounds[1] or len(bins) <= 2 * MIN_SEQUENCES
    assert rounds[1][0] == bins.find_spans(len(bins), LENGTH, SOURCES[name], (0, 3)).tolist()


def test_the_token_after_a_cut_is_within_reach(tmp_path: Path) -> None:
    bins, _ = written(tmp_path, [1000])
    reached = np.concatenate([bins.find_spans(k, LENGTH, np.array([1000]), (0, 0)) for k in range(len(bins))])
    assert {tuple(each) for each in reached.tolist()} == {(0, first, 65) for first in range(0, 960, 64)} | {
        (0, 960, 40)
    }


def test_documents_of_a_small_source_come_round_equally_often_wherever_training_stops(tmp_path: Path) -> None:
    lengths = np.array([30, 20, 10, 9, 8, 7])
    bins, counts = written(tmp_path, lengths)
    assert counts["passes"] == 13
    seen = np.zeros(len(lengths), int)
    for k in range(2 * len(bins)):
        np.add.at(seen, bins.find_spans(k, LENGTH, lengths, (1, 2))[:, 0], 1)
        assert seen.max() - seen.min() <= 3
