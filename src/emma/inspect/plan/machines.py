"""Machines to train on: accelerators by name, with their makers' numbers, or this machine."""

import os
from dataclasses import dataclass

from emma.errors import RecipeError
from emma.models.accelerators import PEAK_FLOPS

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
MACHINES = {
    machine.name: machine
    for machine in (
        Machine("A100", 81920 * MIB, PEAK_FLOPS["A100"], None, 400),  # NVIDIA A100 80GB SXM data sheet
        Machine("L40S", 46068 * MIB, PEAK_FLOPS["L40S"], 733e12, 350),  # NVIDIA L40S data sheet
        # NVIDIA Ada architecture paper, appendix A
        Machine("RTX4090", 24564 * MIB, PEAK_FLOPS["RTX 4090"], 330e12, 450),
        Machine("H100", 81559 * MIB, PEAK_FLOPS["H100"], 1979e12, 700),  # NVIDIA H100 SXM data sheet
        # NVIDIA GH200 data sheet; its GPU's share of 1,000 W
        Machine("GH200", 97871 * MIB, PEAK_FLOPS["GH200"], 1979e12, 700),
        Machine("H200", 143771 * MIB, PEAK_FLOPS["H200"], 1979e12, 700),  # NVIDIA H200 SXM data sheet
        Machine("B200", 183359 * MIB, PEAK_FLOPS["B200"], 4500e12, 1000),  # NVIDIA DGX B200 data sheet
        Machine("MI250X", 65520 * MIB, PEAK_FLOPS["MI250X"], None, 280),  # AMD data sheet; of one of its two dies
        Machine("MI300X", 196592 * MIB, PEAK_FLOPS["MI300X"], 2615e12, 750),  # AMD data sheet
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
