"""One process or many: the same way to train.

There is always a process group, of one where nobody started more, and the model is always sharded over it (FSDP2), so
what is tested on one process on a CPU is what runs on a cluster.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import torch
from torch import distributed, nn
from torch._C._distributed_c10d import HashStore
from torch.distributed.device_mesh import DeviceMesh, init_device_mesh
from torch.distributed.fsdp import MixedPrecisionPolicy, fully_shard

from emma.errors import RecipeError
from emma.models.device import choose_device
from emma.train.config import HALF, TrainConfig
from emma.train.model import blocks

Started = tuple[Any, int, int]
"""What a launcher gave a process: a store (torch.distributed) that all can write to, its rank, and their number."""

PATIENCE = timedelta(minutes=30)
"""How long processes wait for each other: while the first one reads the model, or writes the result."""


@contextmanager
def processes(section: TrainConfig, started: Started | None = None) -> Iterator[None]:
    """The group of the processes that train together: this one alone, unless a launcher has `started` others.

    Inside another such group nothing is made. Raises RecipeError for a device that is not there.
    """
    if distributed.is_initialized():
        yield
        return
    device = own_device(section)
    store, rank, size = started or (HashStore(), 0, 1)
    backend = "gloo" if device.type == "cpu" else f"cpu:gloo,{device.type}:nccl"
    distributed.init_process_group(backend, store=store, rank=rank, world_size=size, timeout=PATIENCE)
    try:
        yield
    except BaseException:
        if size == 1:  # of several, others may be waiting for this one, and it would wait with them
            distributed.destroy_process_group()
        raise
    distributed.destroy_process_group()


def own_device(section: TrainConfig) -> torch.device:
    """The device of this process: with several processes on a machine, the accelerator of its local rank."""
    device = choose_device(section.device, "train")
    local = int(os.environ.get("LOCAL_RANK", "0"))
    if device.type == "cpu" or "LOCAL_RANK" not in os.environ:
        return device
    if local >= (there := torch.accelerator.device_count()):
        raise RecipeError(
            f"Process {local} of this machine has no accelerator: there are {there}. Start as many processes as there "
            f"are (torchrun --nproc-per-node {there}), or set train.device to cpu."
        )
    torch.accelerator.set_device_index(local)
    return torch.device(device.type, local)


def mesh_of(section: TrainConfig, device: torch.device) -> DeviceMesh:
    """All processes in a row, over which everything is sharded; or rows of `shard_over`, each with a whole copy.

    Raises RecipeError when `shard_over` does not divide them.
    """
    size, row = distributed.get_world_size(), section.shard_over or distributed.get_world_size()
    if size % row:
        raise RecipeError(
            f"train.shard_over = {row} does not divide the {size} processes. Take a divisor of {size}: the number of "
            "processes on one machine."
        )
    if row == size:
        return init_device_mesh(device.type, (size,), mesh_dim_names=("shard",))
    return init_device_mesh(device.type, (size // row, row), mesh_dim_names=("copy", "shard"))


def parallelise(trainee: nn.Module, section: TrainConfig, mesh: DeviceMesh, *, reshard: bool = True) -> None:
    """Shard each block, and all the rest as one, over the mesh; weights, gradients and moments with them.

    `reshard` drops a block's gathered weights after its forward pass and gathers them again for the backward pass.
    """
    policy = precision_policy(section, mesh)
    for block in blocks(trainee):
        fully_shard(block, mesh=mesh, mp_policy=policy, reshard_after_forward=reshard)
    fully_shard(trainee, mesh=mesh, mp_policy=policy)


def precision_policy(section: TrainConfig, mesh: DeviceMesh) -> MixedPrecisionPolicy:
    """bfloat16 weights to compute with, float32 weights to keep and float32 sums of gradients.

    On a CPU the weights are gathered as they are and the model casts what is worth it (autocast): at the demo's size
    that is 12 % faster, since a CPU has bfloat16 products and little else in bfloat16.
    """
    if section.precision not in HALF or mesh.device_type == "cpu":
        return MixedPrecisionPolicy()
    return MixedPrecisionPolicy(param_dtype=torch.bfloat16, reduce_dtype=torch.float32)
