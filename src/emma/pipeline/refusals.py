"""What is refused before a stage has begun: calls, recipes and environments with which hours would be lost."""

import multiprocessing

from emma.config.extras import check
from emma.errors import RecipeError
from emma.pipeline.recipe import INPUTS, Recipe
from emma.wording import suggest

PACKAGES = {
    "vocab": (("transformers", "train"), ("tokenizers", "train")),
    "adapt": (("torch", "train"),),
    "report": (("jinja2", "report"),),
    "release": (("datasets", "train"),),
}
"""What stages need beyond EMMA's own dependencies, and the extra that brings it."""


def refuse_call(until: str, workers: int | None) -> None:
    """RecipeError for a stage or number of workers that there cannot be, or a script that its own workers run again."""
    stages_until(until)
    if workers is not None and (not isinstance(workers, int) or workers < 1):
        raise RecipeError(f"workers: {workers!r} is no number of processes from 1. Leave it out for one per core.")
    # What multiprocessing itself looks at: a worker that is importing the script which started it.
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise RecipeError('Each worker imports the script anew: call emma.run under `if __name__ == "__main__":`.')


def stages_until(until: str) -> list[str]:
    """The stages up to and with one, in order. Raises RecipeError when there is no such stage."""
    names = list(INPUTS)
    if until not in names:
        raise RecipeError(f"There is no stage '{until}'. {suggest(until, names)}")
    return names[: names.index(until) + 1]


def refuse_part_of_step(recipe: Recipe, until: str) -> None:
    """RecipeError for a budget that ends in the middle of the first step: it is met before hours have gone into it."""
    tokens, step = recipe.mix.tokens, recipe.train.batch_tokens
    if "train" in stages_until(until) and tokens < step:
        raise RecipeError(
            f"mix.tokens = {tokens} ends in the middle of the first step, which has train.batch_tokens = {step}. Raise "
            "mix.tokens, or lower train.batch_tokens."
        )


def refuse_keeping_nothing(recipe: Recipe, until: str) -> None:
    """RecipeError for a setting that keeps what a base knows where there is none."""
    named = recipe.train.needs_base
    if named and "train" in stages_until(until) and recipe.base is None and recipe.train.start is None:
        raise RecipeError(
            f"train.{named} keeps what a base knows, but the recipe has no `base`. Name one, or leave train.{named} "
            "out."
        )


def check_extras(until: str) -> None:
    """ExtraError for a package that a later stage will miss, before hours have gone into the earlier ones."""
    for stage in stages_until(until):
        for module, extra in PACKAGES.get(stage, ()):
            check(module, extra)
