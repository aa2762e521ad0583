"""Which documents break a quality rule of their language.

Documents to look at, from the middle of what a rule drops.

Not the worst, where any rule is right, nor the borderline, where any rule is wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from emma.curate.quality.features import Measured, Shard, measured
from emma.curate.quality.rules import RULES, SCORE
from emma.store import shards
from emma.store.artifact import Artifact

NO_FAULT = 0
"""The fault of a good document; rule i has i + 1."""
FAULTS = pa.schema([("lang", pa.string()), ("fault", pa.uint8()), ("documents", pa.int64())])


def find_faults(out: Path, shard: Shard, limits: Artifact, short_chars: int, lid_short_chars: int) -> dict[str, int]:
    """Write `faults.npy`, uint8 (n), the first rule that each document breaks, and counts as `faults.parquet`."""
    found = measured(shard, lid_short_chars)
    table = limit_table(limits, found.labels)
    faults = np.zeros(found.documents, np.uint8)
    for index in reversed(range(len(RULES))):  # the first rule has the last word
        faults[breakers(index, found, table[:, index], short_chars)] = index + 1
    np.save(out / "faults.npy", faults)
    judges = found.columns["letter_share"].judges
    shards.write(out / "faults.parquet", count_faults(judges, found.labels, faults))
    return {"rows": len(faults)}


def breakers(index: int, found: Measured, limits: NDArray[np.float64], short_chars: int) -> NDArray[np.int64]:
    """The documents that are beyond a rule's limits, one for each label; a missing value or limit never is."""
    rule = RULES[index]
    if rule.feature not in found.columns or np.isnan(limits).all():
        return np.empty(0, np.int64)
    column = found.columns[rule.feature]
    values, limit = column.values.astype(np.float64), limits[column.judges]
    beyond = values < limit if rule.side == "low" else values > limit
    if not rule.short_too and rule.feature != SCORE:
        beyond &= found.chars[column.rows] >= short_chars
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
    for each in shards.read(limits.file("limits.parquet")).to_pylist():
        if each["lang"] in rows and each["limit"] is not None:
            table[rows[each["lang"]], places[each["feature"], each["side"]]] = each["limit"]
    return table


EXAMPLES = 3


@dataclass(frozen=True)
class Example:
    """A document that a rule drops."""

    value: float
    limit: float
    id: str
    texts: tuple[str, ...]
    """One, or the two sides of a pair."""


def middle_examples(
    lang: str, fault: int, parts: Sequence[tuple[Artifact, Shard]], limits: Artifact, *, lid_short_chars: int
) -> list[Example]:
    """EXAMPLES documents of `lang` with this fault, by value; `parts` are shards' faults and what they are from."""
    found: list[tuple[float, float, int, int]] = []
    for number, (part, shard) in enumerate(parts):
        broken = np.load(part.file("faults.npy")) == fault
        if broken.any():
            broken &= shards.read(shard[0].file("documents.parquet"), ["lang"])["lang"].to_numpy() == lang
        if broken.any():
            there = measured(shard, lid_short_chars)
            found += [(*pair, number, row) for row, pair in values(there, broken, fault, limits).items()]
    start = max(0, (len(found) - EXAMPLES) // 2)
    return [look_up(parts[place[2]][1], *place) for place in sorted(found)[start : start + EXAMPLES]]


def values(there: Measured, wanted: NDArray[np.bool_], fault: int, limits: Artifact) -> dict[int, tuple[float, float]]:
    """Value and limit of the wanted documents that break a rule; of a pair, for the side that is further beyond it."""
    rule, column = RULES[fault - 1], there.columns[RULES[fault - 1].feature]
    table = limit_table(limits, there.labels)[:, fault - 1]
    sign = 1 if rule.side == "low" else -1
    worst: dict[int, tuple[float, float]] = {}
    for at in np.flatnonzero(wanted[column.rows]).tolist():
        value, limit, row = float(column.values[at]), float(table[column.judges[at]]), int(column.rows[at])
        beyond = sign * (limit - value)
        if beyond > 0 and (row not in worst or beyond > sign * (worst[row][1] - worst[row][0])):
            worst[row] = value, limit
    return worst


def look_up(shard: Shard, value: float, limit: float, _number: int, row: int) -> Example:
    """The example's id and texts."""
    table = shards.read(shard[0].file("documents.parquet"), ["id", "text", "text2"]).slice(row, 1).to_pylist()[0]
    return Example(value, limit, table["id"], tuple(filter(None, (table["text"], table["text2"]))))
