"""The models that a person tries: those of a run, or a folder such as a release's, with a base beside it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from emma.errors import RecipeError
from emma.evaluate.backends.backend import Backend
from emma.evaluate.backends.open import find_model, open_backend
from emma.evaluate.config import EvaluateConfig
from emma.models.folder import CONFIG
from emma.models.places import HUB_ID
from emma.pipeline.base import CONVERTED, MODEL, base_artifact
from emma.pipeline.home import Home, Run
from emma.pipeline.record import LOCK
from emma.store import manifest as manifests
from emma.wording import suggest

RELEASED = "model"
"""Folder of the model in a release's."""


@dataclass(frozen=True)
class TriedModels:
    """The folders of the models, and the run that they are of, if they are of one."""

    adapted: Path
    base: Path | None
    run: Run | None = None
    note: str | None = None
    """Why there is no base."""

    @property
    def folders(self) -> dict[str, Path]:
        """The models by name, the base first."""
        return {name: path for name, path in (("base", self.base), ("adapted", self.adapted)) if path is not None}

    def open(self) -> dict[str, Callable[[], Backend]]:
        """How to open each; once opened, it stays. RecipeError for a folder that holds no model EMMA can run."""
        return {
            name: cache(lambda folder=folder: open_backend(str(folder), EvaluateConfig()))
            for name, folder in self.folders.items()
        }


def find_models(home: Home, name: str, base: str | None = None) -> TriedModels:
    """The models that a run's name or folder, or the folder of a model or release, stands for.

    `base` names another base than the run's. Raises RecipeError for what is none of these, and for a run that has no
    model yet.
    """
    named_base = find_model(base) if base is not None else None
    if (folder := find_model_folder(home, name)) is not None:
        return TriedModels(folder, named_base)
    run = find_named_run(home, name)
    adapted = find_trained(run)
    if named_base is not None:
        return TriedModels(adapted, named_base, run)
    found, note = find_run_base(run)
    return TriedModels(adapted, found, run, note)


def find_model_folder(home: Home, name: str) -> Path | None:
    """The folder of a model that is no run's: one of Hugging Face, a release, or one of the hub; None for a run."""
    if name in [run.name for run in home.list_runs()] or (Path(name) / LOCK).exists():
        return None
    for folder in (Path(name), Path(name) / RELEASED):
        if (folder / CONFIG).exists():
            return folder
    return find_model(name) if HUB_ID.fullmatch(name) else None


def find_named_run(home: Home, name: str) -> Run:
    """The run of a name. Raises RecipeError where it is neither that nor a model."""
    names = [run.name for run in home.list_runs()]
    # A run is called after the folder of its text, which lies beside it.
    if name not in names and Path(name).is_dir() and not (Path(name) / LOCK).exists():
        raise RecipeError(
            f"{name} is neither the folder of a run, which has a {LOCK}, nor that of a model, which has a {CONFIG}. "
            "`emma status` lists the runs of a home; a released model lies in RUN/release/model."
        )
    if name not in names and not Path(name).exists():
        raise RecipeError(
            f"'{name}' is neither a run in {home.path} nor the folder of a run or model. {suggest(name, names)} --home "
            "names another home."
        )
    return home.choose_run(name)


def find_trained(run: Run) -> Path:
    """The folder of the model that a run trained. Raises RecipeError where it has none yet."""
    if "train" not in run.addresses:
        begun = "train" in run.begun
        raise RecipeError(
            f"The run '{run.name}' in {run.home.path} has trained no model yet: `emma status` shows how far it is."
            + (f" Try a checkpoint: `emma export-checkpoint {run.name} OUT`, then `emma try OUT`." if begun else "")
        )
    return run.artifact("train").file("model")


def find_run_base(run: Run) -> tuple[Path | None, str | None]:
    """The folder of a run's base, else why there is none."""
    manifest = manifests.read(run.artifact("adapt").path)
    key = manifest["made_by"].get("inputs", {}).get("base") if manifest is not None else None
    if key is None:
        return None, f"The run '{run.name}' has no base: its training started from random weights."
    for folder in list_places(run.home, key):
        return folder, None
    return None, (
        f"The base of the run '{run.name}' is no longer where it was, or is not as it was. Name its folder: --base DIR."
    )


def list_places(home: Home, key: str) -> Iterator[Path]:
    """Folders that hold the base of this address: what a run trained, what a GGUF file became, or one elsewhere."""
    for folder in (home.store / "train" / key / MODEL, home.store / CONVERTED / key / MODEL):
        if (folder / CONFIG).exists():
            yield folder
    # A folder outside of the store is known by the content of its files alone, which were hashed where it lies.
    fingerprints = home.fingerprints()
    for path in fingerprints.find_names(CONFIG):
        if path.exists() and is_base(path.parent, key, home):
            yield path.parent


def is_base(folder: Path, key: str, home: Home) -> bool:
    """Whether a folder holds the base of this address."""
    try:
        return base_artifact(folder, home.fingerprints()).key == key
    except RecipeError:
        return False
