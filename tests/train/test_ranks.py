"""The device of each rank, and steps that draw the same numbers in every run."""

import pytest
import torch

from emma.errors import RecipeError
from emma.models.device import choose_device
from emma.train import ranks
from emma.train.config import TrainConfig
from emma.train.ranks import choose_own_device, deterministic, seed_step

CPU, GPU = torch.device("cpu"), torch.device("cuda")


def test_an_absent_device_is_refused() -> None:
    with pytest.raises(RecipeError, match=r"train\.device = 'cud' cannot be used here"):
        choose_device("cud", "train")


@pytest.mark.parametrize("kind", ["cpu", "meta"])
def test_determinism_is_left_as_it_was(kind: str) -> None:
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    with deterministic(5, torch.device(kind)):
        torch.rand(7)
        assert torch.are_deterministic_algorithms_enabled() is (kind == "cpu")
    assert not torch.are_deterministic_algorithms_enabled()
    assert torch.equal(torch.rand(1), expected)


def test_what_a_step_draws_depends_on_nothing_before_it() -> None:
    drawn = []
    with deterministic(5, torch.device("cpu")):
        for seed, step, rank in [(5, 3, 0), (5, 3, 0), (5, 3, 1), (5, 4, 0), (6, 3, 0)]:
            torch.rand(len(drawn))
            seed_step(seed, step, rank)
            drawn.append(tuple(torch.rand(3).tolist()))
    assert drawn[0] == drawn[1]
    assert len(set(drawn)) == 4


def pretend(monkeypatch: pytest.MonkeyPatch, accelerators: int) -> list[int]:
    """A machine with accelerators; returns where the numbers of those that are chosen appear."""
    chosen: list[int] = []
    monkeypatch.setattr(ranks, "choose_device", lambda *_: GPU)
    monkeypatch.setattr(torch.accelerator, "device_count", lambda: accelerators)
    monkeypatch.setattr(torch.accelerator, "set_device_index", chosen.append)
    return chosen


def test_every_process_has_the_accelerator_of_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = pretend(monkeypatch, 4)
    monkeypatch.setenv("LOCAL_RANK", "3")
    assert choose_own_device(TrainConfig()) == torch.device("cuda", 3)
    assert chosen == [3]


def test_more_processes_than_accelerators(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, 4)
    monkeypatch.setenv("LOCAL_RANK", "4")
    with pytest.raises(RecipeError, match=r"Process 4 .*there are 4\. .*--nproc-per-node 4"):
        choose_own_device(TrainConfig())


def test_one_process_has_the_device_it_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOCAL_RANK", raising=False)
    assert choose_own_device(TrainConfig(device="cpu")) == CPU
