"""The mix of a recipe in numbers, and the documents of one optimiser step of it.

The plan is the mix that was made, else what would be made of what was packed, or of an inventory while nothing was.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from emma.errors import RecipeError
from emma.inspect.mix.inventory import index_words, list_sizes, read_inventories
from emma.inspect.mix.summary import MixSummary, PlanRow, summarise_rows
from emma.mix.plan import plan_mix
from emma.mix.run import count_epoch_tokens
from emma.mix.sources import read_training_rows
from emma.pipeline.home import Home
from emma.pipeline.recipe import INPUTS, Recipe
from emma.store import shards
from emma.store.artifact import Artifact
from emma.tokens.samples import Samples
from emma.ui.numerals import format_count
from emma.ui.terminal import format_table
from emma.wording import suggest
from emma.work.graph import Step, step_address


@dataclass(frozen=True)
class RecipePlan:
    """The rows of a plan, and how it came about."""

    origin: str
    """Way in which it came about, in words."""
    rows: Sequence[PlanRow]


def summarise_mix(recipe: Recipe, home: Home, inventories: Sequence[Path], stage: str | None) -> MixSummary:
    """The mix of a recipe in numbers, or one stage of it.

    Raises RecipeError when there is no such stage, and as `find_plan` does.
    """
    plan = find_plan(recipe, home, inventories)
    names = list(dict.fromkeys(row["stage"] for row in plan.rows))
    if stage not in (None, *names):
        raise RecipeError(f"The mix of {recipe.path} has no stage '{stage}'. {suggest(str(stage), names)}")
    return summarise_rows(
        [row for row in plan.rows if stage in (None, row["stage"])],
        recipe=recipe.name,
        origin=plan.origin,
        sequence_length=recipe.mix.sequence_length,
        step_sequences=recipe.train.sequences_per_step(recipe.mix.sequence_length),
    )


def find_plan(recipe: Recipe, home: Home, inventories: Sequence[Path]) -> RecipePlan:
    """The plan of a recipe. Inventories named here go first, those that the recipe names last.

    Raises RecipeError where there is neither anything packed nor an inventory, and whatever planning raises.
    """
    pack = None if inventories else find_pack(recipe, home)
    if pack is not None:
        return plan_from_pack(recipe, home, pack)
    files = list(inventories) or [recipe.path.parent / name for name in recipe.mix.inventory]
    if not files:
        raise RecipeError(
            f"Nothing was packed yet in the run '{recipe.name}' of {home.path}. Run `emma pack {recipe.path}` first, "
            "or say what there is with --inventory FILE.csv."
        )
    return plan_from_inventories(recipe, files)


def plan_from_pack(recipe: Recipe, home: Home, pack: Artifact) -> RecipePlan:
    """The mix as it was made, if it was with these settings; else as it would be."""
    rows = read_training_rows(pack)
    mix = find_mix(recipe, home, pack)
    if mix is not None:
        return RecipePlan("as the run has it", add_words(shards.read(mix.file("plan.parquet")), rows))
    origin = "as `emma mix` would plan it from what was packed"
    if recipe.mix.packing != "concatenate":
        origin += "; the padding that packing leaves is not counted yet"
    plan = plan_mix(recipe.mix, rows, count_epoch_tokens(recipe.mix, rows, []))
    return RecipePlan(origin, add_words(plan.table, rows))


def plan_from_inventories(recipe: Recipe, files: Sequence[Path]) -> RecipePlan:
    """The mix of what inventories say there will be."""
    rows = read_inventories(files, recipe.mix.tokens_per_word)
    plan = plan_mix(recipe.mix, rows, list_sizes(rows))
    return RecipePlan(f"from {', '.join(file.name for file in files)}", add_words(plan.table, rows))


def add_words(plan: pa.Table, rows: pa.Table) -> list[PlanRow]:
    """The plan's rows with the words of their sources, and no epochs of what has no size."""
    words = index_words(rows)
    return [
        {**row, "words": words.get((row["lang"], row["domain"]))} | ({} if row["tokens"] else {"epochs": None})
        for row in plan.to_pylist()
    ]


def find_pack(recipe: Recipe, home: Home) -> Artifact | None:
    """Find what the recipe's run has packed, if it has come that far."""
    run = home.run(recipe.name)
    return run.artifact("pack") if "pack" in run.addresses else None


def find_mix(recipe: Recipe, home: Home, pack: Artifact) -> Artifact | None:
    """The mix of what was packed with exactly these settings, if it was made."""
    # By its address: a mix made with other settings is not the recipe's.
    key, _ = step_address(Step("mix", recipe.mix, INPUTS["mix"]), {"pack": pack})
    return home.load("mix", key)


@dataclass(frozen=True)
class StepPart:
    """The part of a document that a sample of the step holds."""

    sample: int
    lang: str
    domain: str
    document: str
    first: int
    """The number of its first token in the document, from 0."""
    tokens: int


@dataclass(frozen=True)
class StepDocuments:
    """The documents of one optimiser step."""

    recipe: str
    step: int
    steps: int
    stage: str
    stages: int
    documents: list[StepPart]


def list_step_documents(recipe: Recipe, home: Home, step: int) -> StepDocuments:
    """The documents of one step, from 1 as training counts them.

    Raises RecipeError when the mix was not made yet, or has no such step.
    """
    pack = find_pack(recipe, home)
    mix = find_mix(recipe, home, pack) if pack is not None else None
    if pack is None or mix is None:
        raise RecipeError(
            f"The run '{recipe.name}' of {home.path} has no mix with these settings yet: run `emma mix {recipe.path}` "
            "first."
        )
    samples, size = Samples(pack, mix), recipe.train.sequences_per_step(recipe.mix.sequence_length)
    steps = math.ceil(len(samples) / size)
    if not 1 <= step <= steps:
        raise RecipeError(f"--step {step}: the mix of {recipe.path} has the steps 1 to {steps}, of {size} sequences.")
    numbers = range((step - 1) * size, min(step * size, len(samples)))
    return StepDocuments(
        recipe=recipe.name,
        step=step,
        steps=steps,
        stage=find_stage(samples.stages, numbers[0]),
        stages=len(samples.stages),
        documents=list(_list_parts(samples, numbers)),
    )


def _list_parts(samples: Samples, numbers: Sequence[int]) -> Iterator[StepPart]:
    for number in numbers:
        for part in samples.documents(number):
            yield StepPart(number, part.lang, part.domain, part.id, part.first, part.tokens)


def find_stage(stages: Sequence[tuple[str, int]], sample: int) -> str:
    """The stage that a sample is in."""
    for name, size in stages:
        if sample < size:
            return name
        sample -= size
    return stages[-1][0]


def render_step(step: StepDocuments) -> Iterator[str]:
    """The documents of one step, sample by sample, as text."""
    stage = "" if step.stages == 1 else f", stage {step.stage}"
    yield f"{step.recipe}: step {format_count(step.step)} of {format_count(step.steps)}{stage}"
    heads = ["sample", "language", "domain", "from", "tokens", "document"]
    rows = [
        [str(part.sample), part.lang, part.domain, format_count(part.first), format_count(part.tokens), part.document]
        for part in step.documents
    ]
    yield from format_table([heads, *rows], right=(0, 3, 4))
