"""Documents as kernels take them: batches of bounded size, and the texts of a batch one after the other.

First every document's own text, then the other sides of the pairs: each side is measured as a text of its own, against
its own label, and the sides of a pair are put together again.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from emma.kernels.text import Bytes, Offsets, buffers
from emma.lang.language import Lang
from emma.store import shards

Number = TypeVar("Number", bound=np.generic)
BATCH_BYTES = 8_000_000
"""Bytes of documents at once: enough to keep the kernels busy, few enough that memory does not depend on the shard."""


def read_batches(path: Path, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Stream a shard of documents in batches of about BATCH_BYTES, and of at least one row."""
    return shards.batches_of_bytes(path, columns, BATCH_BYTES)


def join_sides(first: pa.Array, second: pa.Array) -> pa.LargeStringArray:
    """Side one, a newline, side two where there is one; with 64-bit offsets, as kernels want them."""
    large = pa.large_string()
    # Without pairs nothing is joined, which would copy all text.
    if second.null_count == len(second):
        return first.cast(large)
    sides = [first.cast(large), second.cast(large), pa.scalar("\n", large)]
    return pc.binary_join_element_wise(*sides, null_handling="skip")


@dataclass(frozen=True)
class Sides:
    """The sides of n documents, of which p are pairs."""

    data: Bytes
    """UTF-8."""
    offsets: Offsets
    """int64 (n + p + 1): where each side begins."""
    langs: list[Lang]
    """Languages that occur."""
    lang_of: NDArray[np.int32]
    """(n + p): place of each side's language in `langs`."""
    documents: int
    pairs: NDArray[np.int64]
    """(p): the documents that are pairs, in the order of their other sides."""

    @classmethod
    def of(cls, batch: pa.RecordBatch) -> "Sides":
        """Take the sides from the columns text, text2, lang and lang2."""
        is_pair = batch["text2"].is_valid()
        data, offsets = buffers(concat_columns(batch["text"], batch["text2"].filter(is_pair)))
        labels = concat_columns(batch["lang"], batch["lang2"].filter(is_pair)).dictionary_encode()
        pairs = np.flatnonzero(is_pair.to_numpy(zero_copy_only=False))
        langs = [Lang.parse(label) for label in labels.dictionary.to_pylist()]
        return cls(data, offsets, langs, labels.indices.to_numpy(), batch.num_rows, pairs)

    @property
    def rows(self) -> NDArray[np.int64]:
        """(n + p): the document of each side."""
        return np.concatenate([np.arange(self.documents), self.pairs])

    def total(self, values: NDArray[Number]) -> NDArray[Number]:
        """The sum over the sides of each document, (n, …) from (n + p, …)."""
        return self.join(values, np.add)

    def join(
        self, values: NDArray[Number], how: Callable[[NDArray[Number], NDArray[Number]], NDArray[Number]]
    ) -> NDArray[Number]:
        """One value for each document, (n, …) from (n + p, …): that of its side, or of its two, joined by `how`."""
        joined = values[: self.documents].copy()
        joined[self.pairs] = how(joined[self.pairs], values[self.documents :])
        return joined

    def on_pairs(self, values: NDArray[np.float32]) -> pa.Array:
        """A column from values of the pairs, (p,); null for documents that are none."""
        column, absent = np.zeros(self.documents, np.float32), np.ones(self.documents, np.bool_)
        column[self.pairs], absent[self.pairs] = values, False
        return pa.array(column, mask=absent)


def concat_columns(first: pa.Array, second: pa.Array) -> pa.LargeStringArray:
    """Two columns as one, with 64-bit offsets; nothing is copied where the second is empty."""
    large = pa.large_string()
    return pa.concat_arrays([first.cast(large), second.cast(large)]) if len(second) else first.cast(large)
