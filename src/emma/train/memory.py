"""Out of memory, in words: how much there was, what was asked for, and what makes it less."""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import distributed

from emma.errors import RecipeError
from emma.train.config import HALF, TrainConfig
from emma.work.process import peak_memory

SIGNS = ("out of memory", "can't allocate memory", "not enough memory")
"""What torch and the libraries below it say. Some raise a plain RuntimeError."""


@contextmanager
def told(section: TrainConfig, sequence_length: int, device: torch.device) -> Iterator[None]:
    """Raises RecipeError, with the numbers, where memory runs out inside."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not isinstance(error, (torch.OutOfMemoryError, MemoryError)) and not any(
            sign in str(error).lower() for sign in SIGNS
        ):
            raise
        raise RecipeError(explain(error, section, sequence_length, device)) from error


def explain(error: BaseException, section: TrainConfig, sequence_length: int, device: torch.device) -> str:
    """The message for an allocation that failed."""
    asked = re.search(r"allocate ([\d.]+) ?(\w+)", str(error))
    wanted = f" when {asked[1]} {asked[2]} more were wanted" if asked else ""
    place = f"process {distributed.get_rank()} of {distributed.get_world_size()} ({device} on {socket.gethostname()})"
    return (
        f"Out of memory in {place}: {used(device)}{wanted}. A micro-batch was {section.micro_batch} sequences of "
        f"{sequence_length:,} tokens. Set {', or '.join(remedies(section))}; 'emma plan' shows what takes how much. "
        "Nothing is lost: the next run goes on from the last checkpoint."
    )


def used(device: torch.device) -> str:
    """What this process has of the device's memory."""
    if device.type != "cuda":
        return f"{gib(peak_memory())} were in use"
    allocated, total = torch.cuda.max_memory_allocated(device), torch.cuda.get_device_properties(device).total_memory
    return f"{gib(allocated)} of {gib(total)} were in use"


def gib(size: int) -> str:
    """Bytes as people read them."""
    return f"{size / 2**30:.1f} GiB"


def remedies(section: TrainConfig) -> list[str]:
    """What makes the memory less that this section does not do yet, the cheapest first."""
    found = [f"train.micro_batch lower ({section.micro_batch // 2})"] if section.micro_batch > 1 else []
    if section.whole_gradients:
        found.append("train.whole_gradients to false")
    if section.activation_checkpointing != "full":
        stronger = "selective" if section.activation_checkpointing == "none" else "full"
        found.append(f"train.activation_checkpointing to {stronger}")
    if section.precision not in HALF:
        found.append("train.precision to bf16")
    if section.optimizer == "adamw" and section.optimizer_states == "fp32":
        found.append("train.optimizer_states to bf16")
    return [*found, "mix.sequence_length lower", "more processes to share the weights (torchrun)"]
