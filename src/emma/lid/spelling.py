"""Text as OpenLID and the models trained here want it: letters only, in lower case."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from emma.kernels import tables


@lru_cache(maxsize=1)
def letters_only() -> NDArray[np.uint32]:
    """Letters in lower case, marks, joiners and spaces; everything else goes. A table by code point."""
    spelling = tables.fold().copy()
    spelling[tables.classes() == tables.DIGIT] = tables.SKIP
    for joiner in (0x200C, 0x200D):
        spelling[joiner] = joiner
    for mark in (0x1361, 0x200B):  # they part words, but OpenLID's cleaning takes them away
        spelling[mark] = tables.SKIP
    return spelling
