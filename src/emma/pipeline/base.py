"""The model that a recipe adapts: a folder on the disk, or what another recipe trains."""

from pathlib import Path

from emma.errors import RecipeError
from emma.pipeline.home import Home
from emma.pipeline.recipe import Recipe
from emma.store.address import Fingerprints, address
from emma.store.artifact import Artifact

WEIGHTS = ("*.safetensors", "pytorch_model*.bin")
"""Names of files with weights, as save_pretrained writes them."""
TEMPLATES = "additional_chat_templates"
"""Folder in which transformers 5 keeps a base's further chat templates."""


def refuse_circle(recipe: Recipe) -> None:
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
    files = [each for each in folder.iterdir() if each.is_file()]
    files += [each for each in (folder / TEMPLATES).rglob("*") if each.is_file()]
    names = {each.relative_to(folder).as_posix(): each for each in files}
    key = address("base", [[name, fingerprints.of(names[name])] for name in sorted(names)])
    fingerprints.save()
    return Artifact(folder.absolute(), key)


def trained_base(recipe: Recipe, home: Home) -> Artifact:
    """The trained model of another recipe, as a base."""
    train = home.run(recipe.name).artifact("train")
    return Artifact(train.file("model"), train.key)
