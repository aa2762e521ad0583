"""The features that quality rules judge by, and their distributions as histograms of fixed bins.

Features of one text are judged among its language's, features of a pair of translations among those of the same two
languages, and language-ID scores side by side, each among its own language's. Histograms of shards add up to those of
the corpus, exactly and in any order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from emma.curate.quality.rules import PAIR_FEATURES, SCORE
from emma.errors import ArtifactError
from emma.lang.language import Pair, script_of
from emma.schemas import FEATURES
from emma.store import shards
from emma.store.artifact import Artifact

ScoredShard = tuple[Artifact, Artifact, Artifact | None]
"""Documents, their annotations, and, where languages were identified, the scores of their labels."""

BINS = 501
"""Bins of a feature: 500 of equal width and one for its largest value and beyond."""
TOP: Mapping[str, float] = {"word_length": 50.0, "line_length": 500.0}
"""Largest value of the features that are no shares, in characters."""

Histogram = NDArray[np.float64]
Histograms = dict[str, dict[str, Histogram]]
"""Feature, then label, script or "*"."""

HISTOGRAMS = pa.schema([("lang", pa.string()), ("feature", pa.string()), ("bins", pa.list_(pa.int64(), BINS))])


@dataclass(frozen=True)
class FeatureColumn:
    """One feature's values in a shard."""

    rows: NDArray[np.int64]
    """The document of each value."""
    judges: NDArray[np.int32]
    """Place, among the shard's labels, of the label whose limits hold for it."""
    values: NDArray[np.float32]
    """NaN where the document does not have the feature."""


@dataclass(frozen=True)
class ShardFeatures:
    """The features of a shard."""

    documents: int
    chars: NDArray[np.int64]
    labels: Sequence[str]
    columns: Mapping[str, FeatureColumn]


def read_features(shard: ScoredShard, short_chars: int) -> ShardFeatures:
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
    labels, (first, second, pairs) = encode_labels([sides["lang"], sides["lang2"], pair_labels(sides)])
    rows, chars = np.arange(len(first)), features["chars"].to_numpy()
    columns = {
        name: FeatureColumn(rows, pairs if name in PAIR_FEATURES else first, features[name].to_numpy())
        for name in FEATURES
    }
    if scores is not None:
        columns[SCORE] = score_column(np.load(scores.file("scores.npy")), first, second, chars, short_chars)
    return ShardFeatures(len(rows), chars, labels, columns)


def pair_labels(sides: pa.Table) -> pa.ChunkedArray:
    """The label of each pair of translations, whichever side came first; null for one text alone."""
    # Each combination that occurs is parsed once, however many documents have it.
    joined = pc.binary_join_element_wise(sides["lang"], sides["lang2"], "-").combine_chunks().dictionary_encode()
    names = pa.array([Pair.parse(name).label for name in joined.dictionary.to_pylist()], pa.string())
    return pa.chunked_array([names.take(joined.indices)])


def encode_labels(columns: Sequence[pa.ChunkedArray]) -> tuple[list[str], list[NDArray[np.int32]]]:
    """All labels of some columns, sorted, and for each column the place of each row's among them; 0 where null."""
    encoded = [column.combine_chunks().dictionary_encode() for column in columns]
    labels = sorted({name for column in encoded for name in column.dictionary.to_pylist()})
    places = {name: place for place, name in enumerate(labels)}
    codes = []
    for column in encoded:
        table = np.array([places[name] for name in column.dictionary.to_pylist()] or [0], np.int32)
        codes.append(table[column.indices.fill_null(0).to_numpy()])
    return labels, codes


def score_column(
    scores: NDArray[np.float32],
    first: NDArray[np.int32],
    second: NDArray[np.int32],
    chars: NDArray[np.int64],
    short_chars: int,
) -> FeatureColumn:
    """Scores (n, 2) as one column: the first sides of all documents, then the second sides of those that have one."""
    pairs = np.flatnonzero(~np.isnan(scores[:, 1]))
    rows = np.concatenate([np.arange(len(scores)), pairs])
    values = np.concatenate([scores[:, 0], scores[pairs, 1]])
    sides = np.where(np.isin(np.arange(len(scores)), pairs), 2, 1)
    # `chars` counts both sides of a pair, of which each has about half.
    values[chars[rows] < short_chars * sides[rows]] = np.nan
    return FeatureColumn(rows, np.concatenate([first, second[pairs]]), values)


def count_features(out: Path, shard: ScoredShard, short_chars: int) -> dict[str, int]:
    """Count every feature of every label of one shard into bins: `histograms.parquet`."""
    features = read_features(shard, short_chars)
    tables = [HISTOGRAMS.empty_table()]
    for feature, column in features.columns.items():
        bins = count_bins(column, len(features.labels), TOP.get(feature, 1.0))
        there = np.flatnonzero(bins.any(axis=1))
        names = [features.labels[place] for place in there.tolist()]
        rows = pa.FixedSizeListArray.from_arrays(pa.array(bins[there].ravel()), BINS)
        tables.append(pa.table([names, [feature] * len(names), rows], schema=HISTOGRAMS))
    shards.write(out / "histograms.parquet", pa.concat_tables(tables))
    return {"rows": features.documents}


def count_bins(column: FeatureColumn, labels: int, top: float) -> NDArray[np.int64]:
    """Histograms, int64 (labels, BINS), of the values that are there (not NaN)."""
    there = ~np.isnan(column.values)
    bins = np.minimum(column.values[there] / top * (BINS - 1), BINS - 1).astype(np.int64)
    counts = np.bincount(column.judges[there] * BINS + bins, minlength=labels * BINS)
    return counts.reshape(labels, BINS)


def sum_histograms(parts: tuple[Artifact, ...]) -> Histograms:
    """The histograms of all shards together, by feature and label."""
    total: Histograms = {feature: {} for feature in (*FEATURES, SCORE)}
    for part in parts:
        table = shards.read(part.file("histograms.parquet"))
        bins = table["bins"].combine_chunks().flatten().to_numpy().reshape(-1, BINS)
        for label, feature, row in zip(table["lang"].to_pylist(), table["feature"].to_pylist(), bins, strict=True):
            total[feature][label] = total[feature].get(label, 0.0) + row.astype(np.float64)
    return total


def pool_histograms(own: Mapping[str, Histogram], max_documents: int) -> dict[str, Histogram]:
    """Distributions of scripts and, as "*", of everything, in which a label counts for `max_documents` at most.

    Otherwise the script's largest language would decide for all others.
    """
    pooled: dict[str, Histogram] = {}
    # Sorted, since sums of floats depend on their order, and limits must not depend on that of the shards.
    for label in sorted(own):
        share = own[label] * min(1.0, max_documents / max(own[label].sum(), 1.0))
        for name in (script_of(label), "*"):
            pooled[name] = pooled.get(name, 0.0) + share
    return pooled
