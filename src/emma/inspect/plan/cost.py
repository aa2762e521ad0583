"""The plan of a recipe's training: everything that is decided before it runs, as one table of plain values."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from emma.config.extras import need
from emma.errors import RecipeError
from emma.inspect.plan.machines import FRAGMENTS, OVERHEAD, Machine
from emma.inspect.plan.memory import Setting, memory
from emma.inspect.plan.shape import Shape, from_architecture, grown, named, read
from emma.inspect.plan.speed import flops_per_token, speed
from emma.pipeline.recipe import Recipe
from emma.train.config import TrainConfig

FIRST = 3 + 256
"""Rows that a vocabulary made from nothing has before its first piece: specials and bytes."""

MOST = 4096
"""Accelerators that anybody has."""

Plan = dict[str, Any]


@dataclass(frozen=True)
class Wanted:
    """What is asked beside the recipe."""

    machine: Machine
    ranks: int = 1
    shape: str | None = None
    price: float | None = None
    """Of an hour of one accelerator."""
    watts: float | None = None
    tokens_per_s: float | None = None
    """Of one accelerator."""
    measure: bool = False
    home: Path | None = None


def make(recipe: Recipe, wanted: Wanted) -> Plan:
    """The plan. Raises RecipeError when the shape of the model cannot be known."""
    shape, source = shape_of(recipe, wanted.shape)
    setting = Setting(
        settled(recipe.train, wanted.machine), recipe.mix.sequence_length, wanted.ranks, wanted.machine.kind
    )
    samples = recipe.mix.tokens // recipe.mix.sequence_length
    sequences = recipe.train.sequences_per_step(recipe.mix.sequence_length)
    tokens, each = samples * recipe.mix.sequence_length, flops_per_token(shape, setting)
    need = memory(shape, setting)
    return {
        "recipe": recipe.name,
        "model": {**asdict(shape), "weights": shape.weights, "from": source},
        "tokens": tokens,
        "sequence_length": recipe.mix.sequence_length,
        "steps": -(-samples // sequences),
        "batch_tokens": sequences * recipe.mix.sequence_length,
        "flops_per_token": each,
        "flops": each * tokens,
        "machine": asdict(wanted.machine),
        "ranks": wanted.ranks,
        "memory": {**asdict(need), "total": need.total},
        "capacity": capacity(wanted.machine),
        "fits": need.total <= capacity(wanted.machine),
        "remedy": remedy(shape, setting, wanted.machine),
        "fewest_ranks": fewest_ranks(shape, setting, wanted.machine),
        **costs(shape, setting, wanted, tokens, each),
    }


def settled(section: TrainConfig, machine: Machine) -> TrainConfig:
    """The section with the precision that `auto` means on the machine: every GPU in the table has bfloat16."""
    if section.precision != "auto":
        return section
    precision = "bf16"
    if machine.kind == "cpu":
        need("torch", "train")
        from torch import device

        from emma.models.device import choose_precision

        precision = choose_precision("auto", device("cpu")).value
    return section.model_copy(update={"precision": precision})


def costs(shape: Shape, setting: Setting, wanted: Wanted, tokens: int, flops: float) -> Plan:
    """Speed, hours, energy and money; None for what is not known."""
    found = speed(shape, setting, wanted.machine, wanted.home, said=wanted.tokens_per_s, measure=wanted.measure)
    hours = tokens / found.tokens_per_s / 3600 if found else None
    watts = wanted.watts or wanted.machine.watts
    peak = wanted.machine.flops
    return {
        "tokens_per_s": found.tokens_per_s if found else None,
        "speed_from": found.source if found else None,
        "mfu": found.tokens_per_s * flops / peak if found and peak else None,
        "device_hours": hours,
        "hours": hours / wanted.ranks if hours else None,
        "watts": watts,
        "kwh": hours * watts / 1000 if hours and watts else None,
        "price": wanted.price,
        "money": hours * wanted.price if hours and wanted.price else None,
    }


def capacity(machine: Machine) -> float:
    """Bytes that tensors can have: what allocators and libraries take is left out."""
    return (machine.memory - OVERHEAD[machine.kind]) / (1 + FRAGMENTS[machine.kind])


def remedy(shape: Shape, setting: Setting, machine: Machine) -> Mapping[str, Any] | None:
    """The least change of settings with which it fits: the first of `changes`; None when it fits, or nothing helps."""
    if memory(shape, setting).total <= capacity(machine):
        return None
    for change in changes(setting.section):
        section = setting.section.model_copy(update=change)
        changed = Setting(section, setting.sequence_length, setting.ranks, setting.kind)
        if memory(shape, changed).total <= capacity(machine):
            return change
    return None


def changes(section: TrainConfig) -> Iterator[dict[str, Any]]:
    """Ever larger changes that take less memory, those that cost least speed and exactness first."""
    change: dict[str, Any] = {}
    smaller = section.micro_batch
    for key, value in (
        ("whole_gradients", False),
        *[("micro_batch", smaller >> power) for power in range(1, smaller.bit_length())],
        ("activation_checkpointing", "selective"),
        ("activation_checkpointing", "full"),
        ("optimizer_states", "bf16"),
        ("optimizer_states", "int8"),
    ):
        if getattr(section, key) != value and not _stronger(key, getattr(section, key), value):
            change = {**change, key: value}
            yield change


def _stronger(key: str, has: Any, value: Any) -> bool:
    """Whether a setting already does more than this value."""
    order = {"activation_checkpointing": ("none", "selective", "full"), "optimizer_states": ("fp32", "bf16", "int8")}
    return key in order and order[key].index(has) > order[key].index(value)


def fewest_ranks(shape: Shape, setting: Setting, machine: Machine) -> int | None:
    """The least power of two of accelerators that the settings as they are fit on; None when no number helps."""
    section = setting.section
    for ranks in (1 << power for power in range(MOST.bit_length())):
        changed = Setting(section, setting.sequence_length, ranks, setting.kind)
        if memory(shape, changed).total <= capacity(machine):
            return ranks
    return None


def shape_of(recipe: Recipe, name: str | None) -> tuple[Shape, str]:
    """The shape of the model that is trained, and where it is from.

    `name` (a named shape, or the path of a configuration) stands for the base where that is not on the disk. Raises
    RecipeError when there is neither.
    """
    pieces, pad_to = recipe.vocab.new_pieces, recipe.vocab.pad_to
    if name is not None:
        return grown(named(name), pieces, pad_to), name
    if recipe.base is None:
        return from_architecture(recipe.adapt.architecture, padded(FIRST + pieces, pad_to)), "adapt.architecture"
    if recipe.base.endswith(".toml"):
        below = Recipe.read(recipe.path.parent / recipe.base)
        shape, source = shape_of(below, None)
        return untied(grown(shape, pieces, pad_to), recipe), f"{source} of {recipe.base}"
    for folder in (Path(recipe.data) / recipe.base, Path(recipe.base)):
        if (folder / "config.json").is_file():
            return untied(grown(read(folder / "config.json"), pieces, pad_to), recipe), str(folder)
    raise RecipeError(
        f"The base '{recipe.base}' is not on this disk, so its shape is not known. Name it with --shape: a name "
        f"such as llama2-7b, or the path of its config.json."
    )


def padded(rows: int, pad_to: int) -> int:
    """The next multiple."""
    return -(-rows // pad_to) * pad_to


def untied(shape: Shape, recipe: Recipe) -> Shape:
    """The shape with a head of its own, where the recipe gives it one."""
    return replace(shape, tied=False) if recipe.adapt.untie else shape
