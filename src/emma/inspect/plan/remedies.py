"""Whether a training fits into a machine's memory, and the least change with which it does."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from emma.inspect.plan.machines import FRAGMENTATION, OVERHEAD_BYTES, Machine
from emma.inspect.plan.memory import TrainingSetting, find_memory_peak
from emma.models.shape import Shape
from emma.train.config import TrainConfig

MAX_GPUS = 4096
"""Upper end of the search for a number of accelerators on which a training fits."""


def usable_memory(machine: Machine) -> float:
    """Bytes that tensors can have: what allocators and libraries take is left out."""
    return (machine.memory - OVERHEAD_BYTES[machine.kind]) / (1 + FRAGMENTATION[machine.kind])


def find_remedy(shape: Shape, setting: TrainingSetting, machine: Machine) -> Mapping[str, object] | None:
    """The least change of settings with which it fits; None when it fits as it is, or nothing helps."""
    if find_memory_peak(shape, setting).total <= usable_memory(machine):
        return None
    for change in list_memory_changes(setting.section):
        changed = replace(setting, section=setting.section.model_copy(update=change))
        if find_memory_peak(shape, changed).total <= usable_memory(machine):
            return change
    return None


def list_memory_changes(section: TrainConfig) -> Iterator[dict[str, object]]:
    """Ever larger changes that take less memory, those that cost least speed and exactness first."""
    change: dict[str, object] = {}
    # Halved until it is 1: the same model up to rounding, only slower.
    micro_batch = section.micro_batch
    for key, value in (
        ("whole_gradients", False),
        *[("micro_batch", micro_batch >> power) for power in range(1, micro_batch.bit_length())],
        ("activation_checkpointing", "selective"),
        ("activation_checkpointing", "full"),
        ("optimizer_states", "bf16"),
        ("optimizer_states", "int8"),
    ):
        if getattr(section, key) != value and not _saves_more(key, getattr(section, key), value):
            change = {**change, key: value}
            yield change


def _saves_more(key: str, current: Any, value: Any) -> bool:
    """Whether a setting saves more as it is than with this value."""
    order = {"activation_checkpointing": ("none", "selective", "full"), "optimizer_states": ("fp32", "bf16", "int8")}
    return key in order and order[key].index(current) > order[key].index(value)


def find_fewest_ranks(shape: Shape, setting: TrainingSetting, machine: Machine) -> int | None:
    """The least power of two of accelerators that the settings as they are fit on; None when no number helps."""
    # Powers of two, as machines have 1, 2, 4 or 8 accelerators.
    for ranks in (1 << power for power in range(MAX_GPUS.bit_length())):
        if find_memory_peak(shape, replace(setting, ranks=ranks)).total <= usable_memory(machine):
            return ranks
    return None
