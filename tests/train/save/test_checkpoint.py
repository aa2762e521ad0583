"""Checkpoints: what is whole is taken, what is damaged passed over, what is another's refused."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest
import torch
from torch.distributed.checkpoint.api import CheckpointException

from emma.errors import ArtifactError
from emma.train.config import TrainConfig
from emma.train.model.loss_model import LossModel
from emma.train.model.sharding import make_mesh, shard_model
from emma.train.optimizer.optimizers import make_optimizers
from emma.train.ranks import process_group
from emma.train.save import checkpoint as module
from emma.train.save.checkpoint import STATE_FILE, Checkpointer, TrainingState
from emma.train.watch.guard import Guard
from emma.train.watch.ledger import Ledger
from tests.train.conftest import random_ids, tiny_model

FACTS = {"weights": 7, "optimiser": "AdamW"}
SECTION = TrainConfig(device="cpu", learning_rate=0.1)


@pytest.fixture
def state() -> Iterator[Callable[[], TrainingState]]:
    """Make the state of a run that has not begun."""

    def make() -> TrainingState:
        loss_model = LossModel(tiny_model(), SECTION)
        shard_model(loss_model, SECTION, make_mesh(SECTION, torch.device("cpu")))
        return TrainingState(loss_model, make_optimizers(loss_model.model, SECTION), Ledger(2), Guard(None))

    with process_group(SECTION):
        yield make


def move(state: TrainingState) -> None:
    """Take a step of sorts."""
    ids = random_ids(2, 8)
    total, _ = state.loss_model(ids, torch.arange(8).expand(2, 8), ids)
    total.backward()
    for each in state.optimizers:
        each.step()
    state.loss_model.zero_grad()
    state.ledger.log(len(state.ledger.metrics) + 1, 0.1, 1.0)


def save(folder: Path, state: TrainingState, steps: int, kept: int = 2) -> None:
    with Checkpointer(folder, state, FACTS, kept) as checkpoints:
        for step in range(1, steps + 1):
            move(state)
            checkpoints.save(step)


def resumed(folder: Path, state: TrainingState) -> int:
    with Checkpointer(folder, state, FACTS, 2) as checkpoints:
        return checkpoints.resume()


def weights(state: TrainingState) -> list[torch.Tensor]:
    return [each.full_tensor().detach().clone() for each in state.loss_model.parameters()]


def test_going_on_is_as_if_nothing_had_been(state, tmp_path: Path) -> None:
    one, other = state(), state()
    save(tmp_path, one, 3)
    assert resumed(tmp_path, other) == 3
    for each in (one, other):
        move(each)
    torch.testing.assert_close(weights(one), weights(other), rtol=0, atol=0)
    assert one.ledger.metrics == other.ledger.metrics
    assert len(one.ledger.metrics) == 4


def test_the_newest_are_kept(state, tmp_path: Path) -> None:
    save(tmp_path, state(), 4, kept=3)
    assert sorted(each.name for each in tmp_path.iterdir()) == [f"step-{step:09}" for step in (2, 3, 4)]


def test_what_is_saved_is_the_state_when_it_was_asked_for(state, tmp_path: Path) -> None:
    one, other = state(), state()
    move(one)
    with Checkpointer(tmp_path, one, FACTS, 2) as checkpoints:
        checkpoints.save(1)
        wanted = weights(one)
        move(one)
    assert resumed(tmp_path, other) == 1
    torch.testing.assert_close(weights(other), wanted, rtol=0, atol=0)


@pytest.mark.slow
@pytest.mark.parametrize("name", [STATE_FILE, ".metadata", "__0_0.distcp"])
@pytest.mark.parametrize("content", [None, b"", b"\0" * 1000, b"PK\x03\x04", b"\x80\x02garbage"])
def test_a_damaged_one_is_passed_over(state, tmp_path: Path, name: str, content: bytes | None) -> None:
    one = state()
    save(tmp_path, one, 2)
    damaged = tmp_path / "step-000000002" / name
    if content is None:
        damaged.write_bytes(damaged.read_bytes()[: damaged.stat().st_size // 2])
    else:
        damaged.write_bytes(content)
    assert resumed(tmp_path, state()) == 1
    # and the step is saved anew in its place
    move(one)
    with Checkpointer(tmp_path, one, FACTS, 2) as checkpoints:
        checkpoints.save(2)
    assert resumed(tmp_path, state()) == 2


def test_half_written_ones_do_not_count(state, tmp_path: Path) -> None:
    save(tmp_path, state(), 1)
    (tmp_path / "step-000000001").rename(tmp_path / "step-000000001.tmp")
    assert resumed(tmp_path, state()) == 0


def test_one_that_is_whole_and_cannot_be_read_is_an_error(state, tmp_path: Path) -> None:
    save(tmp_path, state(), 1)
    shard = tmp_path / "step-000000001" / "__0_0.distcp"
    shard.write_bytes(b"\1" * shard.stat().st_size)
    with pytest.raises(
        ArtifactError, match=r"step-000000001 cannot be read: \w+: .*\. Delete that folder and run again"
    ):
        resumed(tmp_path, state())


def test_one_of_another_run_is_refused(state, tmp_path: Path) -> None:
    save(tmp_path, state(), 1)
    with (
        pytest.raises(ArtifactError, match=r"is a checkpoint of another run: weights 7 there, 8 here\. Run the recipe"),
        Checkpointer(tmp_path, state(), FACTS | {"weights": 8}, 2) as checkpoints,
    ):
        checkpoints.resume()


def test_a_full_disk_is_named(state, tmp_path: Path, monkeypatch) -> None:
    def full(*_: object, **__: object) -> Future[None]:
        failed = Future[None]()
        failed.set_exception(CheckpointException("save", {0: (OSError(28, "No space left on device"), None)}))
        return failed

    monkeypatch.setattr(module, "async_save", full)
    with pytest.raises(ArtifactError, match=r"could not be written into .*: OSError: .*No space left on device\. Free"):
        save(tmp_path, state(), 1)
    assert resumed(tmp_path, state()) == 0
