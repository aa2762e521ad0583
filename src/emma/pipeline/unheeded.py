"""Removals that a corpus does not heed yet, since it was made before them."""

from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from emma.errors import RecipeError
from emma.pipeline.home import Home
from emma.pipeline.removals import REMOVED_FILE, read_removals
from emma.store import shards
from emma.store.artifact import Artifact
from emma.wording import plural
from emma.work.removal.match import NOBODY, match_shard
from emma.work.removal.rules import Removal, Withdrawals


def refuse_removed(home: Home, collect: Artifact, curate: Artifact) -> None:
    """RecipeError where a corpus has documents that were removed since it was made: they are not to leave the house."""
    if not (removals := read_removals(home)):
        return
    # Each shard is looked at once, however long the list has grown: this is asked before every export and push.
    named = (match_removals(shard, removals) for shard in collect.parts["documents"])
    counts = sum_kept(named, curate, len(removals))
    if counts.any():
        number = int(np.flatnonzero(counts)[0])
        (kind, name), count = removals[number].key, int(counts[number])
        raise RecipeError(
            f"Since this corpus was made, {plural(count, 'document')} of it had to go ({kind} '{name}' in "
            f"{home.path / REMOVED_FILE}), so it does not leave the house. Run its recipe again (emma run RECIPE): "
            "what is made then is without them."
        )


def match_removals(documents: Artifact, removals: Sequence[Removal]) -> NDArray[np.int64]:
    """Which of some removals names each document of a shard, one where several do, int64 (n); NOBODY where none."""
    source = shards.source_of(documents.file("documents.parquet"))
    found = match_shard(documents, Withdrawals(removals=tuple(removals)))
    for number, removal in enumerate(removals):
        if removal.source is not None and removal.source == source:
            found[:] = number
    return found


def sum_kept(
    named: Iterable[NDArray[np.int64]], curate: Artifact, removals: int, split: str | None = None
) -> NDArray[np.int64]:
    """How many documents of a split, or of any, each removal names, int64 (removals,)."""
    total = np.zeros(removals, np.int64)
    for numbers, selection in zip(named, curate.parts["selection"], strict=True):
        if (numbers != NOBODY).any():
            splits = shards.read(selection.file("selection.parquet"), ["split"])["split"]
            is_kept = splits.is_valid() if split is None else pc.equal(splits, split).fill_null(False)
            total += count_each(np.where(is_kept.to_numpy(), numbers, NOBODY), removals)
    return total


def count_each(numbers: NDArray[np.int64], removals: int) -> NDArray[np.int64]:
    """How many documents each removal names, int64 (removals,)."""
    return np.bincount(numbers[numbers != NOBODY], minlength=removals)
