"""Find the script that a document is written in, and whether its label allows it.

Each side of a pair is compared with its own label. Program code has no language, so it is always in a script that its
label allows, and a label whose script Unicode has no characters for is no evidence against any.
"""

from functools import lru_cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from emma.annotate.texts import Sides
from emma.kernels.measure import Tallies
from emma.kernels.tables import classes
from emma.lang.language import CODE, Lang
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
from emma.lang.units import SPACED

SIMPLIFIED, TRADITIONAL = len(SCRIPT_CODES), len(SCRIPT_CODES) + 1
"""Numbers, beside those of scripts, of Han characters that only one form of Chinese has."""
SCRIPTS = len(SCRIPT_CODES) + 2
_HAN = SCRIPT_CODES.index("Hani")


@lru_cache(maxsize=1)
def cells() -> NDArray[np.uint16]:
    """Class and script of each code point in one number, as `emma.kernels.measure` wants them."""
    scripts = script_table().astype(np.uint16)
    forms = han_forms()
    scripts[forms == 1], scripts[forms == 2] = SIMPLIFIED, TRADITIONAL
    # Three bits for the class, of which there are eight, and the script above them.
    return classes() + scripts * 8


class ScriptUse:
    """Which scripts the sides of a batch are written in, from their letters and marks by script (n + p, SCRIPTS)."""

    def __init__(self, sides: Sides, tallies: Tallies) -> None:
        simplified, traditional = tallies[:, SIMPLIFIED], tallies[:, TRADITIONAL]
        self.sides, self.letters = sides, tallies[:, : len(SCRIPT_CODES)].copy()
        # Characters of one form of Chinese are counted apart, and are Han all the same.
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
        """(n): whether every label's script spaces its words: a Thai page is not Latin because it is full of links."""
        by_label = np.array([is_spaced(lang.script) for lang in self.sides.langs], np.bool_)
        return self.sides.join(by_label[self.sides.lang_of], np.logical_and)

    def columns(self) -> dict[str, pa.Array | NDArray[np.generic]]:
        """The columns on scripts. Without letters, a document is in no script that its label forbids."""
        agreeing = self._agreeing()
        written = self.by_side[: self.sides.documents].copy()
        # Of a pair, the side that disagrees with its label is the one to show.
        elsewhere = agreeing[self.sides.pairs] & ~agreeing[self.sides.documents :]
        written[self.sides.pairs[elsewhere]] = self.by_side[self.sides.documents :][elsewhere]
        most = np.take_along_axis(self.total, self.script[:, None], axis=1)[:, 0]
        return {
            "script": pa.array(np.array(SCRIPT_CODES)[self.script]),
            "script_share": divide(most, self.total.sum(axis=1)),
            "written": pa.array(written),
            "script_agrees": pa.array(self.sides.join(agreeing, np.logical_and)),
            "label_script_share": self._label_share(),
        }

    def _agreeing(self) -> NDArray[np.bool_]:
        """(n + p): whether each side agrees with its label."""
        written, written_of = np.unique(self.by_side, return_inverse=True)
        # Each combination of label and script is judged once, however many sides have it.
        pairs, pair_of = np.unique(self.sides.lang_of * len(written) + written_of, return_inverse=True)
        langs, width = self.sides.langs, len(written)
        allowed = [allows_script(langs[pair // width], written[pair % width]) for pair in pairs.tolist()]
        return np.array(allowed, np.bool_)[pair_of]

    def _label_share(self) -> NDArray[np.float32]:
        allowed = np.stack([allowed_scripts(lang) for lang in self.sides.langs])[self.sides.lang_of]
        shares = divide((self.letters * allowed).sum(axis=1), self.letters.sum(axis=1), empty=1.0)
        return self.sides.join(shares, np.minimum)


@lru_cache(maxsize=4096)
def allows_any_script(lang: Lang) -> bool:
    """Whether a label allows every script: program code, and scripts that Unicode has no characters for."""
    return lang == CODE or unicode_scripts(lang.script).isdisjoint(SCRIPT_CODES)


def allows_script(lang: Lang, written: str) -> bool:
    """Whether text that is written in a script can have the label of this language."""
    return allows_any_script(lang) or scripts_agree(written, lang.script)


@lru_cache(maxsize=4096)
def allowed_scripts(lang: Lang) -> NDArray[np.bool_]:
    """Which scripts a label allows, (scripts,)."""
    return np.isin(SCRIPT_CODES, list(unicode_scripts(lang.script))) | allows_any_script(lang)


def divide(part: NDArray[np.integer], total: NDArray[np.integer], empty: float = 0.0) -> NDArray[np.float32]:
    """`part / total`, and `empty` where the total is 0."""
    return np.where(total > 0, part / np.maximum(total, 1), empty).astype(np.float32)
