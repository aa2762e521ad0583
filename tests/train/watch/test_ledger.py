"""Losses by source against sums one by one: exact in any grouping, and whichever way the steps are shared out."""

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch

from emma.store import shards
from emma.tokens.samples import Samples
from emma.train.batch import IGNORE, Batch, make_batch
from emma.train.watch.ledger import Ledger
from tests.train.conftest import LENGTH
from tests.train.processes import in_processes, meet


@pytest.fixture
def samples(world) -> Samples:
    inputs = world()
    return Samples(inputs["pack"], inputs["mix"])


def step(samples: Samples, number: int) -> tuple[Batch, np.ndarray]:
    """A batch of ten samples and a made-up loss for each of its targets."""
    batch = make_batch(samples, range(10 * number, 10 * number + 10))
    return batch, (20 * np.random.default_rng(number).random(batch.predicted)).astype(np.float32)


def filled(samples: Samples, steps: int = 4, every: int = 2) -> Ledger:
    ledger = Ledger(len(samples.sources))
    for number in range(steps):
        ledger.add(*step(samples, number))
        if (number + 1) % every == 0:
            ledger.log(number + 1, 0.1, 1.0)
    return ledger


def slow_sums(samples: Samples, numbers: range) -> tuple[Counter, Counter]:
    """Nats and targets by language, token by token."""
    nats, tokens = Counter(), Counter()
    for number in numbers:
        batch, losses = step(samples, number)
        left = iter(losses.tolist())
        for source, targets in zip(batch.sources.tolist(), batch.targets.tolist(), strict=True):
            for target in targets:
                if target != IGNORE:
                    nats[samples.sources[source].lang] += next(left)
                    tokens[samples.sources[source].lang] += 1
    return nats, tokens


def test_the_parts_are_those_of_a_slow_sum_and_add_up_exactly(samples: Samples, tmp_path: Path) -> None:
    ledger = filled(samples)
    ledger.write(tmp_path, samples.sources)
    rows = shards.read(tmp_path / "losses.parquet").to_pylist()
    for metrics in ledger.metrics:
        mine = [row for row in rows if row["step"] == metrics["step"]]
        nats, tokens = slow_sums(samples, range(int(metrics["step"]) - 2, int(metrics["step"])))
        by_lang = {lang: math.fsum(row["nats"] for row in mine if row["lang"] == lang) for lang in nats}
        assert by_lang == {lang: pytest.approx(sum_, rel=1e-7) for lang, sum_ in nats.items()}
        assert {lang: sum(row["tokens"] for row in mine if row["lang"] == lang) for lang in nats} == tokens
        # to the last bit, and in any order
        assert sum(by_lang.values()) == sum(row["nats"] for row in reversed(mine)) == metrics["nats"]
        assert sum(row["tokens"] for row in mine) == metrics["predicted"]
        assert metrics["loss"] == metrics["nats"] / metrics["predicted"]
        assert sum(row["inputs"] for row in mine) == 20 * LENGTH
        assert {row["tier"] for row in mine} == {"tiny"}


def test_padding_is_not_counted(samples: Samples) -> None:
    batch, nats = step(samples, 0)
    short = Batch(batch.inputs, batch.targets.copy(), batch.positions, batch.sources, batch.padding.copy())
    short.targets[:, -3:], short.padding[:, -3:] = IGNORE, True
    ledger = Ledger(3)
    ledger.add(short, nats[: short.predicted])
    assert ledger.input_tokens == 10 * (LENGTH - 3)


def test_means_by_label(samples: Samples) -> None:
    ledger = filled(samples)
    nats, tokens = slow_sums(samples, range(2, 4))
    found = ledger.means([source.lang for source in samples.sources])
    assert found == {lang: pytest.approx(nats[lang] / tokens[lang], rel=1e-6) for lang in ("amh_Ethi", "yor_Latn")}
    assert ledger.means(["all"] * 3) == {"all": ledger.metrics[-1]["loss"]}


def test_a_source_that_was_not_seen_has_no_mean() -> None:
    ledger = Ledger(2)
    targets = np.array([[5, IGNORE]])
    zeros = np.zeros_like(targets)
    ledger.add(Batch(zeros, targets, zeros, np.array([1]), zeros.astype(bool)), np.array([3.0], np.float32))
    ledger.log(1, 0.1, 1.0)
    assert ledger.means(["nqo_Nkoo", "tha_Thai"]) == {"tha_Thai": 3.0}


def test_restored_is_uninterrupted(samples: Samples, tmp_path: Path) -> None:
    whole = filled(samples, steps=4, every=2)
    stopped = filled(samples, steps=3, every=2)  # in the middle of a row
    stopped.merge()
    torch.save(stopped.state(), tmp_path / "state.pt")
    going_on = Ledger(len(samples.sources))
    going_on.restore(torch.load(tmp_path / "state.pt", weights_only=True))
    assert going_on.input_tokens == stopped.input_tokens == 30 * LENGTH
    going_on.add(*step(samples, 3))
    going_on.log(4, 0.1, 1.0)
    assert written(going_on, samples, tmp_path / "a") == written(whole, samples, tmp_path / "b")


def written(ledger: Ledger, samples: Samples, folder: Path) -> list[bytes]:
    folder.mkdir()
    ledger.write(folder, samples.sources)
    return [(folder / name).read_bytes() for name in ("metrics.jsonl", "losses.parquet")]


def share(samples: Samples, number: int, rank: int) -> tuple[Batch, np.ndarray]:
    """Every other sample of a step, as one of two processes has it."""
    batch, nats = step(samples, number)
    rows = np.broadcast_to(np.arange(10)[:, None], batch.targets.shape)[batch.targets != IGNORE]
    fields = (batch.inputs, batch.targets, batch.positions, batch.sources, batch.padding)
    return Batch(*(each[rank::2] for each in fields)), nats[rows % 2 == rank]


def as_one_of_two(rank: int, samples: Samples, folder: Path) -> None:
    """Share the steps of `filled`, and meet a checkpoint in the middle of a row."""
    meet(rank, 2, folder)
    ledger = Ledger(len(samples.sources))
    for number in range(4):
        ledger.add(*share(samples, number, rank))
        if number == 2:
            ledger.merge()
            ledger.restore(ledger.state())
        if number % 2:
            ledger.log(number + 1, 0.1, 1.0)
    written(ledger, samples, folder / str(rank))


def test_two_processes_write_what_one_does(samples: Samples, tmp_path: Path) -> None:
    alone = written(filled(samples), samples, tmp_path / "alone")
    in_processes(2, as_one_of_two, samples, tmp_path)
    for rank in "01":
        assert [(tmp_path / rank / name).read_bytes() for name in ("metrics.jsonl", "losses.parquet")] == alone
