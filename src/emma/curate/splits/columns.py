"""All documents of a corpus as columns, a few numbers for each: what decides about them, in memory at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from emma.config.section import Settings
from emma.curate.config import CurateConfig
from emma.curate.splits.split import TEST, VALIDATION, HoldOut
from emma.errors import RecipeError
from emma.kernels.sets import Indices
from emma.kernels.text import Hashes, buffers, hash_bytes
from emma.store import shards
from emma.store.artifact import Artifact
from emma.wording import suggest

MAX_HELD_OUT_SHARE = 0.1
"""Share of a language's bytes that test and validation may have together, where the recipe does not ask for more."""


ShardFacts = tuple[Artifact, Artifact, Artifact, Artifact | None, Artifact | None]
"""Documents, annotations, faults, contamination where benchmarks were named and matter, and marks of what somebody
wants left out where anybody does."""


@dataclass(frozen=True)
class DocumentColumns:
    """All documents as columns, in the order of their sources' priority."""

    langs: NDArray[np.int32]
    """Places in the sorted list of labels (n)."""
    bytes: Indices
    faults: NDArray[np.uint8]
    hits: NDArray[np.bool_]
    """Which documents share text with a benchmark."""
    chosen: NDArray[np.bool_]
    """Which documents are in the languages that the recipe keeps, pairs on both sides."""
    marks: NDArray[np.uint8]
    """Whether somebody wants a document left out: see `emma.curate.withdraw`."""
    order: Hashes
    """Hashes of the ids: by these it is drawn which documents are held out."""


class AssignSettings(Settings):
    """The part of the recipe section on which the splits of good documents depend."""

    languages: tuple[str, ...]
    benchmark_grams: int
    benchmark_share: float
    test_share: float
    test_bytes: int
    validation_share: float
    validation_bytes: int
    held_out_share: float | None
    min_split_documents: int
    seed: int

    @classmethod
    def of(cls, section: CurateConfig) -> "AssignSettings":
        """Take it from the whole section."""
        return cls(**section.model_dump(mode="json", include=set(cls.model_fields)))

    @property
    def max_held_out_share(self) -> float:
        """Largest share of a language's bytes in test and validation together."""
        both = self.test_share + self.validation_share
        return max(MAX_HELD_OUT_SHARE, both) if self.held_out_share is None else self.held_out_share

    def hold_outs(self) -> tuple[HoldOut, ...]:
        """The amounts to hold out for each split, test first: where there is little, a test matters more."""
        test = HoldOut(TEST, self.test_share, self.test_bytes)
        return test, HoldOut(VALIDATION, self.validation_share, self.validation_bytes)


def check_languages(parts: Sequence[ShardFacts], languages: Sequence[str]) -> None:
    """RecipeError where a language to keep has no document: its label may be misspelt."""
    found = set[str]()
    for documents, *_ in parts if languages else ():
        table = shards.read(documents.file("documents.parquet"), ["lang", "lang2"])
        found.update(*(table[name].unique().to_pylist() for name in table.column_names))
    for label in sorted({*languages} - found):
        hint = suggest(label, found - {None}, "`emma run RECIPE --until collect` shows them all.", cutoff=0.5)
        raise RecipeError(f"curate.languages: the sources have no document in {label}. {hint}")


def read_columns(parts: Sequence[ShardFacts], settings: AssignSettings) -> DocumentColumns:
    """Read the few columns that are needed of every shard."""
    langs, sizes, faults, hits, chosen, marks, order = [pa.array([], pa.string())], [], [], [], [], [], []
    for documents, annotations, fault, contamination, wishes in parts:
        table = shards.read(documents.file("documents.parquet"), ["id", "lang", "lang2"])
        order.append(hash_bytes(*buffers(table["id"].cast(pa.large_string()).combine_chunks()), settings.seed))
        langs += table["lang"].chunks
        sizes.append(shards.read(annotations.file("annotations.parquet"), ["bytes"])["bytes"].to_numpy())
        faults.append(np.load(fault.file("faults.npy")))
        hits.append(find_contaminated(contamination, len(table), settings))
        chosen.append(find_chosen(table, settings.languages))
        marks.append(np.zeros(len(table), np.uint8) if wishes is None else np.load(wishes.file("marks.npy")))
    # In the order of priority, in which `sets` numbers the documents as well.
    numbers = (np.concatenate(column) for column in (sizes, faults, hits, chosen, marks, order))
    return DocumentColumns(number_labels(langs), *numbers)


def find_contaminated(contamination: Artifact | None, documents: int, settings: AssignSettings) -> NDArray[np.bool_]:
    """Which documents of a shard share enough grams, and enough of theirs, with benchmarks."""
    if contamination is None:
        return np.zeros(documents, np.bool_)
    table = shards.read(contamination.file("contamination.parquet"), ["benchmark_grams", "benchmark_share"])
    counts, shares = (table[name].fill_null(0).to_numpy() for name in table.column_names)
    is_contaminated: NDArray[np.bool_] = (counts >= settings.benchmark_grams) & (shares >= settings.benchmark_share)
    return is_contaminated


def find_chosen(table: pa.Table, languages: Sequence[str]) -> NDArray[np.bool_]:
    """Which documents are in `languages`, of pairs both sides; all where there are none to choose from."""
    if not languages:
        return np.ones(len(table), np.bool_)
    sides = [pc.is_in(table[name], pa.array(languages)).to_numpy() for name in ("lang", "lang2")]
    is_chosen: NDArray[np.bool_] = sides[0] & (sides[1] | table["lang2"].is_null().to_numpy())
    return is_chosen


def number_labels(chunks: list[pa.Array]) -> NDArray[np.int32]:
    """Each label's place among the sorted labels, int32 (n)."""
    encoded = pa.chunked_array(chunks).combine_chunks().dictionary_encode()
    # Numbers follow the sorted labels and not their occurrence, since languages choose in the order of numbers.
    places = np.argsort(np.argsort(np.array(encoded.dictionary.to_pylist(), dtype=np.str_))).astype(np.int32)
    codes: NDArray[np.int32] = places[encoded.indices.to_numpy()]
    return codes
