"""The ranks that train together: their process group, the device of each, sums over all, and equal results twice.

There is always a process group, of one rank where nobody started more, and the model is always sharded over it (FSDP2),
so what is tested on one process on a CPU is what runs on a cluster.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, NamedTuple, TypeVar

import numpy.typing as npt
import torch
from torch import distributed
from torch._C._distributed_c10d import HashStore

from emma.errors import RecipeError
from emma.models.device import choose_device
from emma.store.address import hash64
from emma.train.config import TrainConfig

TIMEOUT = timedelta(minutes=30)
"""How long ranks wait for each other: while rank 0 reads the model, or writes the result."""

Numbers = TypeVar("Numbers", bound=npt.NDArray[Any])


class Launch(NamedTuple):
    """The place of a process among others, from its launcher (torchrun)."""

    store: Any
    """Key-value store of torch.distributed that all ranks can write to."""
    rank: int
    world_size: int


@contextmanager
def process_group(section: TrainConfig, launch: Launch | None = None) -> Iterator[None]:
    """The group of the ranks that train together: this process alone, unless a launcher has started others.

    Inside another such group nothing is made. Raises RecipeError for a device that is not there.
    """
    if distributed.is_initialized():
        yield
        return
    device = choose_own_device(section)
    # A store inside the process: one rank alone needs no port.
    launch = launch or Launch(HashStore(), 0, 1)
    # Gloo stays beside NCCL: counts and checkpoints go through the main memory.
    backend = "gloo" if device.type == "cpu" else f"cpu:gloo,{device.type}:nccl"
    distributed.init_process_group(
        backend, store=launch.store, rank=launch.rank, world_size=launch.world_size, timeout=TIMEOUT
    )
    try:
        yield
    except BaseException:
        if launch.world_size == 1:  # of several, others may be waiting for this one, and it would wait with them
            distributed.destroy_process_group()
        raise
    distributed.destroy_process_group()


def choose_own_device(section: TrainConfig) -> torch.device:
    """The device of this process: with several processes on a machine, the accelerator of its local rank."""
    device = choose_device(section.device, "train")
    local_rank = int(os.environ.get("LOCAL_RANK", "0"))
    if device.type == "cpu" or "LOCAL_RANK" not in os.environ:
        return device
    if local_rank >= (count := torch.accelerator.device_count()):
        raise RecipeError(
            f"Process {local_rank} of this machine has no accelerator: there are {count}. Start as many processes as "
            f"there are (torchrun --nproc-per-node {count}), or set train.device to cpu."
        )
    torch.accelerator.set_device_index(local_rank)
    return torch.device(device.type, local_rank)


def is_rank_zero() -> bool:
    """Whether this is the first, or only, of the ranks that train together: the one that writes and reports."""
    return not distributed.is_initialized() or distributed.get_rank() == 0


def all_reduce_sum(values: Numbers) -> Numbers:
    """Add up an array over all ranks, in place, and return it. All ranks must call it, so it is a barrier too.

    The sum goes through the main memory (gloo): integers stay exact, and no accelerator is waited for.
    """
    if distributed.is_initialized() and distributed.get_world_size() > 1:
        distributed.all_reduce(torch.from_numpy(values))
    return values


@contextmanager
def deterministic(seed: int, device: torch.device) -> Iterator[None]:
    """Seed the generators and, on a CPU, use deterministic kernels; afterwards, what was set before comes back.

    On accelerators such kernels cost a tenth of the speed and more, above all in attention's backward pass, so there
    two runs agree up to rounding.
    """
    memory: Any = torch.utils.deterministic
    before = torch.are_deterministic_algorithms_enabled(), memory.fill_uninitialized_memory
    with torch.random.fork_rng([device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        torch.use_deterministic_algorithms(device.type == "cpu", warn_only=True)
        # Poisoning fresh memory is for debugging and costs a few per cent.
        memory.fill_uninitialized_memory = False
        try:
            yield
        finally:
            torch.use_deterministic_algorithms(before[0])
            memory.fill_uninitialized_memory = before[1]


def seed_step(seed: int, step: int, rank: int) -> None:
    """Seed what is drawn in a step (dropout), so that a run that goes on there draws what it would have drawn."""
    torch.manual_seed(hash64(seed, "step", step, rank))
