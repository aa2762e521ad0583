"""The command: the plan of a recipe, or the documents of one optimiser step of it."""

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from emma.errors import RecipeError
from emma.inspect.mix.planned import find_mix, find_pack, planned
from emma.inspect.mix.summary import summary
from emma.pipeline.home import Home
from emma.pipeline.recipe import Recipe
from emma.tokens.samples import Samples


def show(path: Path, changes: Sequence[str], home: Home, files: Sequence[Path], stage: str | None) -> dict[str, Any]:
    """The plan of a recipe in numbers. Raises RecipeError when there is no such stage, and as `planned` does."""
    recipe = Recipe.read(path, changes)
    found = planned(recipe, home, files)
    names = list(dict.fromkeys(row["stage"] for row in found.rows))
    if stage not in (None, *names):
        raise RecipeError(f"--stage {stage}: the stages of {path} are {', '.join(names)}.")
    whole = summary(found.rows, recipe.mix.sequence_length, stage)
    step = step_sequences(recipe)
    return {
        "recipe": recipe.name,
        "origin": found.origin,
        "sequence_length": recipe.mix.sequence_length,
        "step_tokens": step * recipe.mix.sequence_length,
        "steps": math.ceil(whole["sequences"] / step),
        **whole,
    }


def show_step(path: Path, changes: Sequence[str], home: Home, step: int) -> dict[str, Any]:
    """The documents of one step, from 1 as training counts them.

    Raises RecipeError when the mix was not made yet, or has no such step.
    """
    recipe = Recipe.read(path, changes)
    pack = find_pack(recipe, home)
    mix = find_mix(recipe, home, pack) if pack is not None else None
    if pack is None or mix is None:
        raise RecipeError(
            f"The run '{recipe.name}' of {home.path} has no mix with these settings yet: run `emma mix {path}` first."
        )
    samples, each = Samples(pack, mix), step_sequences(recipe)
    steps = math.ceil(len(samples) / each)
    if not 1 <= step <= steps:
        raise RecipeError(f"--step {step}: the mix of {path} has the steps 1 to {steps}, of {each} sequences.")
    numbers = range((step - 1) * each, min(step * each, len(samples)))
    return {
        "recipe": recipe.name,
        "step": step,
        "steps": steps,
        "stage": stage_of(samples.stages, numbers[0]),
        "stages": len(samples.stages),
        "documents": list(documents(samples, numbers)),
    }


def documents(samples: Samples, numbers: Sequence[int]) -> Iterator[Mapping[str, Any]]:
    """A row for every part of a document in these samples."""
    for number in numbers:
        for part in samples.documents(number):
            place = {"sample": number, "lang": part.lang, "domain": part.domain}
            yield {**place, "document": part.id, "first": part.first, "tokens": part.tokens}


def stage_of(stages: Sequence[tuple[str, int]], sample: int) -> str:
    """The stage that a sample is in."""
    for name, size in stages:
        if sample < size:
            return name
        sample -= size
    return stages[-1][0]


def step_sequences(recipe: Recipe) -> int:
    """Sequences of an optimiser step over all processes, as training has them."""
    return recipe.train.sequences_per_step(recipe.mix.sequence_length)
