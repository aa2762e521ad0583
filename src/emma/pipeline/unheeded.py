"""Removals that a corpus does not heed yet, since it was made before them."""

from collections.abc import Iterable

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
    for removal in read_removals(home):
        matches = (match_documents(shard, removal) for shard in collect.parts["documents"])
        if count := count_selected(matches, curate, None):
            kind, name = removal.key
            raise RecipeError(
                f"Since this corpus was made, {plural(count, 'document')} of it had to go ({kind} '{name}' in "
                f"{home.path / REMOVED_FILE}), so it does not leave the house. Run its recipe again (emma run RECIPE): "
                "what is made then is without them."
            )


def match_documents(documents: Artifact, removal: Removal) -> NDArray[np.bool_]:
    """Which documents of a shard a removal names, bool (n)."""
    path = documents.file("documents.parquet")
    if removal.source is not None:
        return np.full(shards.count_rows(path), shards.source_of(path) == removal.source)
    matches: NDArray[np.bool_] = match_shard(documents, Withdrawals(removals=(removal,))) != NOBODY
    return matches


def count_selected(matches: Iterable[NDArray[np.bool_]], curate: Artifact, split: str | None) -> int:
    """How many of the matching documents went to a split, or to any."""
    total = 0
    for rows, selection in zip(matches, curate.parts["selection"], strict=True):
        if rows.any():
            splits = shards.read(selection.file("selection.parquet"), ["split"])["split"]
            chosen = splits.is_valid() if split is None else pc.equal(splits, split).fill_null(False)
            total += int((rows & chosen.to_numpy()).sum())
    return total
