"""The plan of a recipe's training: everything that can be known before it runs, as one table of plain values."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypedDict

from emma.config.extras import need
from emma.errors import RecipeError
from emma.inspect.plan.machines import Machine
from emma.inspect.plan.memory import TrainingSetting, find_memory_peak
from emma.inspect.plan.remedies import find_fewest_ranks, find_remedy, usable_memory
from emma.inspect.plan.shape import (
    find_named_shape,
    pad_rows,
    read_shape,
    shape_from_architecture,
    shape_of_gguf,
    with_new_pieces,
)
from emma.inspect.plan.speed import estimate_speed, flops_per_token
from emma.models.places import find_model_place
from emma.models.shape import Shape
from emma.pipeline.base import refuse_circular_base
from emma.pipeline.recipe import Recipe
from emma.train.config import TrainConfig

RESERVED_ROWS = 3 + 256
"""Rows that a vocabulary made from nothing has before its first piece: specials and bytes."""


@dataclass(frozen=True)
class PlanQuestion:
    """The question to a plan, beside the recipe."""

    machine: Machine
    ranks: int = 1
    """Accelerators that train together."""
    shape: str | None = None
    """A named shape, or the path of a configuration, in place of the base's."""
    price: float | None = None
    """Price of an hour of one accelerator."""
    watts: float | None = None
    """Power of one accelerator."""
    tokens_per_s: float | None = None
    """Speed of one accelerator, where it is known."""
    measure: bool = False
    """Whether to measure the speed on this machine."""
    home: Path | None = None
    """Home in which to look for runs whose speed was measured."""


class Costs(TypedDict):
    """Speed, hours, energy and money; None for what is not known."""

    tokens_per_s: float | None
    """Speed of one accelerator."""
    speed_from: str | None
    """The source of the speed."""
    speed_is_assumed: bool
    """Whether nothing was measured, so that hours, energy and money are the least that it may take."""
    mfu: float | None
    """Share of the machine's peak."""
    device_hours: float | None
    hours: float | None
    """Hours by the clock."""
    watts: float | None
    """Power of one accelerator."""
    kwh: float | None
    price: float | None
    money: float | None


class TrainingPlan(Costs):
    """The answer of `emma plan`."""

    recipe: str
    model: dict[str, Any]
    """The fields of Shape, `weights`, and `from`: where the shape was found."""
    tokens: int
    sequence_length: int
    steps: int
    batch_tokens: int
    """Tokens per step, summed over ranks."""
    flops_per_token: float
    flops: float
    """Operations of the whole training."""
    machine: dict[str, Any]
    """The fields of Machine."""
    ranks: int
    memory: dict[str, Any]
    """The fields of MemoryPeak and their `total`, in bytes."""
    capacity: float
    """Bytes that tensors can have on one accelerator."""
    fits: bool
    remedy: Mapping[str, object] | None
    """The least change of settings with which it fits; None when it fits, or nothing helps."""
    fewest_ranks: int | None
    """Accelerators on which it fits as it is."""


def plan_training(recipe: Recipe, question: PlanQuestion) -> TrainingPlan:
    """Plan the training of a recipe. Raises RecipeError when the shape of the model is not known."""
    refuse_circular_base(recipe)
    shape, source = find_shape(recipe, question.shape)
    machine, sequence_length = question.machine, recipe.mix.sequence_length
    section = resolve_precision(recipe.train, machine)
    setting = TrainingSetting(section, sequence_length, question.ranks, machine.kind)
    samples = recipe.mix.tokens // sequence_length
    sequences = recipe.train.sequences_per_step(sequence_length)
    tokens, flops = samples * sequence_length, flops_per_token(shape, setting)
    peak = find_memory_peak(shape, setting)
    return {
        "recipe": recipe.name,
        "model": {**asdict(shape), "weights": shape.weights, "from": source},
        "tokens": tokens,
        "sequence_length": sequence_length,
        "steps": -(-samples // sequences),
        "batch_tokens": sequences * sequence_length,
        "flops_per_token": flops,
        "flops": flops * tokens,
        "machine": asdict(machine),
        "ranks": question.ranks,
        "memory": {**asdict(peak), "total": peak.total},
        "capacity": usable_memory(machine),
        "fits": peak.total <= usable_memory(machine),
        "remedy": find_remedy(shape, setting, machine),
        "fewest_ranks": find_fewest_ranks(shape, setting, machine),
        **estimate_costs(shape, setting, question, tokens, flops),
    }


def resolve_precision(section: TrainConfig, machine: Machine) -> TrainConfig:
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


def estimate_costs(shape: Shape, setting: TrainingSetting, question: PlanQuestion, tokens: int, flops: float) -> Costs:
    """Speed, hours, energy and money of training on `tokens`, at `flops` per token."""
    machine = question.machine
    speed = estimate_speed(
        shape, setting, machine, question.home, stated=question.tokens_per_s, measure=question.measure
    )
    hours = tokens / speed.tokens_per_s / 3600 if speed else None
    watts = question.watts or machine.watts
    return {
        "tokens_per_s": speed.tokens_per_s if speed else None,
        "speed_from": speed.source if speed else None,
        "speed_is_assumed": speed is not None and speed.is_assumed,
        "mfu": speed.tokens_per_s * flops / machine.flops if speed and machine.flops else None,
        "device_hours": hours,
        "hours": hours / question.ranks if hours else None,
        "watts": watts,
        "kwh": hours * watts / 1000 if hours and watts else None,
        "price": question.price,
        "money": hours * question.price if hours and question.price else None,
    }


def find_shape(recipe: Recipe, name: str | None) -> tuple[Shape, str]:
    """The shape of the model that is trained, and where it is from.

    `name` (a named shape, or the path of a configuration) stands for the base where that is not on the disk. Raises
    RecipeError when there is neither.
    """
    pieces, pad_to = recipe.vocab.new_pieces, recipe.vocab.pad_to
    if name is not None:
        return with_new_pieces(find_named_shape(name), pieces, pad_to), name
    if recipe.base is None:
        rows = pad_rows(RESERVED_ROWS + pieces, pad_to)
        return shape_from_architecture(recipe.adapt.architecture, rows), "adapt.architecture"
    if recipe.base.endswith(".toml"):
        shape, source = find_shape(Recipe.read(recipe.path.parent / recipe.base), None)
        return with_own_head(with_new_pieces(shape, pieces, pad_to), recipe), f"{source} of {recipe.base}"
    try:
        place = find_model_place(recipe.base, (Path(recipe.data), Path()))
    except RecipeError as error:
        raise RecipeError(
            f"{error} Without it its shape is not known: name that with --shape, a name such as llama2-7b or the path "
            "of its config.json."
        ) from None
    shape = read_shape(place / "config.json") if place.is_dir() else shape_of_gguf(place)
    return with_own_head(with_new_pieces(shape, pieces, pad_to), recipe), str(place)


def with_own_head(shape: Shape, recipe: Recipe) -> Shape:
    """The shape with a head of its own, where the recipe gives it one."""
    return replace(shape, tied=False) if recipe.adapt.untie else shape
