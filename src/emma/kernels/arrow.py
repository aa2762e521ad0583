"""From an Arrow column of strings to the two arrays that kernels take."""

import numpy as np
import pyarrow as pa

from emma.kernels.utf8 import Bytes, Offsets


def buffers(column: pa.LargeStringArray) -> tuple[Bytes, Offsets]:
    """The UTF-8 bytes and the offsets, int64 (n + 1), of a column without nulls; nothing is copied."""
    _, offsets, data = column.buffers()
    places = np.frombuffer(offsets, np.int64)[column.offset : column.offset + len(column) + 1]
    return np.frombuffer(data or b"", np.uint8), places
