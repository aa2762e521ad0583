"""What the guard lets pass, leaves out, writes down, and stops at."""

import json
import math
from pathlib import Path
from statistics import median

import numpy as np
import pytest
import torch

from emma.errors import RecipeError
from emma.tokens.samples import Samples
from emma.train.batch import IGNORE, make_batch
from emma.train.config import TrainConfig
from emma.train.watch.guard import LOGGED_FACTOR, MAX_DOCUMENTS, MIN_STEPS, WINDOW, Guard, StepLosses, worst_documents
from tests.train.processes import in_processes, meet


@pytest.fixture
def samples(world) -> Samples:
    inputs = world()
    return Samples(inputs["pack"], inputs["mix"])


def seen(samples: Samples, numbers: range, nats: float = 2.0) -> StepLosses:
    batch = make_batch(samples, numbers)
    return StepLosses(numbers, batch, np.full(batch.predicted, nats, np.float32))


def calm(samples: Samples, factor: float | None = None, steps: int = MIN_STEPS) -> Guard:
    """A guard after steps with norms around 1."""
    guard = Guard(factor)
    for step in range(steps):
        guard.observe(step, 2.0, 1.0 + 0.1 * math.sin(step), seen(samples, range(2)), samples)
    return guard


def test_a_spike_is_noted_and_taken(samples: Samples) -> None:
    guard = calm(samples)
    assert guard.accepts(1.5)
    assert guard.accepts(50.0)
    before = median(guard.norms)
    guard.observe(20, 3.0, 50.0, seen(samples, range(4)), samples)
    (spike,) = guard.spikes
    assert (spike["step"], spike["grad_norm"], spike["loss"], spike["skipped"]) == (21, 50.0, 3.0, False)
    assert spike["median"] == before == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize(("norm", "taken"), [(2.5, True), (3.5, False), (1e9, False)])
def test_a_spike_is_skipped_where_the_recipe_says_so(samples: Samples, norm: float, taken: bool) -> None:
    guard = calm(samples, factor=3.0)
    assert guard.accepts(norm) is taken
    guard.observe(20, 3.0, norm, seen(samples, range(4)), samples)
    assert [spike["skipped"] for spike in guard.spikes] == ([] if taken else [True])


def test_nothing_is_a_spike_before_there_is_something_to_compare_with(samples: Samples) -> None:
    assert not calm(samples, steps=MIN_STEPS - 1).is_spike(1e9)
    assert calm(samples, steps=MIN_STEPS).is_spike(1.2 * LOGGED_FACTOR)


def test_a_level_that_stays_is_the_new_normal(samples: Samples) -> None:
    """Or a run whose gradients grow for good would never move again."""
    guard, skipped = calm(samples, factor=2.0, steps=WINDOW), 0
    for step in range(WINDOW):
        skipped += not guard.accepts(9.0)
        guard.observe(step, 2.0, 9.0, seen(samples, range(2)), samples)
    assert WINDOW // 2 - 2 <= skipped <= WINDOW // 2 + 2


def test_documents_by_a_slow_search(samples: Samples) -> None:
    """Each token's loss is its own number, so a document's mean tells which tokens were counted for it."""
    numbers = range(6)
    batch = make_batch(samples, numbers)
    nats = np.arange(batch.predicted, dtype=np.float32)
    expected, left = [], iter(nats.tolist())
    for row, number in enumerate(numbers):
        of_token = [next(left) if target != IGNORE else None for target in batch.targets[row].tolist()]
        for part in samples.documents(number):
            mine, of_token = of_token[: part.tokens], of_token[part.tokens :]
            losses = [loss for loss in mine if loss is not None]
            mean = sum(losses) / max(1, len(losses))
            expected.append((mean, part.lang, part.domain, part.id, part.first, part.tokens))
        assert not of_token
    expected.sort(key=lambda each: (-each[0], each[3], each[4]))
    found = worst_documents(StepLosses(numbers, batch, nats), samples)
    keys = ("loss", "lang", "domain", "id", "first_token", "tokens")
    assert [tuple(row[key] for key in keys) for row in found] == [
        pytest.approx(each) for each in expected[:MAX_DOCUMENTS]
    ]


@pytest.mark.parametrize(("loss", "norm"), [(math.nan, 1.0), (2.0, math.nan), (2.0, math.inf), (math.inf, 1.0)])
def test_what_is_no_number_stops_with_the_documents(samples: Samples, loss: float, norm: float) -> None:
    guard, had = calm(samples), seen(samples, range(3))
    had.nats[-1] = math.nan
    assert guard.accepts(norm) is math.isfinite(norm)
    last = samples.documents(2)[-1]
    with pytest.raises(RecipeError) as caught:
        guard.observe(11, loss, norm, had, samples)
    message = str(caught.value)
    assert f"broke at step 12: the loss is {loss}, the gradient's norm {norm}" in message
    assert f"the worst first: {last.id} ({last.lang}, {last.domain}) from token {last.first}: not a number;" in message
    assert "train.learning_rate lower" in message
    assert "with a changed setting it begins anew" in message
    assert TrainConfig(learning_rate=1e-3).semantic() != TrainConfig(learning_rate=1e-4).semantic()


def test_restored_judges_as_before(samples: Samples, tmp_path: Path) -> None:
    guard, other = calm(samples, factor=3.0), Guard(3.0)
    guard.observe(20, 3.0, 9.0, seen(samples, range(4)), samples)
    torch.save(guard.state(), tmp_path / "state.pt")
    other.restore(torch.load(tmp_path / "state.pt", weights_only=True))
    assert other.state() == guard.state()
    for each in (guard, other):
        for step in range(WINDOW):
            each.observe(step, 2.0, 1.0 + step % 5, seen(samples, range(2)), samples)
        each.write(tmp_path)
        each.written = (tmp_path / "spikes.jsonl").read_bytes()
    assert guard.written == other.written
    assert json.loads(guard.written.splitlines()[0])["documents"][0]["lang"] in ("amh_Ethi", "yor_Latn")


def test_a_quiet_run_writes_an_empty_file(samples: Samples, tmp_path: Path) -> None:
    calm(samples).write(tmp_path)
    assert (tmp_path / "spikes.jsonl").read_bytes() == b""


def as_one_of_two(rank: int, samples: Samples, nats: np.ndarray, alone: list, folder: Path) -> None:
    meet(rank, 2, folder)
    mine = range(3 * rank, 3 * rank + 3)
    batch = make_batch(samples, mine)
    own = nats[: batch.predicted] if rank == 0 else nats[-batch.predicted :]
    assert worst_documents(StepLosses(mine, batch, own), samples) == alone


def test_two_processes_name_the_same_documents(samples: Samples, tmp_path: Path) -> None:
    batch = make_batch(samples, range(6))
    nats = np.arange(batch.predicted, dtype=np.float32)
    alone = worst_documents(StepLosses(range(6), batch, nats), samples)
    in_processes(2, as_one_of_two, samples, nats, alone, tmp_path)
