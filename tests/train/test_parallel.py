"""Which process has which device, how processes are laid out, and what is kept in which precision."""

import pytest
import torch

from emma.errors import RecipeError
from emma.train import parallel
from emma.train.config import TrainConfig
from emma.train.parallel import mesh_of, own_device, precision_policy, processes

CPU, GPU = torch.device("cpu"), torch.device("cuda")


def pretend(monkeypatch: pytest.MonkeyPatch, accelerators: int) -> list[int]:
    """A machine with accelerators; returns where the numbers of those that are chosen appear."""
    chosen: list[int] = []
    monkeypatch.setattr(parallel, "choose_device", lambda *_: GPU)
    monkeypatch.setattr(torch.accelerator, "device_count", lambda: accelerators)
    monkeypatch.setattr(torch.accelerator, "set_device_index", chosen.append)
    return chosen


def test_every_process_has_the_accelerator_of_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = pretend(monkeypatch, 4)
    monkeypatch.setenv("LOCAL_RANK", "3")
    assert own_device(TrainConfig()) == torch.device("cuda", 3)
    assert chosen == [3]


def test_more_processes_than_accelerators(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, 4)
    monkeypatch.setenv("LOCAL_RANK", "4")
    with pytest.raises(RecipeError, match=r"Process 4 .*there are 4\. .*--nproc-per-node 4"):
        own_device(TrainConfig())


def test_one_process_has_the_device_it_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOCAL_RANK", raising=False)
    assert own_device(TrainConfig(device="cpu")) == CPU


@pytest.mark.parametrize(("processes", "row", "shape"), [(8, None, (8,)), (8, 8, (8,)), (8, 4, (2, 4)), (8, 1, (8, 1))])
def test_processes_in_rows(monkeypatch: pytest.MonkeyPatch, processes: int, row: int | None, shape: tuple[int]) -> None:
    monkeypatch.setattr(torch.distributed, "get_world_size", lambda: processes)
    monkeypatch.setattr(parallel, "init_device_mesh", lambda kind, shape, mesh_dim_names: (kind, shape))
    assert mesh_of(TrainConfig(shard_over=row), GPU) == ("cuda", shape)


def test_rows_must_fit() -> None:
    with processes(TrainConfig(device="cpu")), pytest.raises(RecipeError, match="shard_over = 3 does not divide the 1"):
        mesh_of(TrainConfig(shard_over=3), CPU)


class Mesh:
    def __init__(self, device_type: str) -> None:
        self.device_type = device_type


@pytest.mark.parametrize(
    ("precision", "device", "computes", "sums"),
    [
        ("fp32", "cuda", None, None),
        ("bf16", "cuda", torch.bfloat16, torch.float32),
        ("fp8", "cuda", torch.bfloat16, torch.float32),
        ("bf16", "cpu", None, None),  # autocast, in the model
    ],
)
def test_gradients_are_summed_in_float32(precision: str, device: str, computes, sums) -> None:
    policy = precision_policy(TrainConfig(precision=precision), Mesh(device))
    assert (policy.param_dtype, policy.reduce_dtype) == (computes, sums)


def test_the_group_is_gone_after_an_error() -> None:
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), processes(TrainConfig(device="cpu")):
            assert torch.distributed.get_world_size() == 1
            raise ZeroDivisionError
    assert not torch.distributed.is_initialized()
