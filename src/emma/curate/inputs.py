"""Inputs of the curate stage, shard by shard, in the order of the sources' priority, in which documents are numbered.

A shard holds one source, so the smallest number among duplicates is the smallest (priority, place in the recipe, row).
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import TypeVar

from emma.store import shards
from emma.store.artifact import Artifact

T = TypeVar("T")


@dataclass(frozen=True)
class CurateInputs:
    """Lists of one length: shard by shard, in order of priority."""

    places: Sequence[int]
    """The place of each shard among those of collect."""
    documents: Sequence[Artifact]
    annotations: Sequence[Artifact]
    identified: Sequence[Artifact] | None
    """None where no language was identified."""
    contamination: Sequence[Artifact] | None
    """None where no benchmark was named."""

    @classmethod
    def of(cls, collect: Artifact, annotate: Artifact) -> "CurateInputs":
        """Sort the shards of both artifacts by priority."""
        documents = collect.parts["documents"]
        places = sort_by_priority(documents, collect)

        def part(name: str) -> Sequence[Artifact] | None:
            return [annotate.parts[name][place] for place in places] if name in annotate.parts else None

        annotations = part("annotations") or ()
        return cls(
            places, [documents[place] for place in places], annotations, part("identified"), part("contamination")
        )

    def divide(self, sources: Set[str]) -> "tuple[CurateInputs, CurateInputs]":
        """The shards that are of none of these sources, and those that are."""
        is_of = [shards.source_of(shard.file("documents.parquet")) in sources for shard in self.documents]
        return self._choose([not one for one in is_of]), self._choose(is_of)

    def _choose(self, chosen: Sequence[bool]) -> "CurateInputs":
        def some(shards: Sequence[T]) -> list[T]:
            return [shard for shard, is_mine in zip(shards, chosen, strict=True) if is_mine]

        optional = (None if part is None else some(part) for part in (self.identified, self.contamination))
        return CurateInputs(some(self.places), some(self.documents), some(self.annotations), *optional)

    @property
    def pairs(self) -> list[tuple[Artifact, Artifact]]:
        """Documents and annotations."""
        return list(zip(self.documents, self.annotations, strict=True))


def as_collected(*results: tuple[CurateInputs, Sequence[T]]) -> list[T]:
    """The results of the shards of some inputs, in the order in which collect made the shards."""
    placed = [pair for inputs, values in results for pair in zip(inputs.places, values, strict=True)]
    return [result for _, result in sorted(placed, key=lambda pair: pair[0])]


def sort_by_priority(documents: Sequence[Artifact], collect: Artifact) -> list[int]:
    """The shards' places, the smallest priority first; equal ones as they come."""
    table = shards.read(collect.file("sources.parquet")).to_pylist()
    priorities = {row["source"]: row.get("priority", 0) for row in table}
    ranks = [priorities.get(shards.source_of(shard.file("documents.parquet")), 0) for shard in documents]
    return sorted(range(len(documents)), key=lambda place: (ranks[place], place))
