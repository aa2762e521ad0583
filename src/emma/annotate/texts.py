"""Documents as kernels take them: batches of bounded size, and the texts of a batch as one column."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from emma.annotate.scripts import SPACED
from emma.kernels.tables import GAP, SKIP, fold, widths
from emma.kernels.units import BETWEEN, IN_WORD, NARROW, NOTHING, WIDE
from emma.lang.scripts import NO_SCRIPT, script_table

BATCH_BYTES = 8_000_000
"""Bytes of documents at once: enough to keep the kernels busy, few enough that memory does not depend on the shard."""


def read_batches(path: Path, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Stream a shard of documents in batches of about BATCH_BYTES, and of at least one row."""
    with pq.ParquetFile(path) as shard:
        for group in range(shard.num_row_groups):
            facts = shard.metadata.row_group(group)
            rows = max(1, facts.num_rows * BATCH_BYTES // max(1, facts.total_byte_size))
            yield from shard.iter_batches(rows, [group], list(columns))


def both_sides(first: pa.Array, second: pa.Array) -> pa.LargeStringArray:
    """Side one, a newline, side two where there is one; with 64-bit offsets, as kernels want them."""
    large = pa.large_string()
    if second.null_count == len(second):
        return first.cast(large)
    sides = [first.cast(large), second.cast(large), pa.scalar("\n", large)]
    return pc.binary_join_element_wise(*sides, null_handling="skip")


@lru_cache(maxsize=1)
def unit_kinds() -> NDArray[np.uint8]:
    """The kind of unit that each code point is, or is part of; see `emma.kernels.units`.

    Hangul is wide, but is spaced; what belongs to no script, such as the mark that lengthens kana, goes by its width.
    """
    forms, scripts, wide = fold(), script_table(), widths() == 2
    spaced = SPACED[scripts] & ~(wide & (scripts < len(NO_SCRIPT)))
    kinds = np.where(spaced, IN_WORD, np.where(wide, WIDE, NARROW)).astype(np.uint8)
    kinds[forms == SKIP], kinds[forms == GAP] = NOTHING, BETWEEN
    return kinds
