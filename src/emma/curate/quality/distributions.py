"""Distributions of features as histograms of fixed bins.

Histograms of shards add up to those of the corpus, exactly and in any order.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from emma.curate.quality.measured import Column, Shard, measured
from emma.curate.quality.rules import SCORE, script_of
from emma.schemas import FEATURES
from emma.store import shards
from emma.store.artifact import Artifact

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
