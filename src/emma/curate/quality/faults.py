"""Faults: which documents break a quality rule of their language, and examples from the middle of those that do.

The middle, since among the worst any rule is right, and among the borderline any rule is wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from emma.curate.quality.features import ScoredShard, ShardFeatures, read_features
from emma.curate.quality.rules import RULES, SCORE
from emma.store import shards
from emma.store.artifact import Artifact

NO_FAULT = 0
"""The fault of a good document; rule i has i + 1."""
FAULTS = pa.schema([("lang", pa.string()), ("fault", pa.uint8()), ("documents", pa.int64())])
EXAMPLES = 3


def find_faults(
    out: Path, shard: ScoredShard, limits: Artifact, short_chars: int, lid_short_chars: int
) -> dict[str, int]:
    """Write `faults.npy`, uint8 (n), the first rule that each document breaks, and counts as `faults.parquet`."""
    features = read_features(shard, lid_short_chars)
    table = limit_table(limits, features.labels)
    faults = np.zeros(features.documents, np.uint8)
    for index in reversed(range(len(RULES))):  # the first rule has the last word
        faults[rule_breakers(index, features, table[:, index], short_chars)] = index + 1
    np.save(out / "faults.npy", faults)
    # Any feature of one text would do: it is judged by the first side's language, under which a document is counted.
    judges = features.columns["letter_share"].judges
    shards.write(out / "faults.parquet", count_faults(judges, features.labels, faults))
    return {"rows": len(faults)}


def rule_breakers(
    index: int, features: ShardFeatures, limits: NDArray[np.float64], short_chars: int
) -> NDArray[np.int64]:
    """The documents that are beyond a rule's limits, one for each label; a missing value or limit never is."""
    rule = RULES[index]
    if rule.feature not in features.columns or np.isnan(limits).all():
        return np.empty(0, np.int64)
    column = features.columns[rule.feature]
    values, limit = column.values.astype(np.float64), limits[column.judges]
    beyond = values < limit if rule.side == "low" else values > limit
    if not rule.short_too and rule.feature != SCORE:  # scores of short texts are missing already
        beyond &= features.chars[column.rows] >= short_chars
    return column.rows[beyond]


def count_faults(codes: NDArray[np.int32], names: Sequence[str], faults: NDArray[np.uint8]) -> pa.Table:
    """Documents by language and fault."""
    kinds = len(RULES) + 1
    counts = np.bincount(codes.astype(np.int64) * kinds + faults, minlength=len(names) * kinds)
    rows = [
        {"lang": names[place // kinds], "fault": place % kinds, "documents": int(counts[place])}
        for place in np.flatnonzero(counts).tolist()
    ]
    return pa.Table.from_pylist(rows, schema=FAULTS)


def limit_table(limits: Artifact, labels: Sequence[str]) -> NDArray[np.float64]:
    """Limits of the labels, (labels, rules); NaN where there is none, beyond which nothing lies."""
    places = {(rule.feature, rule.side): index for index, rule in enumerate(RULES)}
    rows = {label: row for row, label in enumerate(labels)}
    table = np.full((max(len(labels), 1), len(RULES)), np.nan)
    for limit in shards.read(limits.file("limits.parquet")).to_pylist():
        if limit["lang"] in rows and limit["limit"] is not None:
            table[rows[limit["lang"]], places[limit["feature"], limit["side"]]] = limit["limit"]
    return table


@dataclass(frozen=True)
class FaultExample:
    """A document that a rule drops."""

    value: float
    limit: float
    id: str
    texts: tuple[str, ...]
    """One, or the two sides of a pair."""


def middle_examples(
    lang: str, fault: int, parts: Sequence[tuple[Artifact, ScoredShard]], limits: Artifact, *, lid_short_chars: int
) -> list[FaultExample]:
    """EXAMPLES documents of `lang` with this fault, by value; `parts` are shards' faults and what they are from."""
    ranked: list[tuple[float, float, int, int]] = []
    for number, (part, shard) in enumerate(parts):
        broken = np.load(part.file("faults.npy")) == fault
        if broken.any():
            broken &= shards.read(shard[0].file("documents.parquet"), ["lang"])["lang"].to_numpy() == lang
        if broken.any():
            features = read_features(shard, lid_short_chars)
            ranked += [(*pair, number, row) for row, pair in worst_values(features, broken, fault, limits).items()]
    # Among the worst any rule is right: the middle shows whether the limit is.
    start = max(0, (len(ranked) - EXAMPLES) // 2)
    return [read_example(parts[place[2]][1], *place) for place in sorted(ranked)[start : start + EXAMPLES]]


def worst_values(
    features: ShardFeatures, broken: NDArray[np.bool_], fault: int, limits: Artifact
) -> dict[int, tuple[float, float]]:
    """Value and limit of the `broken` documents, by row; of a pair, for the side that is further beyond its limit."""
    rule, column = RULES[fault - 1], features.columns[RULES[fault - 1].feature]
    table = limit_table(limits, features.labels)[:, fault - 1]
    # So that a greater `beyond` is worse on either side.
    sign = 1 if rule.side == "low" else -1
    worst: dict[int, tuple[float, float]] = {}
    for at in np.flatnonzero(broken[column.rows]).tolist():
        value, limit, row = float(column.values[at]), float(table[column.judges[at]]), int(column.rows[at])
        beyond = sign * (limit - value)
        if beyond > 0 and (row not in worst or beyond > sign * (worst[row][1] - worst[row][0])):
            worst[row] = value, limit
    return worst


def read_example(shard: ScoredShard, value: float, limit: float, _number: int, row: int) -> FaultExample:
    """The example's id and texts."""
    table = shards.read(shard[0].file("documents.parquet"), ["id", "text", "text2"]).slice(row, 1).to_pylist()[0]
    return FaultExample(value, limit, table["id"], tuple(filter(None, (table["text"], table["text2"]))))
