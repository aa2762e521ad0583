"""Which script a document is written in, and whether its label allows it.

Each side of a pair is held against its own label. Program code has no language, so it is always in a script that its
label allows, and a label whose script Unicode has no characters for is no evidence against any.
"""

from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from emma.annotate.texts import Sides
from emma.kernels.grams import BETWEEN, IN_WORD, NARROW, SKIPPED, WIDE
from emma.kernels.measure import Tallies
from emma.kernels.tables import GAP, SKIP, classes, fold, widths
from emma.lang.language import CODE, script_of
from emma.lang.scripts import (
    NO_SCRIPT,
    SCRIPT_CODES,
    han_forms,
    is_spaced,
    script_table,
    scripts_agree,
    unicode_scripts,
    written_scripts,
)

SIMPLIFIED, TRADITIONAL = len(SCRIPT_CODES), len(SCRIPT_CODES) + 1
"""Numbers, beside those of scripts, of Han characters that only one form of Chinese has."""
SCRIPTS = len(SCRIPT_CODES) + 2
SPACED = np.array([is_spaced(code) for code in SCRIPT_CODES])
"""Whether each script spaces its words, (scripts,)."""
_HAN = SCRIPT_CODES.index("Hani")


@lru_cache(maxsize=1)
def cells() -> NDArray[np.uint16]:
    """Class and script of each code point in one number, as `emma.kernels.measure` wants them."""
    scripts = script_table().astype(np.uint16)
    forms = han_forms()
    scripts[forms == 1], scripts[forms == 2] = SIMPLIFIED, TRADITIONAL
    return classes() + scripts * 8


@lru_cache(maxsize=1)
def unit_kinds() -> NDArray[np.uint8]:
    """The kind of unit that each code point is, or is part of; see `emma.kernels.units`.

    Hangul is wide, but is spaced; what belongs to no script, such as the mark that lengthens kana, goes by its width.
    """
    forms, scripts, wide = fold(), script_table(), widths() == 2
    spaced = SPACED[scripts] & ~(wide & (scripts < len(NO_SCRIPT)))
    kinds = np.where(spaced, IN_WORD, np.where(wide, WIDE, NARROW)).astype(np.uint8)
    kinds[forms == SKIP], kinds[forms == GAP] = SKIPPED, BETWEEN
    return kinds


class Written:
    """What letters and marks by script, int32 (n + p, SCRIPTS), say of the sides they are of."""

    def __init__(self, sides: Sides, tallies: Tallies) -> None:
        simplified, traditional = tallies[:, SIMPLIFIED], tallies[:, TRADITIONAL]
        self.sides, self.letters = sides, tallies[:, : len(SCRIPT_CODES)].copy()
        self.letters[:, _HAN] += simplified + traditional
        self.letters[:, : len(NO_SCRIPT)] = 0
        self.by_side = written_scripts(self.letters, simplified, traditional)
        self.total = sides.total(self.letters)
        self.script: NDArray[np.int64] = self.total.argmax(axis=1)
        """(n): the script of most letters; Zyyy, which is 0, where there are none."""

    @property
    def spaced(self) -> NDArray[np.bool_]:
        """(n): whether the script of most letters spaces its words; false without letters."""
        return SPACED[self.script] & (self.script >= len(NO_SCRIPT))

    @property
    def labels_spaced(self) -> NDArray[np.bool_]:
        """(n): whether every label's writing spaces its words: a Thai page is not Latin because it is full of links."""
        by_label = np.array([is_spaced(script_of(label)) for label in self.sides.labels], np.bool_)
        return self.sides.join(by_label[self.sides.label_of], np.logical_and)

    def columns(self) -> dict[str, Any]:
        """The columns on scripts. Without letters, a document is in no script that its label forbids."""
        agreeing = self._agreeing()
        written = self.by_side[: self.sides.documents].copy()
        elsewhere = agreeing[self.sides.pairs] & ~agreeing[self.sides.documents :]
        written[self.sides.pairs[elsewhere]] = self.by_side[self.sides.documents :][elsewhere]
        most = np.take_along_axis(self.total, self.script[:, None], axis=1)[:, 0]
        return {
            "script": pa.array(np.array(SCRIPT_CODES)[self.script]),
            "script_share": share(most, self.total.sum(axis=1)),
            "written": pa.array(written),
            "script_agrees": pa.array(self.sides.join(agreeing, np.logical_and)),
            "label_script_share": self._label_share(),
        }

    def _agreeing(self) -> NDArray[np.bool_]:
        """(n + p): whether each side agrees with its label."""
        written, of_side = np.unique(self.by_side, return_inverse=True)
        met, of_met = np.unique(self.sides.label_of * len(written) + of_side, return_inverse=True)
        fits = [fits_label(written[at % len(written)], self.sides.labels[at // len(written)]) for at in met.tolist()]
        return np.array(fits, np.bool_)[of_met]

    def _label_share(self) -> NDArray[np.float32]:
        allowed = np.stack([allowed_scripts(label) for label in self.sides.labels])[self.sides.label_of]
        shares = share((self.letters * allowed).sum(axis=1), self.letters.sum(axis=1), nothing=1.0)
        return self.sides.join(shares, np.minimum)


@lru_cache(maxsize=4096)
def is_open(label: str) -> bool:
    """Whether any script can stand under a label: program code, and scripts that Unicode has no characters for."""
    return label == CODE.label or unicode_scripts(script_of(label)).isdisjoint(SCRIPT_CODES)


def fits_label(written: str, label: str) -> bool:
    """Whether text written in a script can stand under a label."""
    return is_open(label) or scripts_agree(written, script_of(label))


@lru_cache(maxsize=4096)
def allowed_scripts(label: str) -> NDArray[np.bool_]:
    """Which scripts a label allows, (scripts,)."""
    return np.isin(SCRIPT_CODES, list(unicode_scripts(script_of(label)))) | is_open(label)


def share(part: NDArray[np.integer], whole: NDArray[np.integer], nothing: float = 0.0) -> NDArray[np.float32]:
    """`part / whole`, and `nothing` where there is no whole."""
    return np.where(whole > 0, part / np.maximum(whole, 1), nothing).astype(np.float32)
