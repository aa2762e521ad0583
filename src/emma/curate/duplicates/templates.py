"""Pairs that are alike and yet no copies: they differ in numbers only, or are pages of one template.

A page of a template differs from the others in a few places, and in each of these every page says something else; a
copy with a few changed words differs from its original where no other document does. So the company that a pair keeps
decides, and neither case nor a list of names, which most scripts and languages have not.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from emma.curate.duplicates.shuffle import distinct
from emma.curate.duplicates.verify import FACTS
from emma.kernels import differences
from emma.kernels.sets import Indices
from emma.kernels.utf8 import Hashes
from emma.store import shards
from emma.store.artifact import Artifact

OTHERS = 3
"""Different things that other documents say in a place, from which it is one that a template leaves open."""
MOST = 0.5
"""Share of a pair's differences that must be in such places: a few, as the points of the compass, have few values."""
ALIKE = 2
"""Tokens with which two facts may both begin."""
_PLACES = 1 << 24
"""Tokens beyond which all places count as one."""


def are_copies(near: pa.Table, facts: pa.Table) -> NDArray[np.bool_]:
    """Which of the near pairs are copies; `facts` has those of all pairs, their `pair` a row of `near`."""
    differs: NDArray[np.uint8] = near["differs"].to_numpy()
    pairs = facts["pair"].to_numpy()
    one, two = (near[side].to_numpy()[pairs] for side in ("left", "right"))
    at = [places(one, facts["left_at"].to_numpy()), places(two, facts["right_at"].to_numpy())]
    said = [facts["right_value"].to_numpy(), facts["left_value"].to_numpy()]
    open_ = is_open(np.concatenate(at), np.concatenate(said)).reshape(2, -1).any(axis=0)
    said_of, open_of = (np.bincount(pairs, weights, len(near)) for weights in (np.ones(len(pairs)), open_))
    is_copy: NDArray[np.bool_] = differs == differences.SAME
    is_copy |= (differs == differences.FACTS) & (open_of < MOST * said_of)
    return is_copy


def places(documents: Indices, at: Indices) -> Indices:
    """A number for a place in a document."""
    return documents * _PLACES + np.minimum(at, _PLACES - 1)


def is_open(at: Indices, said: Hashes) -> NDArray[np.bool_]:
    """For each place whether others say OTHERS different things there; `said` is what one of them does.

    A fact may begin like another ("San José", "San Juan"), and so a little behind its place.
    """
    something = said != differences.NOTHING
    known, counts = np.unique(distinct(at[something], said[something])[0], return_counts=True)
    known = known[counts >= OTHERS]
    found: NDArray[np.bool_] = np.logical_or.reduce([np.isin(at - step, known) for step in range(ALIKE + 1)])
    return found


def read_facts(parts: Sequence[Artifact]) -> pa.Table:
    """The facts of all buckets, `pair` counted through them."""
    tables, start = [FACTS.empty_table()], 0
    for part in parts:
        table = shards.read(part.file("facts.parquet"))
        tables.append(table.set_column(0, "pair", pc.add(table["pair"], start)))
        start += part.counts["near"]
    return pa.concat_tables(tables)
