"""Where training runs, and making it run the same way twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from emma.errors import RecipeError


def choose_device(name: str) -> torch.device:
    """The device of that name; `auto` takes the accelerator if there is one. Raises RecipeError if it is not there."""
    if name == "auto":
        return torch.accelerator.current_accelerator(check_available=True) or torch.device("cpu")
    try:
        torch.empty(0, device=name)
    except (RuntimeError, AssertionError) as error:
        raise RecipeError(
            f"train.device = '{name}' cannot be used here: {str(error).splitlines()[0]}. Set it to auto or cpu."
        ) from None
    return torch.device(name)


@contextmanager
def deterministic(seed: int) -> Iterator[None]:
    """Seeded generators and deterministic kernels, where there are any; what was set before comes back."""
    memory: Any = torch.utils.deterministic
    before = torch.are_deterministic_algorithms_enabled(), memory.fill_uninitialized_memory
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        torch.use_deterministic_algorithms(True, warn_only=True)
        # Poisoning fresh memory is for debugging and costs a few per cent.
        memory.fill_uninitialized_memory = False
        try:
            yield
        finally:
            torch.use_deterministic_algorithms(before[0])
            memory.fill_uninitialized_memory = before[1]
