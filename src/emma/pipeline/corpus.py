"""A run's corpus: the artifacts of collect, annotate and curate that belong together, for whoever looks into it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emma.errors import ArtifactError
from emma.pipeline.home import Home, Run
from emma.schemas import Row
from emma.store import manifest, shards
from emma.store.artifact import Artifact

Place = tuple[int, int]
"""A document's shard and row, from 0."""


@dataclass(frozen=True)
class Corpus:
    """The three artifacts, shards in collect's order."""

    collect: Artifact
    annotate: Artifact
    curate: Artifact

    @classmethod
    def of(cls, run: Run) -> "Corpus":
        """The artifacts that the run's curate was made from, though other settings may have been tried since.

        Raises RecipeError when the run has not come that far, ArtifactError when what it was made from is gone.
        """
        curate = run.artifact("curate")
        return cls(find_input(run.home, curate, "collect"), find_input(run.home, curate, "annotate"), curate)

    def part(self, name: str) -> Sequence[Artifact] | None:
        """A part of any of the three, such as `identified`; None where there is none."""
        for artifact in (self.collect, self.annotate, self.curate):
            if name in artifact.parts:
                return artifact.parts[name]
        return None

    def rows(self, places: Sequence[Place], columns: Sequence[str]) -> Iterator[Row]:
        """Some columns of the documents at these places; only the row groups that hold them are read."""
        for shard, row in places:
            yield read_part_row(self.collect.parts["documents"][shard], "documents", row, columns)


def read_part_row(part: Artifact, table: str, row: int, columns: Sequence[str] | None = None) -> Row:
    """One row of a shard's table."""
    return shards.read_row(part.file(f"{table}.parquet"), row, columns)


def read_provenance(artifact: Artifact) -> Mapping[str, Any]:
    """Read what made an artifact: stage, version, config, inputs."""
    content = manifest.read(artifact.path, artifact.url)
    if content is None:
        raise ArtifactError(f"{artifact.path} has no manifest. Delete that folder and run again to rebuild it.")
    facts: dict[str, Any] = content["made_by"]
    return facts


def find_input(home: Home, artifact: Artifact, stage: str) -> Artifact:
    """The artifact of another stage that one was made from. Raises ArtifactError when it is gone."""
    source = home.load(stage, read_provenance(artifact)["inputs"][stage])
    if source is None:
        raise ArtifactError(
            f"{artifact.path} was made from a {stage} that is gone. Run its recipe again to rebuild it."
        )
    return source
