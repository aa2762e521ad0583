"""The model that a recipe adapts: where it is, and whether every stage can do with it what the recipe asks.

It is a folder on the disk, a GGUF file, which becomes a folder of the store once, or what another recipe trains. It is
checked before the first stage that needs it.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from emma.errors import EmmaError, RecipeError
from emma.models.folder import Json
from emma.models.gguf import GGUF_VERSION, convert_gguf
from emma.models.places import find_model_place
from emma.pipeline.home import Home
from emma.pipeline.recipe import Recipe
from emma.store.address import Fingerprints, address
from emma.store.artifact import Artifact, commit, load, staging
from emma.store.files import read_json, write_json

WEIGHTS = ("*.safetensors", "pytorch_model*.bin")
"""Names of files with weights, as save_pretrained writes them."""
TEMPLATES = "additional_chat_templates"
"""Folder in which transformers 5 keeps a base's further chat templates."""
CONVERTED, MODEL = "base", "model"
"""Folder of the store with what GGUF files became, and the model's folder in each."""
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

    The folder of a GGUF file may not be there yet: `make_base` makes it. Raises RecipeError when it is none of these,
    or the folder holds no weights, before any work is done.
    """
    if (base := recipe.base_recipe) is not None:
        return base
    place = base_place(recipe)
    if place is None:
        return None
    return base_artifact(place, home.fingerprints()) if place.is_dir() else gguf_artifact(place, home)


def base_place(recipe: Recipe) -> Path | None:
    """The folder or GGUF file of the base, None where there is none or a recipe makes it. RecipeError when it is not
    there."""
    if recipe.base is None or recipe.base.endswith(".toml"):
        return None
    # Beside the data first: recipes that are passed on name both from one folder.
    return find_model_place(recipe.base, (Path(recipe.data), Path()))


def gguf_artifact(file: Path, home: Home) -> Artifact:
    """The folder that a GGUF file becomes, addressed by the content of the file; it may not be there yet."""
    key = address(describe_conversion(file, home))
    return Artifact(home.store / CONVERTED / key / MODEL, key)


def describe_conversion(file: Path, home: Home) -> Json:
    """What the folder of a GGUF file is made of: the file's content, and its name, which the card says."""
    fingerprints = home.fingerprints()
    digest = fingerprints.of(file)
    fingerprints.save()
    return {"stage": CONVERTED, "version": GGUF_VERSION, "file": file.name, "sha256": digest}


def make_base(recipe: Recipe, base: Artifact, home: Home, say: Callable[[str], None]) -> None:
    """Make the folder of a base that is a GGUF file, if it is not there. RecipeError for a file that cannot be read."""
    file, path = base_place(recipe), base.path.parent
    if file is None or file.is_dir() or load(path, root=home.store) is not None:
        return
    say(f"{recipe.name}: reading {file.name} into {path}")
    with staging(path) as temporary:
        record = convert_gguf(file, temporary / MODEL)
        made_by = describe_conversion(file, home)
        commit(temporary, path, root=home.store, made_by=made_by, key=base.key, counts={})
    say(f"  base: {describe_reading(record)}")


def describe_reading(record: Json) -> str:
    """What a model that was read from GGUF makes of a known text, in one line."""
    return (
        f"{record['beginning']!r} goes on {record['continuation']!r}, an English passage takes "
        f"{record['bits_per_byte']:.3f} bits per byte"
    )


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
    settings = [recipe.adapt.semantic(), recipe.vocab.semantic(), recipe.mix.sequence_length, recipe.train.freeze]
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
    from emma.train.model.config import frozen_blocks
    from emma.train.model.documents import check_rotary

    length = recipe.mix.sequence_length
    try:
        config = plan_config(folder, recipe.adapt)
        check_rotary(config, length)
        frozen_blocks(recipe.train.freeze, config.get_text_config().num_hidden_layers)
    except EmmaError as error:
        yield str(error)
        return
    if length > (context := context_length(config) or 0):
        yield (
            f"mix.sequence_length = {length} is longer than its context of {context}. Lower it, or set adapt.context "
            "higher."
        )


def check_named_base(name: str, say: Callable[[str], None]) -> list[str]:
    """The notes on a model by its folder, GGUF file, package or hub id, or on a recipe's base with the recipe's
    settings. Raises as `check_base_folder`."""
    recipe = Recipe.read(name) if name.endswith(".toml") else None
    place = find_model_place(name) if recipe is None else base_place(recipe)
    if place is None:
        raise RecipeError(
            f"{name} names no model as its base: it has none, or another recipe makes it. Nothing is there to check."
        )
    if place.is_dir():
        return check_base_folder(recipe, place, say)
    with TemporaryDirectory(prefix="emma-check-") as folder:
        say(describe_reading(convert_gguf(place, Path(folder))))
        return check_base_folder(recipe, Path(folder), say)
