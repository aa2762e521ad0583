"""Find duplicates: equal texts share a hash; near ones are candidates by MinHash, verified on the text.

Documents are numbered through all shards in order, and smaller numbers are preferred. Texts are compared once, whatever
languages label them: candidates and similarities are between the first documents of equal texts. Nothing here knows
what was dropped for its quality, and only the last step knows the threshold.

Pairs may be near and yet no copies: they differ in numbers only, or are pages of one template. A page of a template
differs from the others in a few places, and in each of these every page says something else; a copy with a few changed
words differs from its original where no other document does. So it is decided by what other documents have in these
places, and neither by case nor by a list of names, which most scripts and languages have not.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from emma.curate.duplicates.candidates import find_candidates, scatter_bands
from emma.curate.duplicates.equal import find_bare, find_equal_texts, number_first_texts, scatter_bare, scatter_texts
from emma.curate.duplicates.shuffle import Shard, distinct_rows, first_numbers
from emma.curate.duplicates.verify import FACTS, NEAR_PAIRS, verify_candidates, write_shingles
from emma.kernels import differences
from emma.kernels.sets import Indices, choose_survivors, compress_paths, union_pairs
from emma.kernels.text import Hashes
from emma.store import shards
from emma.store.artifact import Artifact
from emma.work.work import Work

MIN_VARIANTS = 3
"""Different things that other documents say in a place, from which it is a slot that a template leaves open."""
MIN_SLOT_SHARE = 0.5
"""Share of a pair's differences that must be in slots for both to be pages of a template. Not all of them, since some
slots, as for points of the compass, have few values."""
MAX_COMMON_TOKENS = 2
"""Tokens with which two facts may both begin ("San José", "San Juan"), so that they differ a little behind the slot's
beginning."""
_MAX_PLACE = 1 << 24
"""Tokens beyond which all places of a document count as one."""


def find_duplicates(documents: Sequence[Shard], work: Work, *, buckets: int, near_threshold: float) -> Artifact:
    """Find sets of duplicates among the documents of some shards and their annotations.

    The artifact has, int64 (n): `texts.npy`, the first document of the same normalised text in any language;
    `near.npy`, the first of the component of equal and near texts; `clusters.npy`, that of these and of pairs of
    translations with what shares a side with them. `near.parquet` has the near pairs among first documents, with
    their Jaccard similarity and whether one is a copy of the other: pages of one template are near, and no copies.
    `bare.npy`, int64 (2, m), has first documents above, and below copies of these without diacritics.
    """
    hashes = work.scatter(scatter_texts, documents, buckets, label="hashes of texts")
    starts = first_numbers(hashes[0][1]).tolist()
    equal = work.each(find_equal_texts, hashes)
    texts = work.gather(number_first_texts, equal, starts[-1])

    bare = work.each(find_bare, work.scatter(scatter_bare, documents, buckets, label="bare texts"), texts)
    bands = work.scatter(scatter_bands, documents, buckets, label="bands of signatures")
    candidates = work.scatter(find_candidates, bands, buckets, texts, label="candidates")
    shingles = work.each(write_shingles, list(zip(documents, starts, strict=False)), candidates[0][1])
    near = work.each(verify_candidates, candidates, tuple(shingles))
    return work.gather(connect_components, near, tuple(equal), tuple(bare), texts, near_threshold)


def connect_components(  # noqa: PLR0917 - the results of all steps before it
    out: Path,
    near: tuple[Artifact, ...],
    equal: tuple[Artifact, ...],
    bare: tuple[Artifact, ...],
    texts: Artifact,
    threshold: float,
) -> dict[str, int]:
    """Write what `find_duplicates` returns, from verified pairs and from sides that equal other texts."""
    shutil.copyfile(texts.file("texts.npy"), out / "texts.npy")
    pairs = read_near_pairs(near, threshold)
    shards.write(out / "near.parquet", pairs.select(["left", "right", "jaccard", "copy"]))
    parents = np.load(texts.file("texts.npy"))
    union_pairs(parents, *(np.array(pairs[side]) for side in ("left", "right")))  # as `sides` are, not read-only
    bare_copies = np.concatenate([np.load(part.file("bare.npy")) for part in bare], axis=1)
    np.save(out / "bare.npy", bare_copies)
    union_pairs(parents, bare_copies[0], bare_copies[1])
    compress_paths(parents)
    np.save(out / "near.npy", parents)
    for part in equal:
        sides = np.load(part.file("sides.npy"))
        union_pairs(parents, sides[0], sides[1])
    compress_paths(parents)
    np.save(out / "clusters.npy", parents)
    return {"near_pairs": pairs.num_rows, "clusters": int((parents == np.arange(len(parents))).sum())}


def read_near_pairs(parts: Sequence[Artifact], threshold: float) -> pa.Table:
    """The verified pairs at or above the threshold, sorted, and which of them are copies."""
    pairs = pa.concat_tables([NEAR_PAIRS.empty_table(), *(shards.read(part.file("near.parquet")) for part in parts)])
    pairs = pairs.append_column("copy", pa.array(are_copies(pairs, read_facts(parts))))
    least = pa.scalar(np.float32(threshold))  # as the similarities are stored
    near = pairs.filter(pc.greater_equal(pairs["jaccard"], least))
    return near.sort_by([("left", "ascending"), ("right", "ascending")]).combine_chunks()


def are_copies(near: pa.Table, facts: pa.Table) -> NDArray[np.bool_]:
    """Which of the near pairs are copies; `facts` has those of all pairs, their `pair` a row of `near`."""
    differs: NDArray[np.uint8] = near["differs"].to_numpy()
    pairs = facts["pair"].to_numpy()
    one, two = (near[side].to_numpy()[pairs] for side in ("left", "right"))
    at = [number_places(one, facts["left_at"].to_numpy()), number_places(two, facts["right_at"].to_numpy())]
    values = [facts["right_value"].to_numpy(), facts["left_value"].to_numpy()]
    in_slot = is_slot(np.concatenate(at), np.concatenate(values)).reshape(2, -1).any(axis=0)
    facts_of, slots_of = (np.bincount(pairs, weights, len(near)) for weights in (np.ones(len(pairs)), in_slot))
    is_copy: NDArray[np.bool_] = differs == differences.SAME
    is_copy |= (differs == differences.FACTS) & (slots_of < MIN_SLOT_SHARE * facts_of)
    return is_copy


def number_places(documents: Indices, at: Indices) -> Indices:
    """A number for a place in a document."""
    return documents * _MAX_PLACE + np.minimum(at, _MAX_PLACE - 1)


def is_slot(at: Indices, values: Hashes) -> NDArray[np.bool_]:
    """Whether other documents have MIN_VARIANTS different values or more in each place.

    `values` has what another document says in each of them.
    """
    present = values != differences.ABSENT
    places, counts = np.unique(distinct_rows(at[present], values[present])[0], return_counts=True)
    slots = places[counts >= MIN_VARIANTS]
    near_slot: NDArray[np.bool_] = np.logical_or.reduce(
        [np.isin(at - step, slots) for step in range(MAX_COMMON_TOKENS + 1)]
    )
    return near_slot


def read_facts(parts: Sequence[Artifact]) -> pa.Table:
    """The facts of all buckets, `pair` counted through them."""
    tables, start = [FACTS.empty_table()], 0
    for part in parts:
        table = shards.read(part.file("facts.parquet"))
        tables.append(table.set_column(0, "pair", pc.add(table["pair"], start)))
        start += part.counts["near"]
    return pa.concat_tables(tables)


@dataclass(frozen=True)
class Copies:
    """Which texts are copies of which, as `kernels.sets.choose_survivors` takes them."""

    texts: Indices
    left: Indices
    right: Indices
    last: NDArray[np.bool_]
    """Which documents are copies without diacritics: they come after all others."""

    @classmethod
    def of(cls, sets: Artifact) -> "Copies":
        """Read them from what `find_duplicates` returned."""
        texts, bare = np.load(sets.file("texts.npy")), np.load(sets.file("bare.npy"))
        pairs = shards.read(sets.file("near.parquet"), ["left", "right", "copy"])
        near = pairs.filter(pairs["copy"])
        left, right = (np.append(near[name], bare[side]) for side, name in enumerate(("left", "right")))
        return cls(texts, left, right, np.isin(texts, bare[1]))

    def choose_survivors(
        self, langs: NDArray[np.int32], allowed: NDArray[np.bool_]
    ) -> tuple[NDArray[np.uint8], Indices]:
        """KEPT, EXACT or NEAR for each document, and the kept one it lost to: see `kernels.sets.choose_survivors`."""
        survivors: tuple[NDArray[np.uint8], Indices] = choose_survivors(
            self.texts, langs, allowed, self.left, self.right, self.last
        )
        return survivors
