"""Scripts as numbers: a table from code point to script, and what must be known about a script to treat it fairly.

The data are Unicode's Script property (UAX 24) in ISO 15924 codes, as kept up to date by fontTools.
"""

from functools import lru_cache

import numpy as np
from fontTools.unicodedata import Scripts

from emma.lang.tables import COMPOUND_SCRIPTS

NO_SCRIPT = ("Zyyy", "Zinh", "Zzzz")
"""Common, inherited, unassigned: no evidence of any script. They come first in SCRIPT_CODES."""

SCRIPT_CODES: tuple[str, ...] = (*NO_SCRIPT, *sorted(set(Scripts.VALUES) - set(NO_SCRIPT)))
"""ISO 15924 codes of Unicode's scripts; the index of one is its number in `script_table`."""

_UNSPACED = """
Ahom Bali Batk Bopo Hani Hans Hant Hira Hrkt Java Jpan Kana Khmr Kits Lana Laoo Mymr Nshu Tale Talu Tang Tavt Thai Tibt
Yiii
"""
UNSPACED = frozenset(_UNSPACED.split())
"""Scripts that do not put spaces between words: line-breaking classes SA and ID (UAX 14), and the Brahmic scripts of
Indonesia and Tibet that break lines between syllables. Korean (Hang, Kore) puts spaces."""


@lru_cache(maxsize=1)
def script_table() -> np.ndarray:
    """The script of every code point: uint8 of shape (0x110000,), indices into SCRIPT_CODES. Read-only."""
    numbers = {code: number for number, code in enumerate(SCRIPT_CODES)}
    lengths = np.diff([*Scripts.RANGES, 0x110000])
    table = np.repeat(np.array([numbers[code] for code in Scripts.VALUES], np.uint8), lengths)
    table.setflags(write=False)
    return table


def dominant_script(text: str) -> tuple[str, float]:
    """The script of most characters, and its share among those that have one; ("Zyyy", 0.0) when none has.

    Ties go to the code that sorts first.
    """
    code, share, _ = script_evidence(text)
    return code, share


def script_evidence(text: str) -> tuple[str, float, int]:
    """As `dominant_script`, and the number of characters that have a script."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    counts = np.bincount(script_table()[points], minlength=len(SCRIPT_CODES))
    counts[: len(NO_SCRIPT)] = 0
    total, best = int(counts.sum()), int(counts.argmax())
    return (SCRIPT_CODES[best], float(counts[best] / total), total) if total else ("Zyyy", 0.0, 0)


def covers(label_script: str) -> frozenset[str]:
    """The Unicode scripts whose characters a label allows: three for Jpan, Han for Hans and Hant, else itself."""
    return COMPOUND_SCRIPTS.get(label_script, frozenset({label_script}))


def is_spaced(script: str) -> bool:
    """Whether writing in this script puts spaces between words."""
    return script not in UNSPACED
