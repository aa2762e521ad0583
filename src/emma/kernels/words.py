"""White-space words of documents, counted as in the annotations but nothing else with them."""

import numpy as np
from numpy.typing import NDArray

from emma.kernels.compiling import kernel
from emma.kernels.tables import SPACE
from emma.kernels.utf8 import Bytes, Offsets, decode, longest


@kernel
def count_words(data: Bytes, offsets: Offsets, classes: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Words of each document, int64 (n,): runs without white space. `classes` is by code point."""
    counts, points = np.zeros(len(offsets) - 1, np.int64), np.empty(longest(offsets), np.uint32)
    for document in range(len(counts)):
        after_space = True
        for at in range(decode(data, offsets[document], offsets[document + 1], points)):
            space = classes[points[at]] == SPACE
            counts[document] += after_space and not space
            after_space = space
    return counts
