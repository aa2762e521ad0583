"""Before a recipe's first stage that needs its base: whether all of them can do with it what the recipe asks."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from emma.errors import EmmaError, RecipeError
from emma.pipeline.recipe import Recipe
from emma.store.address import address
from emma.store.artifact import Artifact

CHECKED = "checked"
"""Folder of the store that remembers which base passed, for which settings."""


def preflight(recipe: Recipe, base: Artifact, store: Path, say: Callable[[str], None]) -> None:
    """RecipeError, with all that is wrong, unless the base can be adapted, trained, evaluated and released.

    What is worth knowing is said. A base that passed is not looked at again for the same settings.
    """
    from emma.models.check import VERSION

    settings = [recipe.adapt.semantic(), recipe.vocab.semantic(), recipe.mix.sequence_length]
    passed = store / CHECKED / f"{address([VERSION, base.key, settings])}.json"
    if not passed.exists():
        notes = examine(recipe, base.path)
        passed.parent.mkdir(parents=True, exist_ok=True)
        passed.write_text(json.dumps(notes, indent=1) + "\n", encoding="utf-8")
    for each in json.loads(passed.read_text(encoding="utf-8")):
        say(f"  base: {each}")


def examine(recipe: Recipe | None, folder: Path, tell: Callable[[str], None] = lambda _: None) -> list[str]:
    """The notes on a base, for a recipe or for any. RecipeError with all problems; `tell` hears of each check."""
    from emma.models.check import check_base

    start = time.perf_counter()
    report = check_base(folder, recipe.vocab.new_pieces if recipe is not None else 0)
    if recipe is not None and not report.problems:
        report.problems += against(recipe, folder)
    for each in report.checks:
        tell(each)
    tell(f"{time.perf_counter() - start:.1f} s")
    report.raise_any(str(folder))
    return report.notes


def against(recipe: Recipe, folder: Path) -> Iterator[str]:
    """What of the recipe's settings this base cannot have."""
    from emma.adapt.model import plan_config
    from emma.models.configuration import context_of
    from emma.train.documents import check_rotary

    length = recipe.mix.sequence_length
    try:
        config = plan_config(folder, recipe.adapt)
        check_rotary(config, length)
    except EmmaError as error:
        yield str(error)
        return
    if length > (context := context_of(config) or 0):
        yield (
            f"mix.sequence_length = {length} is longer than its context of {context}. Lower it, or set adapt.context "
            "higher."
        )


def check_command(base: str, tell: Callable[[str], None]) -> list[str]:
    """What `emma check` says of a model folder, or of a recipe's base. RecipeError as `examine`."""
    from emma.pipeline.base import base_folder

    if not base.endswith(".toml"):
        if not Path(base).is_dir():
            raise RecipeError(f"{base} is neither a model folder nor a recipe (.toml).")
        return examine(None, Path(base), tell)
    recipe = Recipe.read(base)
    folder = base_folder(recipe)
    if folder is None:
        raise RecipeError(f"{base} names no folder as its base, so there is nothing to check yet.")
    return examine(recipe, folder, tell)
