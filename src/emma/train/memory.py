"""Memory: an error that explains running out of it, and a heap that keeps what is freed.

By default glibc gives the end of its heap back to the system as soon as it is free, and every buffer of the next chunk,
block or step has to be mapped and cleared anew. Kept, a step of the demo's model takes a fifth less time on a CPU.

"""

import ctypes
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import distributed

from emma.errors import RecipeError
from emma.train.config import BF16_PRECISIONS, TrainConfig
from emma.work.process import peak_memory

OUT_OF_MEMORY_PHRASES = ("out of memory", "can't allocate memory", "not enough memory")
"""Phrases in the messages of torch and the libraries below it, some of which raise a plain RuntimeError."""


@contextmanager
def explain_out_of_memory(section: TrainConfig, sequence_length: int, device: torch.device) -> Iterator[None]:
    """Raises RecipeError, with the numbers, where memory runs out inside."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not isinstance(error, (torch.OutOfMemoryError, MemoryError)) and not any(
            sign in str(error).lower() for sign in OUT_OF_MEMORY_PHRASES
        ):
            raise
        raise RecipeError(out_of_memory_message(error, section, sequence_length, device)) from error


def out_of_memory_message(
    error: BaseException, section: TrainConfig, sequence_length: int, device: torch.device
) -> str:
    """The message for an allocation that failed."""
    # Of torch's long message only the size that was asked for is of use here.
    request = re.search(r"allocate ([\d.]+) ?(\w+)", str(error))
    missing = f" when {request[1]} {request[2]} more were wanted" if request else ""
    # Named in full: with many ranks on many machines the reader must find the one that ran out.
    place = f"process {distributed.get_rank()} of {distributed.get_world_size()} ({device} on {socket.gethostname()})"
    return (
        f"Out of memory in {place}: {used_memory(device)}{missing}. A micro-batch was {section.micro_batch} sequences "
        f"of {sequence_length:,} tokens. Set {', or '.join(remedies(section))}; 'emma plan' shows what takes how much. "
        "More processes, and train.whole_gradients, go on from the last checkpoint; with other settings it begins anew."
    )


def used_memory(device: torch.device) -> str:
    """The memory of the device that this process uses, in words."""
    if device.type != "cuda":
        return f"{gib(peak_memory())} were in use"
    allocated, total = torch.cuda.max_memory_allocated(device), torch.cuda.get_device_properties(device).total_memory
    return f"{gib(allocated)} of {gib(total)} were in use"


def gib(size: int) -> str:
    """A number of bytes in GiB, as text."""
    return f"{size / 2**30:.1f} GiB"


def remedies(section: TrainConfig) -> list[str]:
    """Settings that would save memory and that this section does not have yet, the cheapest first."""
    changes = [f"train.micro_batch lower ({section.micro_batch // 2})"] if section.micro_batch > 1 else []
    if section.whole_gradients:
        changes.append("train.whole_gradients to false")
    if section.activation_checkpointing != "full":
        stronger = "selective" if section.activation_checkpointing == "none" else "full"
        changes.append(f"train.activation_checkpointing to {stronger}")
    if section.precision not in BF16_PRECISIONS:
        changes.append("train.precision to bf16")
    if section.optimizer == "adamw" and section.optimizer_states == "fp32":
        changes.append("train.optimizer_states to bf16")
    return [*changes, "mix.sequence_length lower", "more processes to share the weights (torchrun)"]


TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
"""Numbers of the parameters, from malloc.h."""
NEVER_TRIM = 2**31 - 1
MMAP_FROM_BYTES = 32 << 20
"""Bytes from which a buffer is mapped by itself whatever one asks for."""


def keep_freed_memory() -> None:
    """Let this process keep freed memory from now on; where the C library is not glibc, nothing happens."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(TRIM_THRESHOLD, NEVER_TRIM)
        mallopt(MMAP_THRESHOLD, MMAP_FROM_BYTES)
