"""A model's name in a recipe or command, and the backend that it stands for."""

import re
from collections.abc import Sequence
from pathlib import Path

from emma.config.extras import need
from emma.errors import RecipeError
from emma.evaluate.backends.backend import Backend
from emma.evaluate.config import EvaluateConfig
from emma.store.address import Fingerprints

FAKE = "fake:"
SERVER = ("http://", "https://")
HUB_ID = re.compile(r"(\w[\w.-]*/\w[\w.-]*)@([\w./-]+)")


def split_name(model: str) -> tuple[str, str]:
    """The name that a model goes by, and what it is: `NAME=folder`, or a folder alone, named by its last part."""
    name, equals, place = model.partition("=")
    if equals and "/" not in name and ":" not in name:
        return name, place
    return re.split(r"[/#:]", model.rstrip("/"))[-1], model


def name_models(models: Sequence[str]) -> dict[str, str]:
    """What each model is, by its name. Raises RecipeError where two have the same."""
    pairs = [split_name(model) for model in models]
    names = [name for name, _ in pairs]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise RecipeError(
            f"Two models are called '{twice[0]}'. Give each a name of its own: NAME={dict(pairs)[twice[0]]}."
        )
    return dict(pairs)


def open_backend(place: str, section: EvaluateConfig, fingerprints: Fingerprints | None = None) -> Backend:
    """The backend of a model: a folder, `owner/name@revision` of the Hugging Face hub, `http://…#model`, `fake:NAME`.

    Weights are read when they are first needed. Raises RecipeError for what is none of these, or not on this machine.
    """
    if place.startswith(FAKE):
        from emma.evaluate.backends.fake import Fake

        return Fake(place.removeprefix(FAKE))
    if place.startswith(SERVER):
        from emma.evaluate.backends.server import Server

        return Server(place)
    folder = find_model(place)
    need("torch", "train")
    need("transformers", "train")
    from emma.evaluate.backends.hf import HuggingFace

    return HuggingFace(folder, section, fingerprints)


def find_model(place: str) -> Path:
    """The folder of a model that is no server's. Raises RecipeError for what is no model, or not on this machine."""
    folder = Path(place) if Path(place).is_dir() else find_fetched(place)
    if not (folder / "config.json").exists():
        raise RecipeError(f"The folder {folder} holds no Hugging Face model: it has no config.json.")
    return folder


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
            f"`hf download {match[1]} --revision {match[2]}`, then run again."
        ) from None
