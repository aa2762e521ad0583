"""A finished release, as `emma.open(run).release` answers for it: its folders, and what they leave out."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from emma.errors import ArtifactError
from emma.pipeline.corpus import find_input, read_provenance
from emma.pipeline.home import Run
from emma.pipeline.unheeded import refuse_removed
from emma.release.config import ReleaseConfig
from emma.release.licences import OTHER
from emma.store import shards
from emma.store.artifact import Artifact
from emma.store.files import read_json

CARD = "README.md"
Folder = Literal["corpus", "evaluation", "model"]
"""Folders of a release, in the order in which they go to the hub: data sets first, which the model's card names."""


@dataclass(frozen=True)
class Withheld:
    """A source that the model was trained on, and whose text is not in the release."""

    source: str
    licence: str
    documents: int
    """Those that curation kept."""


@dataclass(frozen=True)
class Released:
    """The release of a run."""

    path: Path
    folders: Mapping[Folder, Path]
    """Those that have more than a card, in the order in which they go to the hub."""
    absent: Mapping[Folder, str]
    """The others, and why they are not there."""
    withheld: tuple[Withheld, ...]
    gaps: tuple[str, ...]
    """Settings of `[release]` without which the cards leave readers with a question."""


def read_release(run: Run) -> Released:
    """The release of a run. RecipeError when it has none yet, or documents of it were removed since it was made."""
    released = run.artifact("release")
    refuse_removed(run.home, *(find_input(run.home, released, stage) for stage in ("collect", "curate")))
    section = ReleaseConfig.model_validate(read_provenance(released)["config"])
    path = released.folder()
    folders = {name: path / name for name in get_args(Folder) if is_filled(path / name)}
    return Released(
        path=path,
        folders=folders,
        absent={name: explain_absence(name, section) for name in get_args(Folder) if name not in folders},
        withheld=list_withheld(run, released),
        gaps=list_gaps(section),
    )


def explain_absence(folder: Folder, section: ReleaseConfig) -> str:
    """Why a release may lack a folder, or have a card alone in it."""
    if folder == "evaluation":
        nothing = "nothing was written or answered that may be given on"
        return nothing if section.generations else "release.generations is false"
    return "all of its text is of sources that may not be given on"


def is_filled(folder: Path) -> bool:
    """Whether a folder of a release has more than a card: sources that may not be redistributed leave no text."""
    return any(path.is_file() and path.name != CARD for path in folder.rglob("*"))


def list_withheld(run: Run, released: Artifact) -> tuple[Withheld, ...]:
    """The sources whose text a release leaves out."""
    if (counts := read_json(released.file("checks.json")).get("withheld")) is None:
        raise ArtifactError(
            f"The release of '{run.name}' was made by an older EMMA, which did not note what it withholds. Run its "
            "recipe again (emma run RECIPE)."
        )
    sources = find_input(run.home, released, "collect").file("sources.parquet")
    licences = {row["source"]: row["licence"] for row in shards.read(sources, ["source", "licence"]).to_pylist()}
    return tuple(Withheld(source, licences[source], facts["documents"]) for source, facts in counts.items())


def list_gaps(section: ReleaseConfig) -> tuple[str, ...]:
    """Settings of `[release]` that are left open and that readers of a card ask for."""
    has_licence = section.licence != OTHER or section.licence_name or section.licence_link
    stated = {"licence": has_licence, "authors": section.authors, "contact": section.contact}
    return tuple(name for name, value in stated.items() if not value)
