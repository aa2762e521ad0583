"""What of a release goes to the Hugging Face hub: its folders, each with the repository that it is for.

The files are those of the release, but for the cards: only now are the names known by which people will load them.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from emma.config.extras import need
from emma.errors import RecipeError
from emma.pipeline.released import CARD, Folder, Released

HERE = "path/to/this/folder"
"""What stands in a card's examples for the place where the folder lies."""
Kind = Literal["model", "dataset"]


@dataclass(frozen=True)
class Destination:
    """Where a release goes on the hub."""

    model: str
    """`owner/name` of the model."""
    corpus: str
    """`owner/name` of the data set."""
    only: Folder | None = None
    """The one folder to send; None: all."""
    private: bool = False

    @property
    def evaluation(self) -> str:
        """`owner/name` of the data set of answers."""
        return f"{self.model}-evaluation"

    def name(self, folder: Folder) -> str:
        """`owner/name` of a folder."""
        return {"corpus": self.corpus, "evaluation": self.evaluation, "model": self.model}[folder]

    @classmethod
    def parse(cls, name: str, corpus: str | None, only: Folder | None, private: bool) -> "Destination":
        """From a command's options. Raises RecipeError for names that the hub does not take."""
        if only not in (None, *get_args(Folder)):
            raise RecipeError(f"A release has no folder '{only}' to send; it has {', '.join(get_args(Folder))}.")
        owner = name.partition("/")[0]
        corpus = corpus or f"{name}-corpus"
        destination = cls(name, corpus if "/" in corpus else f"{owner}/{corpus}", only, private)
        for folder in reversed(get_args(Folder)):  # the name that was given first
            refuse_name(destination.name(folder))
        return destination


@dataclass(frozen=True)
class Upload:
    """A folder, and the repository that it is for."""

    kind: Kind
    repository: str
    folder: Path
    files: Mapping[str, int]
    """Bytes of each file, by its path in the folder."""


def refuse_name(name: str) -> None:
    """RecipeError for a name that the hub does not take."""
    errors = need("huggingface_hub.errors", "hub")
    try:
        need("huggingface_hub.utils", "hub").validate_repo_id(name)
        reason = "" if name.count("/") == 1 else "it has no owner before a slash."
    except errors.HFValidationError as error:
        reason = str(error)
    if reason:
        raise RecipeError(
            f"'{name}' is no name of a repository on the hub: {reason} Write OWNER/NAME, such as masakhane/swahili-1b, "
            "where OWNER is you or an organisation that you are in."
        )


@contextmanager
def stage_uploads(release: Released, destination: Destination) -> Iterator[list[Upload]]:
    """The folders of a release as they go out, while the block lasts; data sets first, which the model names."""
    with tempfile.TemporaryDirectory(prefix="emma-") as scratch:
        uploads: list[Upload] = []
        for folder in release.folders:
            if destination.only in (None, folder):
                uploads.append(stage_folder(release.path, folder, Path(scratch), destination, uploads))
        yield uploads


def stage_folder(
    release: Path, folder: Folder, scratch: Path, destination: Destination, before: Sequence[Upload]
) -> Upload:
    """A folder as it goes out; a model's card names the corpus that went before it."""
    to, repository, is_model = scratch / folder, destination.name(folder), folder == "model"
    link_folder(release / folder, to)
    named = [upload.repository for upload in before if upload.repository == destination.corpus]
    write_card(to, repository, named if is_model else ())
    return Upload("model" if is_model else "dataset", repository, to, list_files(to))


def link_folder(source: Path, to: Path) -> Path:
    """A folder with links to the files of another; returns it."""
    for path in sorted(path for path in source.rglob("*") if path.is_file()):
        link = to / path.relative_to(source)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(path.resolve())
    return to


def write_card(folder: Path, repository: str, datasets: Sequence[str]) -> None:
    """Put in place of a card the same with the repository's name in its examples, and the data sets it goes with."""
    hub = need("huggingface_hub", "hub")
    path = folder / CARD
    card = hub.RepoCard(path.read_text(encoding="utf-8").replace(HERE, repository), ignore_metadata_errors=True)
    if datasets:
        card.data["datasets"] = sorted({*(card.data.get("datasets") or ()), *datasets})
    path.unlink()  # a link to the release's own
    path.write_text(str(card), encoding="utf-8")


def list_files(folder: Path) -> dict[str, int]:
    """The files of a folder with their bytes, by path."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in found}
