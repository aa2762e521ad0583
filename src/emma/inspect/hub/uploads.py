"""What of a release goes to the Hugging Face hub: its folders, each with the repository that it is for.

The files are those of the release, but for the cards: only now are the names known by which people will load them.
"""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from emma.config.extras import need
from emma.errors import RecipeError
from emma.pipeline.corpus import find_input, read_provenance
from emma.pipeline.home import Run
from emma.release.config import ReleaseConfig
from emma.release.run import list_withheld
from emma.store import shards
from emma.store.artifact import Artifact

CARD = "README.md"
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
    only: Literal["model", "corpus"] | None = None
    """The one folder to send; None: both."""
    private: bool = False

    @classmethod
    def parse(
        cls, name: str, corpus: str | None, only: Literal["model", "corpus"] | None, private: bool
    ) -> "Destination":
        """From a command's options. Raises RecipeError for names that the hub does not take."""
        owner = name.partition("/")[0]
        corpus = corpus or f"{name}-corpus"
        destination = cls(name, corpus if "/" in corpus else f"{owner}/{corpus}", only, private)
        for each in (destination.model, destination.corpus):
            refuse_name(each)
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
def stage_uploads(run: Run, destination: Destination) -> Iterator[list[Upload]]:
    """The folders of a run's release as they go out, while the block lasts; the data set first, which the model names.

    Raises RecipeError when the run has no release yet.
    """
    release = run.artifact("release")
    with tempfile.TemporaryDirectory(prefix="emma-") as scratch:
        uploads = []
        if destination.only != "model" and has_text(release):
            corpus = link_folder(release.file("corpus"), Path(scratch) / "corpus")
            write_card(corpus, destination.corpus, ())
            uploads.append(Upload("dataset", destination.corpus, corpus, list_files(corpus)))
        if destination.only != "corpus":
            model = link_folder(release.file("model"), Path(scratch) / "model")
            write_card(model, destination.model, [upload.repository for upload in uploads])
            uploads.append(Upload("model", destination.model, model, list_files(model)))
        yield uploads


def has_text(release: Artifact) -> bool:
    """Whether any text is released: sources that may not be redistributed leave none."""
    return any(release.file("corpus").glob("data/**/*.*"))


def link_folder(source: Path, to: Path) -> Path:
    """A folder with links to the files of another."""
    for path in sorted(path for path in source.rglob("*") if path.is_file()):
        link = to / path.relative_to(source)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(path.resolve())
    return to


def write_card(folder: Path, repository: str, datasets: list[str] | tuple[str, ...]) -> None:
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


def list_withheld_sources(run: Run) -> list[tuple[str, str]]:
    """The sources whose text a run's release leaves out, each with its licence."""
    release = run.artifact("release")
    sources = shards.read(find_input(run.home, release, "collect").file("sources.parquet")).to_pylist()
    section = ReleaseConfig.model_validate(read_provenance(release)["config"])
    withheld = list_withheld(section, sources)
    return [(source["source"], source["licence"]) for source in sources if source["source"] in withheld]
