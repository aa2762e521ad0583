"""How a model wants its text: as it is, or in letters only. A model's folder says which, in `lid.json`."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from emma.kernels import tables

Spelling = Literal["plain", "letters"]
"""`letters`: lower case, without digits, punctuation and symbols, as OpenLID and the models trained here want it."""

FACTS = "lid.json"
"""The file beside a model that says what it is."""


def spelling_of(model: Path) -> Spelling:
    """What stands beside a model's file; plain if nothing does."""
    try:
        facts = json.loads((model.parent / FACTS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return "plain"
    return "letters" if isinstance(facts, dict) and facts.get("spelling") == "letters" else "plain"


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
