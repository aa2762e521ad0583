"""Out of memory is told with its numbers, and anything else is left alone; freed memory is kept."""

import platform
import subprocess
import sys

import pytest
import torch

from emma.errors import RecipeError
from emma.train.config import TrainConfig
from emma.train.memory import explain_out_of_memory, remedies
from emma.train.ranks import process_group

CPU = torch.device("cpu")
SECTION = TrainConfig(device="cpu", micro_batch=8)


def test_what_the_accelerator_says() -> None:
    said = "CUDA out of memory. Tried to allocate 2.13 GiB. GPU 0 has a total capacity of 139.80 GiB"
    with (
        process_group(SECTION),
        pytest.raises(RecipeError, match=r"Out of memory in process 0 of 1 \(cpu on .*\): .* GiB were in use when "),
        explain_out_of_memory(SECTION, 4096, CPU),
    ):
        raise torch.OutOfMemoryError(said)


def test_the_numbers_are_there() -> None:
    with (
        process_group(SECTION),
        pytest.raises(
            RecipeError, match=r"2\.13 GiB more were wanted\. .* 8 sequences of 4,096 tokens\. Set train\.mi"
        ),
        explain_out_of_memory(SECTION, 4096, CPU),
    ):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.13 GiB. GPU 0 has")


def test_what_the_main_memory_says() -> None:
    """A real allocation of 2^60 bytes."""
    with (
        process_group(SECTION),
        pytest.raises(RecipeError, match=f"{1 << 60} bytes more were"),
        explain_out_of_memory(SECTION, 16, CPU),
    ):
        torch.empty(1 << 60, dtype=torch.int8)


def test_other_errors_stay_what_they_are() -> None:
    with pytest.raises(RuntimeError, match="shapes"), explain_out_of_memory(SECTION, 16, CPU):
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")


def test_what_goes_on_from_the_last_checkpoint_is_told() -> None:
    """Of the settings that are advised, one is no part of what the training is."""
    with (
        process_group(SECTION),
        pytest.raises(RecipeError, match=r"train\.whole_gradients, go on from the last"),
        explain_out_of_memory(SECTION, 16, CPU),
    ):
        raise MemoryError
    assert TrainConfig(whole_gradients=True).semantic() == TrainConfig().semantic()
    others = (
        {"micro_batch": 1},
        {"activation_checkpointing": "full"},
        {"precision": "bf16"},
        {"optimizer_states": "bf16"},
    )
    assert all(TrainConfig.model_validate(other).semantic() != TrainConfig().semantic() for other in others)


@pytest.mark.parametrize(
    ("change", "first", "absent"),
    [
        ({"micro_batch": 6}, "train.micro_batch lower (3)", "whole_gradients"),
        ({"micro_batch": 1, "whole_gradients": True}, "train.whole_gradients to false", "micro_batch"),
        ({"micro_batch": 1}, "train.activation_checkpointing to selective", "micro_batch"),
        ({"micro_batch": 1, "activation_checkpointing": "selective"}, "train.activation_checkpointing to full", "none"),
        ({"micro_batch": 1, "activation_checkpointing": "full"}, "train.precision to bf16", "checkpointing"),
        (
            {"micro_batch": 1, "activation_checkpointing": "full", "precision": "bf16", "optimizer_states": "int8"},
            "mix.sequence_length lower",
            "states",
        ),
    ],
)
def test_what_is_advised_is_not_done_yet(change, first: str, absent: str) -> None:
    found = remedies(TrainConfig(**change))
    assert found[0] == first
    assert absent not in " ".join(found)


FAULTS = """
import resource, sys
import numpy as np
from emma.train.memory import keep_freed_memory

def round_of_buffers():
    buffers = [np.ones(1 << 20) for _ in range(6)]

if "keep" in sys.argv:
    keep_freed_memory()
for _ in range(3):
    round_of_buffers()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    round_of_buffers()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc gives memory back so readily")
def test_freed_memory_is_not_mapped_anew() -> None:
    faults = [
        int(subprocess.run([sys.executable, "-c", FAULTS, *word], capture_output=True, check=True).stdout)
        for word in ((), ("keep",))
    ]
    assert faults[1] < 0.1 * faults[0]
