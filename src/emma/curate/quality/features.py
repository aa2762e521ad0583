"""What the rules judge: the features of a shard's documents, each with the label whose limits hold for it.

Features of one text are judged among its language's, features of a pair of translations among those of the same two
languages, and language-ID scores side by side, each among its own language's.


Distributions of features as histograms of fixed bins.

Histograms of shards add up to those of the corpus, exactly and in any order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from emma.curate.quality.rules import PAIR_FEATURES, SCORE, pair_label, script_of
from emma.errors import ArtifactError
from emma.schemas import FEATURES
from emma.store import shards
from emma.store.artifact import Artifact

Shard = tuple[Artifact, Artifact, Artifact | None]
"""Documents, their annotations, and, where languages were identified, the scores of their labels."""


@dataclass(frozen=True)
class Column:
    """One feature's values in a shard."""

    rows: NDArray[np.int64]
    """Which document each value is of."""
    judges: NDArray[np.int32]
    """Place of its label among the shard's."""
    values: NDArray[np.float32]
    """NaN where the document does not have the feature."""


@dataclass(frozen=True)
class Measured:
    """The features of a shard."""

    documents: int
    chars: NDArray[np.int64]
    labels: Sequence[str]
    columns: Mapping[str, Column]


def measured(shard: Shard, short_chars: int) -> Measured:
    """Read a shard; language-ID scores of texts below `short_chars`, and pairs below twice that, are NaN.

    Raises ArtifactError when documents and annotations are not row for row.
    """
    documents, annotations, scores = shard
    sides = shards.read(documents.file("documents.parquet"), ["lang", "lang2"])
    features = shards.read(annotations.file("annotations.parquet"), [*FEATURES, "chars"])
    if sides.num_rows != features.num_rows:
        raise ArtifactError(
            f"{documents.path} has {sides.num_rows} documents, but {annotations.path} annotates {features.num_rows}. "
            "Delete both folders and run again."
        )
    labels, (first, second, pairs) = codes([sides["lang"], sides["lang2"], pair_labels(sides)])
    rows, chars = np.arange(len(first)), features["chars"].to_numpy()
    columns = {
        name: Column(rows, pairs if name in PAIR_FEATURES else first, features[name].to_numpy()) for name in FEATURES
    }
    if scores is not None:
        columns[SCORE] = sided(np.load(scores.file("scores.npy")), first, second, chars, short_chars)
    return Measured(len(rows), chars, labels, columns)


def pair_labels(sides: pa.Table) -> pa.ChunkedArray:
    """The label of each pair of translations, null for one text alone."""
    joined = pc.binary_join_element_wise(sides["lang"], sides["lang2"], "-").combine_chunks().dictionary_encode()
    names = pa.array([pair_label(*name.split("-")) for name in joined.dictionary.to_pylist()], pa.string())
    return pa.chunked_array([names.take(joined.indices)])


def codes(columns: Sequence[pa.ChunkedArray]) -> tuple[list[str], list[NDArray[np.int32]]]:
    """All labels of some columns, sorted, and for each column the place of each row's among them; 0 where null."""
    encoded = [column.combine_chunks().dictionary_encode() for column in columns]
    labels = sorted({name for each in encoded for name in each.dictionary.to_pylist()})
    places = {name: place for place, name in enumerate(labels)}
    found = []
    for each in encoded:
        table = np.array([places[name] for name in each.dictionary.to_pylist()] or [0], np.int32)
        found.append(table[each.indices.fill_null(0).to_numpy()])
    return labels, found


def sided(
    scores: NDArray[np.float32],
    first: NDArray[np.int32],
    second: NDArray[np.int32],
    chars: NDArray[np.int64],
    short_chars: int,
) -> Column:
    """Scores (n, 2) as one column: the first sides of all documents, then the second sides of those that have one."""
    pairs = np.flatnonzero(~np.isnan(scores[:, 1]))
    rows = np.concatenate([np.arange(len(scores)), pairs])
    values = np.concatenate([scores[:, 0], scores[pairs, 1]])
    sides = np.where(np.isin(np.arange(len(scores)), pairs), 2, 1)
    values[chars[rows] < short_chars * sides[rows]] = np.nan
    return Column(rows, np.concatenate([first, second[pairs]]), values)


BINS = 501
"""Bins of a feature: 500 of equal width and one for its largest value and beyond."""
TOP: Mapping[str, float] = {"word_length": 50.0, "line_length": 500.0}
"""Largest value of the features that are no shares, in characters."""

Histogram = NDArray[np.float64]
Histograms = dict[str, dict[str, Histogram]]
"""Feature, then label, script or "*"."""

HISTOGRAMS = pa.schema([("lang", pa.string()), ("feature", pa.string()), ("bins", pa.list_(pa.int64(), BINS))])


def histograms(out: Path, shard: Shard, short_chars: int) -> dict[str, int]:
    """Count every feature of every label of one shard into bins: `histograms.parquet`."""
    found = measured(shard, short_chars)
    tables = [HISTOGRAMS.empty_table()]
    for feature, column in found.columns.items():
        bins = count_bins(column, len(found.labels), TOP.get(feature, 1.0))
        there = np.flatnonzero(bins.any(axis=1))
        names = [found.labels[place] for place in there.tolist()]
        rows = pa.FixedSizeListArray.from_arrays(pa.array(bins[there].ravel()), BINS)
        tables.append(pa.table([names, [feature] * len(names), rows], schema=HISTOGRAMS))
    shards.write(out / "histograms.parquet", pa.concat_tables(tables))
    return {"rows": found.documents}


def count_bins(column: Column, labels: int, top: float) -> NDArray[np.int64]:
    """Histograms, int64 (labels, BINS), of the values that are there (not NaN)."""
    there = ~np.isnan(column.values)
    bins = np.minimum(column.values[there] / top * (BINS - 1), BINS - 1).astype(np.int64)
    counts = np.bincount(column.judges[there] * BINS + bins, minlength=labels * BINS)
    return counts.reshape(labels, BINS)


def add_up(parts: tuple[Artifact, ...]) -> Histograms:
    """The histograms of all shards together, by feature and label."""
    total: Histograms = {feature: {} for feature in (*FEATURES, SCORE)}
    for part in parts:
        table = shards.read(part.file("histograms.parquet"))
        bins = table["bins"].combine_chunks().flatten().to_numpy().reshape(-1, BINS)
        for label, feature, row in zip(table["lang"].to_pylist(), table["feature"].to_pylist(), bins, strict=True):
            total[feature][label] = total[feature].get(label, 0.0) + row.astype(np.float64)
    return total


def pool(own: Mapping[str, Histogram], most: int) -> dict[str, Histogram]:
    """Distributions of scripts and, as "*", of everything, in which a label counts for at most `most` documents.

    Otherwise the script's largest language would decide for all others.
    """
    pooled: dict[str, Histogram] = {}
    for label in sorted(own):
        share = own[label] * min(1.0, most / max(own[label].sum(), 1.0))
        for name in (script_of(label), "*"):
            pooled[name] = pooled.get(name, 0.0) + share
    return pooled
