"""Documents to look at, from the middle of what a rule drops.

Not the worst, where any rule is right, nor the borderline, where any rule is wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emma.curate.quality.faults import limit_table
from emma.curate.quality.measured import Measured, Shard, measured
from emma.curate.quality.rules import RULES
from emma.store import shards
from emma.store.artifact import Artifact

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
