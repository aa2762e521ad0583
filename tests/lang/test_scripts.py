"""The script table against fontTools' own look-up, and facts about scripts."""

from collections import Counter

import numpy as np
import pytest
from fontTools import unicodedata as oracle
from hypothesis import given
from hypothesis import strategies as st

from emma.lang.scripts import (
    NO_SCRIPT,
    SCRIPT_CODES,
    covers,
    dominant_script,
    is_spaced,
    script_table,
)
from tests.conftest import TEXTS


def test_table_is_fonttools_for_every_character() -> None:
    table = script_table()
    assert table.shape == (0x110000,)
    assert len(SCRIPT_CODES) < 256
    points = [*range(0x3000), *range(0x3000, 0x110000, 97)]
    assert [SCRIPT_CODES[table[point]] for point in points] == [oracle.script(chr(point)) for point in points]


def test_table_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        script_table()[0] = 1


def slow(text: str) -> tuple[str, float]:
    counts = Counter(code for character in text if (code := oracle.script(character)) not in NO_SCRIPT)
    if not counts:
        return "Zyyy", 0.0
    code = min(counts, key=lambda each: (-counts[each], each))
    return code, counts[code] / counts.total()


@given(st.text())
def test_dominant_script_is_a_count(text: str) -> None:
    assert dominant_script(text) == slow(text)


@pytest.mark.parametrize("label", TEXTS)
def test_dominant_script_of_real_text(label: str) -> None:
    code, share = dominant_script(TEXTS[label])
    assert code in covers(label[4:])
    assert share > 0.9


def test_no_letters_no_script() -> None:
    assert dominant_script("12 — 34!\u200d") == ("Zyyy", 0.0)


def test_spaces() -> None:
    unspaced = [label for label in TEXTS if not is_spaced(label[4:])]
    assert unspaced == ["tha_Thai", "khm_Khmr", "zho_Hans", "mya_Mymr"]
    assert is_spaced("Kore") and is_spaced("Hang") and not is_spaced("Jpan") and not is_spaced("Tibt")


def test_covers() -> None:
    assert covers("Jpan") == {"Hira", "Kana", "Hani"}
    assert covers("Kore") == {"Hang", "Hani"}
    assert covers("Hant") == covers("Hans") == {"Hani", "Bopo"}
    assert covers("Nkoo") == {"Nkoo"}
    assert np.all([covers(code) <= set(SCRIPT_CODES) for code in SCRIPT_CODES])
