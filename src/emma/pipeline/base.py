"""The model that a recipe adapts: where it is, and whether every stage can do with it what the recipe asks.

It is a folder on the disk, or what another recipe trains. It is checked before the first stage that needs it.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from emma.errors import EmmaError, RecipeError
from emma.pipeline.home import Home
from emma.pipeline.recipe import Recipe
from emma.store.address import Fingerprints, address
from emma.store.artifact import Artifact
from emma.store.files import read_json, write_json

WEIGHTS = ("*.safetensors", "pytorch_model*.bin")
"""Names of files with weights, as save_pretrained writes them."""
TEMPLATES = "additional_chat_templates"
"""Folder in which transformers 5 keeps a base's further chat templates."""
CHECKED_FOLDER = "checked"
"""Folder of the store that remembers which base passed, for which settings."""


def refuse_circular_base(recipe: Recipe) -> None:
    """RecipeError where a recipe is its own base, directly or through others."""
    paths = [recipe.path.resolve()]
    while (base := recipe.base_recipe) is not None:
        paths.append(base.path.resolve())
        if paths[-1] in paths[:-1]:
            raise RecipeError(f"The base recipes go in a circle: {' → '.join(path.name for path in paths)}.")
        recipe = base


def find_base(recipe: Recipe, home: Home) -> Artifact | Recipe | None:
    """The base model's folder as an artifact; the recipe that makes it; or None where training starts from nothing.

    Raises RecipeError when it is neither, or the folder holds no weights, before any work is done.
    """
    if (base := recipe.base_recipe) is not None:
        return base
    folder = base_folder(recipe)
    return None if folder is None else base_artifact(folder, home.fingerprints())


def base_folder(recipe: Recipe) -> Path | None:
    """The folder of the base, None where there is none or a recipe makes it. RecipeError when it is not there."""
    if recipe.base is None or recipe.base.endswith(".toml"):
        return None
    # Beside the data first: recipes that are passed on name both from one folder.
    places = [Path(recipe.data) / recipe.base, Path(recipe.base)]
    folder = next((place for place in places if place.is_dir()), None)
    if folder is None:
        looked = " and ".join(str(place.absolute()) for place in dict.fromkeys(places))
        raise RecipeError(f"The base '{recipe.base}' of recipe '{recipe.name}' is not a folder; looked at {looked}.")
    return folder


def base_artifact(folder: Path, fingerprints: Fingerprints) -> Artifact:
    """A Hugging Face model folder as an artifact, addressed by the content of its files."""
    if not (folder / "config.json").exists() or not any(any(folder.glob(pattern)) for pattern in WEIGHTS):
        raise RecipeError(
            f"{folder} is not a model to adapt: it needs config.json and weights ({' or '.join(WEIGHTS)}). "
            "Point 'base' at a folder written by save_pretrained or downloaded whole from a hub."
        )
    files = [path for path in folder.iterdir() if path.is_file()]
    files += [path for path in (folder / TEMPLATES).rglob("*") if path.is_file()]
    names = {path.relative_to(folder).as_posix(): path for path in files}
    key = address("base", [[name, fingerprints.of(names[name])] for name in sorted(names)])
    fingerprints.save()
    return Artifact(folder.absolute(), key)


def trained_base(recipe: Recipe, home: Home) -> Artifact:
    """The trained model of another recipe, as a base."""
    train = home.run(recipe.name).artifact("train")
    return Artifact(train.file("model"), train.key)


def check_base_once(recipe: Recipe, base: Artifact, store: Path, say: Callable[[str], None]) -> None:
    """Check that the base can be adapted, trained, evaluated and released as the recipe asks, and report its notes.

    A base that passed is not looked at again for the same settings. Raises RecipeError with all that is wrong.
    """
    from emma.models.check import CHECK_VERSION

    # The settings that decide what a base must be able to do; others may change without a new check.
    settings = [recipe.adapt.semantic(), recipe.vocab.semantic(), recipe.mix.sequence_length]
    passed = store / CHECKED_FOLDER / f"{address([CHECK_VERSION, base.key, settings])}.json"
    if not passed.exists():
        notes = check_base_folder(recipe, base.path)
        passed.parent.mkdir(parents=True, exist_ok=True)
        write_json(passed, notes)
    for note in read_json(passed):
        say(f"  base: {note}")


def check_base_folder(recipe: Recipe | None, folder: Path, say: Callable[[str], None] = lambda _: None) -> list[str]:
    """The notes on a base, for a recipe or for any; `say` gets each check. Raises RecipeError with all problems."""
    from emma.models.check import check_base

    start = time.perf_counter()
    report = check_base(folder, recipe.vocab.new_pieces if recipe is not None else 0)
    if recipe is not None and not report.problems:
        report.problems += find_conflicts(recipe, folder)
    for check in report.checks:
        say(check)
    say(f"{time.perf_counter() - start:.1f} s")
    report.raise_any(str(folder))
    return report.notes


def find_conflicts(recipe: Recipe, folder: Path) -> Iterator[str]:
    """The recipe's settings that this base cannot have, in sentences."""
    from emma.adapt.model import plan_config
    from emma.models.configuration import context_length
    from emma.train.documents import check_rotary

    length = recipe.mix.sequence_length
    try:
        config = plan_config(folder, recipe.adapt)
        check_rotary(config, length)
    except EmmaError as error:
        yield str(error)
        return
    if length > (context := context_length(config) or 0):
        yield (
            f"mix.sequence_length = {length} is longer than its context of {context}. Lower it, or set adapt.context "
            "higher."
        )


def check_named_base(name: str, say: Callable[[str], None]) -> list[str]:
    """The notes on a model folder, or on a recipe's base with the recipe's settings. Raises as `check_base_folder`."""
    if not name.endswith(".toml"):
        if not Path(name).is_dir():
            raise RecipeError(f"{name} is neither a model folder nor a recipe (.toml).")
        return check_base_folder(None, Path(name), say)
    recipe = Recipe.read(name)
    folder = base_folder(recipe)
    if folder is None:
        raise RecipeError(f"{name} names no folder as its base, so there is nothing to check yet.")
    return check_base_folder(recipe, folder, say)
