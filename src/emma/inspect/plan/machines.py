"""Machines to train on: accelerators by name, with their makers' numbers, or this machine."""

import os
from dataclasses import dataclass

from emma.errors import RecipeError
from emma.models.accelerators import PEAK_FLOPS, RATED_WATTS

OVERHEAD_BYTES = {"cuda": 1.5e9, "cpu": 0.5e9}
"""Bytes beside tensors: the driver's context and kernels, or Python with its libraries."""
FRAGMENTATION = {"cuda": 0.04, "cpu": 0.35}
"""Share of the tensors that allocators keep on top: on GPUs what torch's own loses between blocks; on CPUs what the C
library does not give back (measured: benchmarks/train/plan.py)."""


@dataclass(frozen=True)
class Machine:
    """One accelerator, or the processor of a machine."""

    name: str
    memory: float
    """Bytes, as its driver shows them."""
    flops: float | None
    """Peak of dense bfloat16 operations per second; None: not known without measuring."""
    flops8: float | None
    """Peak of dense operations per second in 8 bits."""
    watts: float | None
    """Rated power."""
    kind: str = "cuda"


MIB = 2.0**20


def _describe(words: str, mebibytes: int, flops8: float | None) -> Machine:
    """An accelerator by the words of its name in the tables of `emma.models.accelerators`."""
    return Machine(words.replace(" ", ""), mebibytes * MIB, PEAK_FLOPS[words], flops8, RATED_WATTS[words])


MACHINES = {
    machine.name: machine
    for machine in (
        _describe("A100", 81920, None),  # NVIDIA A100 80GB SXM data sheet
        _describe("L40S", 46068, 733e12),  # NVIDIA L40S data sheet
        _describe("RTX 4090", 24564, 330e12),  # NVIDIA Ada architecture paper, appendix A
        _describe("H100", 81559, 1979e12),  # NVIDIA H100 SXM data sheet
        _describe("GH200", 97871, 1979e12),  # NVIDIA GH200 data sheet
        _describe("H200", 143771, 1979e12),  # NVIDIA H200 SXM data sheet
        _describe("B200", 183359, 4500e12),  # NVIDIA DGX B200 data sheet
        _describe("MI250X", 65520, None),  # AMD data sheet; of one of its two dies
        _describe("MI300X", 196592, 2615e12),  # AMD data sheet
    )
}
"""Machines by name; peaks are without sparsity."""


def find_machine(name: str | None) -> Machine:
    """The accelerator of this name, `cpu` for this machine's processor, None for the best that is here.

    Raises RecipeError, with those that are known, for any other name.
    """
    if name is None:
        return detect_machine()
    if name.lower() == "cpu":
        return describe_processor()
    machine = {known.lower(): machine for known, machine in MACHINES.items()}.get(name.lower().replace(" ", ""))
    if machine is None:
        raise RecipeError(f"--gpu {name}: not known. There are: {', '.join(MACHINES)}; or cpu for this machine.")
    return machine


def detect_machine() -> Machine:
    """The accelerator of this machine if it is in the table, else its processor, with all of its memory."""
    from emma.config.extras import need

    torch = need("torch", "train")
    if torch.cuda.is_available():
        properties = torch.cuda.get_device_properties(0)
        known = [machine for name, machine in MACHINES.items() if name in properties.name.replace(" ", "")]
        if known:
            # The longest of the names that occur: H200 is in GH200 too.
            return max(known, key=lambda machine: len(machine.name))
        return Machine(properties.name, properties.total_memory, None, None, None)
    return describe_processor()


def describe_processor() -> Machine:
    """This machine without its accelerators."""
    return Machine("cpu", os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"), None, None, None, "cpu")
