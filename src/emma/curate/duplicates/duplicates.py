"""Duplicates: equal texts share a hash; near ones are candidates by locality-sensitive hashing, verified on the text.

Documents are numbered through all shards in order, and smaller numbers are preferred. Texts are compared once, whatever
languages label them: candidates and similarities are between the first documents of equal texts. Nothing here knows
what was dropped for its quality, and only the last step knows the threshold.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from emma.curate.duplicates.bare import find_bare, scatter_bare
from emma.curate.duplicates.candidates import find_candidates, scatter_bands
from emma.curate.duplicates.shuffle import Shard, numbering
from emma.curate.duplicates.templates import are_copies, read_facts
from emma.curate.duplicates.texts import equal_texts, first_texts, scatter_texts
from emma.curate.duplicates.verify import NEAR_PAIRS, verify, write_shingles
from emma.kernels.sets import Indices, flatten, join, survivors_in_turn
from emma.store import shards
from emma.store.artifact import Artifact
from emma.work.work import Work


def find_duplicates(documents: Sequence[Shard], work: Work, *, buckets: int, near_threshold: float) -> Artifact:
    """Sets of duplicates among the documents of some shards and their annotations.

    The artifact has, int64 (n): `texts.npy`, the first document of the same normalised text in any language;
    `near.npy`, the first of the component of equal and near texts; `clusters.npy`, that of these and of pairs of
    translations with what shares a side with them. `near.parquet` has the near pairs among first documents, with
    their Jaccard similarity and whether one is a copy of the other: pages of one template are near, and no copies.
    `bare.npy`, int64 (2, m), has first documents above, and below copies of these without diacritics.
    """
    hashes = work.scatter(scatter_texts, documents, buckets, label="hashes of texts")
    starts = numbering(hashes[0][1]).tolist()
    equal = work.each(equal_texts, hashes)
    texts = work.gather(first_texts, equal, starts[-1])

    bare = work.each(find_bare, work.scatter(scatter_bare, documents, buckets, label="bare texts"), texts)
    bands = work.scatter(scatter_bands, documents, buckets, label="bands of signatures")
    candidates = work.scatter(find_candidates, bands, buckets, texts, label="candidates")
    shingles = work.each(write_shingles, list(zip(documents, starts, strict=False)), candidates[0][1])
    near = work.each(verify, candidates, tuple(shingles))
    return work.gather(connect, near, tuple(equal), tuple(bare), texts, near_threshold)


def connect(  # noqa: PLR0917 - what all steps before it made
    out: Path,
    near: tuple[Artifact, ...],
    equal: tuple[Artifact, ...],
    bare: tuple[Artifact, ...],
    texts: Artifact,
    threshold: float,
) -> dict[str, int]:
    """Write what `find_duplicates` returns, from verified pairs and from sides that equal other texts."""
    shutil.copyfile(texts.file("texts.npy"), out / "texts.npy")
    pairs = near_pairs(near, threshold)
    shards.write(out / "near.parquet", pairs.select(["left", "right", "jaccard", "copy"]))
    parents = np.load(texts.file("texts.npy"))
    join(parents, *(np.array(pairs[side]) for side in ("left", "right")))  # as `sides` are, not read-only
    lacking = np.concatenate([np.load(part.file("bare.npy")) for part in bare], axis=1)
    np.save(out / "bare.npy", lacking)
    join(parents, lacking[0], lacking[1])
    flatten(parents)
    np.save(out / "near.npy", parents)
    for part in equal:
        sides = np.load(part.file("sides.npy"))
        join(parents, sides[0], sides[1])
    flatten(parents)
    np.save(out / "clusters.npy", parents)
    return {"near_pairs": pairs.num_rows, "clusters": int((parents == np.arange(len(parents))).sum())}


def near_pairs(parts: Sequence[Artifact], threshold: float) -> pa.Table:
    """The verified pairs at or above the threshold, sorted, and which of them are copies."""
    found = pa.concat_tables([NEAR_PAIRS.empty_table(), *(shards.read(part.file("near.parquet")) for part in parts)])
    found = found.append_column("copy", pa.array(are_copies(found, read_facts(parts))))
    least = pa.scalar(np.float32(threshold))  # as the similarities are stored
    near = found.filter(pc.greater_equal(found["jaccard"], least))
    return near.sort_by([("left", "ascending"), ("right", "ascending")]).combine_chunks()


@dataclass(frozen=True)
class Copies:
    """Which texts are copies of which, as `kernels.sets.survivors_in_turn` wants them."""

    texts: Indices
    left: Indices
    right: Indices
    last: NDArray[np.bool_]
    """Copies without diacritics."""

    @classmethod
    def of(cls, sets: Artifact) -> "Copies":
        """Read them from what `find_duplicates` returned."""
        texts, bare = np.load(sets.file("texts.npy")), np.load(sets.file("bare.npy"))
        pairs = shards.read(sets.file("near.parquet"), ["left", "right", "copy"])
        near = pairs.filter(pairs["copy"])
        left, right = (np.append(near[name], bare[side]) for side, name in enumerate(("left", "right")))
        return cls(texts, left, right, np.isin(texts, bare[1]))

    def survivors(self, langs: NDArray[np.int32], allowed: NDArray[np.bool_]) -> tuple[NDArray[np.uint8], Indices]:
        """What becomes of each document: see `survivors_in_turn`."""
        found: tuple[NDArray[np.uint8], Indices] = survivors_in_turn(
            self.texts, langs, allowed, self.left, self.right, self.last
        )
        return found
