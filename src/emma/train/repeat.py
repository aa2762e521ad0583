"""Making training run the same way twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from emma.store.address import hash64


@contextmanager
def deterministic(seed: int, device: torch.device) -> Iterator[None]:
    """Seeded generators and, on a CPU, deterministic kernels; what was set before comes back.

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
