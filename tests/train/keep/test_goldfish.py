"""Goldfish loss against a reader that looks at each token's context by itself."""

from dataclasses import replace

import numpy as np
import pytest

from emma.tokens.samples import Samples
from emma.train.batch import IGNORE, Batch, make_batch
from emma.train.keep.config import GoldfishConfig
from emma.train.keep.goldfish import drop_targets

MASK = 2**64 - 1


def slow_hash(context: list[int]) -> int:
    """The polynomial of a context, highest power first, and SplitMix64's finaliser."""
    value = 0
    for token in context:
        value = (value * 0x9E3779B97F4A7C15 + token + 1) & MASK
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1)):
        value = (value ^ (value >> shift)) * factor & MASK
    return value


def slow_targets(batch: Batch, goldfish: GoldfishConfig) -> list[list[int]]:
    """The targets, token by token; documents begin where positions are 0."""
    rows = []
    arrays = (each.tolist() for each in (batch.inputs, batch.positions, batch.targets))
    for inputs, positions, targets in zip(*arrays, strict=True):
        row, document = [], list[int]()
        for token, position, target in zip(inputs, positions, targets, strict=True):
            document = [*(document if position else []), token]
            context = document[-goldfish.context :]
            drops = len(context) == goldfish.context and slow_hash(context) % goldfish.every == 0
            row.append(IGNORE if drops else target)
        rows.append(row)
    return rows


def random_batch(rows: int, tokens: int, vocabulary: int = 50_000) -> Batch:
    """Documents of 100 tokens, cut by the sequences' ends."""
    generator = np.random.default_rng(0)
    stream = generator.integers(0, vocabulary, (rows, tokens + 1))
    positions = np.broadcast_to(np.arange(tokens) % 100, (rows, tokens))
    padding = np.zeros((rows, tokens), np.bool_)
    return Batch(stream[:, :-1], stream[:, 1:], positions, np.zeros(rows, np.int64), padding)


@pytest.mark.parametrize("goldfish", [GoldfishConfig(every=3, context=4), GoldfishConfig(every=2, context=1)], ids=str)
def test_tokens_are_left_out_as_a_slow_reader_finds(world, goldfish: GoldfishConfig) -> None:
    inputs = world()
    batch = make_batch(Samples(inputs["pack"], inputs["mix"]), range(40))
    found = drop_targets(batch, goldfish)
    assert found.targets.tolist() == slow_targets(batch, goldfish)
    assert found.predicted < batch.predicted
    assert found.inputs is batch.inputs


def test_contexts_longer_than_a_sequence_leave_nothing_out(world) -> None:
    inputs = world()
    batch = make_batch(Samples(inputs["pack"], inputs["mix"]), range(8))
    assert np.array_equal(drop_targets(batch, GoldfishConfig()).targets, batch.targets)


@pytest.mark.parametrize("every", [2, 4, 50])
def test_one_token_in_so_many(every: int) -> None:
    batch, goldfish = random_batch(100, 2000), GoldfishConfig(every=every, context=13)
    dropped = batch.predicted - drop_targets(batch, goldfish).predicted
    places = int((batch.positions >= 12).sum())
    assert dropped == pytest.approx(places / every, abs=4 * np.sqrt(places / every))


def test_a_passage_that_repeats_loses_the_same_tokens() -> None:
    """Wherever it stands in its document: what counts is the tokens just before."""
    batch, goldfish = random_batch(1, 400), GoldfishConfig(every=4, context=13)
    passage = batch.inputs[0, :100]
    inputs = batch.inputs.copy()
    inputs[0, 250:350] = passage
    repeated = replace(batch, inputs=inputs, positions=np.arange(400)[None])
    dropped = drop_targets(repeated, goldfish).targets[0] == IGNORE
    assert np.array_equal(dropped[12:100], dropped[262:350])
    assert 10 < dropped[12:100].sum() < 40


def test_none_learns_every_token() -> None:
    batch = random_batch(1, 20)
    assert drop_targets(batch, None) is batch
