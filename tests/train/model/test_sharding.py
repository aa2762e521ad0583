"""How ranks are laid out, and what is computed and kept in which precision."""

import pytest
import torch

from emma.errors import RecipeError
from emma.train.config import TrainConfig
from emma.train.model import sharding
from emma.train.model.sharding import choose_precision_policy, make_mesh
from emma.train.ranks import process_group

CPU, GPU = torch.device("cpu"), torch.device("cuda")


@pytest.mark.parametrize(
    ("world_size", "row", "shape"), [(8, None, (8,)), (8, 8, (8,)), (8, 4, (2, 4)), (8, 1, (8, 1))]
)
def test_ranks_in_rows(monkeypatch: pytest.MonkeyPatch, world_size: int, row: int | None, shape: tuple[int]) -> None:
    monkeypatch.setattr(torch.distributed, "get_world_size", lambda: world_size)
    monkeypatch.setattr(sharding, "init_device_mesh", lambda kind, shape, mesh_dim_names: (kind, shape))
    assert make_mesh(TrainConfig(shard_over=row), GPU) == ("cuda", shape)


def test_rows_must_fit() -> None:
    with (
        process_group(TrainConfig(device="cpu")),
        pytest.raises(RecipeError, match="shard_over = 3 does not divide the 1"),
    ):
        make_mesh(TrainConfig(shard_over=3), CPU)


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
    policy = choose_precision_policy(TrainConfig(precision=precision), Mesh(device))
    assert (policy.param_dtype, policy.reduce_dtype) == (computes, sums)


def test_the_group_is_gone_after_an_error() -> None:
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), process_group(TrainConfig(device="cpu")):
            assert torch.distributed.get_world_size() == 1
            raise ZeroDivisionError
    assert not torch.distributed.is_initialized()
