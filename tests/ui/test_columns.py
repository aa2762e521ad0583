"""Columns hold in any script: widths by another library, borders under one another, letters whole.

Terminals count columns in two ways: character by character, or letter by letter with its marks.
"""

import re

import pytest
from wcwidth import wcswidth, wcwidth

from emma.ui.columns import BORDER, Column, cut_word, draw_columns, fold_text, make_column, runs_from_right
from emma.ui.terminal import is_inside_letter
from tests.conftest import TEXTS

WIDTHS = (12, 30, 61)
ISOLATES = dict.fromkeys((0x2066, 0x2067, 0x2069))


def by_character(text: str) -> int:
    return sum(max(wcwidth(character), 0) for character in text)


@pytest.mark.parametrize("lang", TEXTS)
@pytest.mark.parametrize("width", WIDTHS)
def test_lines_fit_and_nothing_is_lost(lang: str, width: int) -> None:
    text = f"{TEXTS[lang]} {TEXTS[lang]}\n\n{TEXTS[lang]}"
    lines = fold_text(text, width)
    assert all(max(wcswidth(line), by_character(line)) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert "" in lines  # the empty line stays


@pytest.mark.parametrize("lang", TEXTS)
def test_a_long_word_is_cut_where_a_letter_ends(lang: str) -> None:
    word = TEXTS[lang].replace(" ", "") * 3
    place = 0
    for piece in cut_word(word, 7):
        place += len(piece)
        assert place == len(word) or not is_inside_letter(word, place)
    assert place == len(word)


@pytest.mark.parametrize("left", TEXTS)
@pytest.mark.parametrize("width", WIDTHS)
def test_borders_stand_under_one_another(left: str, width: int) -> None:
    for right in TEXTS.values():
        for row in draw_columns([make_column(TEXTS[left], width), make_column(right, width)], width):
            plain = row.translate(ISOLATES)
            assert by_character(plain[: plain.rindex("│")]) == width + 1
            assert row.count("\u2069") == row.count("\u2066") + row.count("\u2067")


def test_on_a_terminal_the_cursor_is_put_where_the_border_is() -> None:
    rows = list(draw_columns([Column(["a", "b"]), Column(["c"]), Column(["d", "e"])], 10, is_terminal=True))
    assert [re.findall(r"\x1b\[(\d+)G", row) for row in rows] == [["11", "24"], ["11", "24"]]
    assert all(row.count(BORDER.rstrip()) == 2 for row in rows)


def test_text_from_the_right_begins_there() -> None:
    assert {lang for lang, text in TEXTS.items() if runs_from_right(text)} == {"arb_Arab", "nqo_Nkoo"}
    assert runs_from_right("%d ساعة واحدة") and not runs_from_right("") and not runs_from_right("12 %")
    (row,) = draw_columns([Column(["سنة"], from_right=True), Column(["x"])], 6)
    assert row == "   \u2067سنة\u2069 │ \u2066x\u2069"


def test_what_a_terminal_would_obey_is_not_shown() -> None:
    assert fold_text("a\x1b[2Jb\u2028c\u202ed", 40) == ["a [2Jb c d"]
