"""What grams are made of, in any script: tables by code point for the kernels that look for shared text."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from emma.kernels.grams import BETWEEN, IN_WORD, NARROW, SKIPPED, WIDE, PointTables
from emma.kernels.tables import GAP, SKIP, fold, widths
from emma.lang.scripts import NO_SCRIPT, SCRIPT_CODES, is_spaced, script_table

SPACED = np.array([is_spaced(code) for code in SCRIPT_CODES])
"""Whether each script spaces its words, (scripts,)."""


@lru_cache(maxsize=1)
def unit_kinds() -> NDArray[np.uint8]:
    """The kind of unit that each code point is, or is part of; see `emma.kernels.grams`.

    Hangul is wide, but is spaced; what belongs to no script, such as the mark that lengthens kana, goes by its width.
    """
    forms, scripts, wide = fold(), script_table(), widths() == 2
    spaced = SPACED[scripts] & ~(wide & (scripts < len(NO_SCRIPT)))
    kinds = np.where(spaced, IN_WORD, np.where(wide, WIDE, NARROW)).astype(np.uint8)
    kinds[forms == SKIP], kinds[forms == GAP] = SKIPPED, BETWEEN
    return kinds


@lru_cache(maxsize=1)
def point_tables() -> PointTables:
    """The tables in which the kernels look code points up."""
    return PointTables(fold(), unit_kinds())
