"""What is said of each code point, against `unicodedata` and against what writing systems need."""

import sys
import unicodedata

import numpy as np
import pytest

from emma.kernels.tables import NOT_DIGIT, classes, columns, digits, fold, folded, kind, widths


@pytest.mark.slow
@pytest.mark.parametrize(("table", "of"), [(classes, kind), (fold, folded), (widths, columns)])
def test_tables_say_of_every_code_point_what_is_said_of_one(table: object, of: object) -> None:
    assert table().tolist() == [of(chr(point)) for point in range(sys.maxunicode + 1)]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("char", "expected"), ["Aa", "ẹẹ", "Σσ", "ςσ", "İi", "ıı", "ſs", "ẞß", "ßß", "िि", "ุุ", "٣٣", "Აა", "ꭰᎠ", "ᾈᾀ"]
)
def test_fold_keeps_marks_and_drops_case(char: str, expected: str) -> None:
    assert folded(char) == ord(expected) == fold()[ord(char)]


@pytest.mark.parametrize("char", ["\u200d", ".", "؟", "🙂", "\x00", "\ufeff"])
def test_fold_skips_what_does_not_tell_words_apart(char: str) -> None:
    assert fold()[ord(char)] == 0 == widths()[ord(char)]


def test_folding_twice_is_folding_once() -> None:
    forms = fold()
    kept = forms[forms > 1]
    assert np.array_equal(forms[kept], kept)


@pytest.mark.parametrize(("char", "width"), [("a", 1), ("ก", 1), ("一", 2), ("カ", 2), ("ー", 2), ("가", 2), ("ꀀ", 2)])
def test_characters_of_east_asia_are_wide(char: str, width: int) -> None:
    assert widths()[ord(char)] == width


def test_digits_of_all_scripts_have_their_values() -> None:
    found = {chr(point): int(digits()[point]) for point in np.flatnonzero(digits() != NOT_DIGIT)}
    assert found == {chr(p): unicodedata.decimal(chr(p)) for p in range(0x110000) if chr(p).isdecimal()}
    assert [found[char] for char in "3٣३๓߃"] == [3] * 5 and "三" not in found
