"""Where the plan to show comes from: the mix that was made, what was packed, or an inventory when nothing was yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from emma.errors import RecipeError
from emma.inspect.mix import inventory
from emma.mix.plan import plan_mix
from emma.mix.run import count_epoch_tokens
from emma.mix.sources import Floats, read_training_rows
from emma.pipeline.home import Home
from emma.pipeline.recipe import INPUTS, Recipe
from emma.store import shards
from emma.store.artifact import Artifact
from emma.work.graph import Step, step_address


@dataclass(frozen=True)
class Planned:
    """A plan, and how it came about."""

    origin: str
    """In words."""
    rows: Sequence[Mapping[str, Any]]
    """schemas.PLAN, and the `words` of each source; numbers that nobody knows are None."""


def planned(recipe: Recipe, home: Home, files: Sequence[Path]) -> Planned:
    """The plan of a recipe. Inventories named here go first, those that the recipe names last.

    Raises RecipeError where there is neither anything packed nor an inventory, and whatever planning raises.
    """
    packed = None if files else find_pack(recipe, home)
    if packed is not None:
        return from_pack(recipe, home, packed)
    listed = list(files) or [recipe.path.parent / name for name in recipe.mix.inventory]
    if not listed:
        raise RecipeError(
            f"Nothing was packed yet in the run '{recipe.name}' of {home.path}. Run `emma pack {recipe.path}` first, "
            "or say what there is with --inventory FILE.csv."
        )
    return from_inventory(recipe, listed)


def from_pack(recipe: Recipe, home: Home, pack: Artifact) -> Planned:
    """The mix as it was made, if it was with these settings; else as it would be."""
    rows = read_training_rows(pack)
    mix = find_mix(recipe, home, pack)
    if mix is not None:
        return Planned("as the run has it", with_words(shards.read(mix.file("plan.parquet")), rows))
    origin = "as `emma mix` would plan it from what was packed"
    if recipe.mix.packing != "concatenate":
        origin += "; the padding that packing leaves is not counted yet"
    return Planned(origin, compute(recipe, rows, count_epoch_tokens(recipe.mix, rows, [])))


def from_inventory(recipe: Recipe, files: Sequence[Path]) -> Planned:
    """The mix of what an inventory says there will be."""
    rows = inventory.read(files, recipe.mix.tokens_per_word)
    names = ", ".join(each.name for each in files)
    return Planned(f"from {names}", compute(recipe, rows, inventory.sizes(rows)))


def compute(recipe: Recipe, rows: pa.Table, tokens: Floats) -> list[dict[str, Any]]:
    """The plan of such rows (schemas.PACKED) with the recipe's settings."""
    return with_words(plan_mix(recipe.mix, rows, tokens).table, rows)


def with_words(table: pa.Table, rows: pa.Table) -> list[dict[str, Any]]:
    """The plan's rows with the words of their sources, and no epochs of what has no size."""
    words = inventory.words_of(rows)
    return [
        {**row, "words": words.get((row["lang"], row["domain"]))} | ({} if row["tokens"] else {"epochs": None})
        for row in table.to_pylist()
    ]


def find_pack(recipe: Recipe, home: Home) -> Artifact | None:
    """What the recipe's run has packed, if it has come that far."""
    run = home.run(recipe.name)
    return run.artifact("pack") if "pack" in run.addresses else None


def find_mix(recipe: Recipe, home: Home, pack: Artifact) -> Artifact | None:
    """The mix of what was packed with exactly these settings, if it was made."""
    key, _ = step_address(Step("mix", recipe.mix, INPUTS["mix"]), {"pack": pack})
    return home.load("mix", key)
