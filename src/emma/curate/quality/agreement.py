"""Whether a language-identification model agrees with the label of a document, and how much agreement to ask for.

A model is not right about every language: labels that it does not know are not judged by it, and how sure it usually
is of a language decides how sure it must be of a document.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from emma.curate.inputs import CurateInputs
from emma.store import shards
from emma.store.artifact import Artifact
from emma.work.work import Work


def score_shards(inputs: CurateInputs, annotate: Artifact, work: Work) -> list[Artifact | None]:
    """The scores of the labels, shard by shard; None where no language was identified."""
    if inputs.identified is None:
        return [None] * len(inputs.documents)
    pairs = list(zip(inputs.documents, inputs.identified, strict=True))
    return [*work.each(score_labels, pairs, known_labels(annotate))]


def known_labels(annotate: Artifact) -> tuple[str, ...]:
    """The labels that the model which identified the documents can give, sorted; those it calls otherwise left out."""
    labels = shards.read(annotate.file("lid_labels.parquet"), ["label"])["label"].drop_null()
    return tuple(sorted(set(labels.to_pylist())))


def score_labels(out: Path, pair: tuple[Artifact, Artifact], known: Sequence[str]) -> dict[str, int]:
    """Write `scores.npy`, float32 (n, 2): how likely each side's label is by the model.

    NaN where the model does not know the language, and for the second side of what has none.
    """
    documents, identified = pair
    sides = shards.read(documents.file("documents.parquet"), ["lang", "lang2"])
    labels = shards.read(identified.file("identified.parquet"))
    scores = np.full((sides.num_rows, 2), np.nan, np.float32)
    scores[:, 0] = score_side(labels["labels"], labels["scores"], sides["lang"], known)
    rows = np.flatnonzero(sides["lang2"].is_valid().to_numpy())
    if len(rows):
        seconds, langs = labels.select(["labels2", "scores2"]).take(rows), sides["lang2"].take(rows)
        scores[rows, 1] = score_side(seconds["labels2"], seconds["scores2"], langs, known)
    np.save(out / "scores.npy", scores)
    return {"rows": len(scores)}


def score_side(
    labels: pa.ChunkedArray, scores: pa.ChunkedArray, langs: pa.ChunkedArray, known: Sequence[str]
) -> NDArray[np.float32]:
    """The scores of one side, float32 (n)."""
    from emma.lid import agreement_scores

    table = pa.table({"labels": labels, "scores": scores})
    scores_of_labels: NDArray[np.float32] = agreement_scores(table, langs.to_pylist(), known)
    return scores_of_labels


def threshold(histogram: NDArray[np.float64], floor: float, ceiling: float) -> float | None:
    """The limit for a language whose scores are in this histogram over [0, 1]: median less standard deviation.

    Kept between `floor` and `ceiling` (FineWeb2, arXiv 2506.20920, section 3). None where the median is below `floor`.
    """
    last = len(histogram) - 1
    # The last bin holds only the value 1, so its centre is 1 and not half a bin above.
    centres = np.minimum((np.arange(last + 1) + 0.5) / last, 1.0)
    middle = median(histogram)
    if middle < floor:  # the model hardly knows the language
        return None
    mean = np.average(centres, weights=histogram)
    deviation = float(np.sqrt(np.average((centres - mean) ** 2, weights=histogram)))
    return min(max(middle - deviation, floor), ceiling)


def median(histogram: NDArray[np.float64]) -> float:
    """The median of a histogram over [0, 1], at the lower edge of its bin."""
    return float(np.searchsorted(np.cumsum(histogram), histogram.sum() / 2)) / (len(histogram) - 1)
