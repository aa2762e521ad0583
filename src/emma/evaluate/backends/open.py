"""A model's name in a recipe or command, and the backend that it stands for."""

import re
from collections.abc import Sequence
from pathlib import Path

from emma.config.extras import need
from emma.errors import RecipeError
from emma.evaluate.backends.backend import Backend
from emma.evaluate.config import EvaluateConfig
from emma.models.places import find_fetched
from emma.store.address import Fingerprints

FAKE = "fake:"
SERVER = ("http://", "https://")


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
