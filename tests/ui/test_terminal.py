"""Snippets are as wide as promised and never end inside a letter; tables are aligned by what is seen."""

import unicodedata

import pytest
from rich.cells import cell_len

from emma.ui.terminal import (
    END,
    ISOLATE,
    JOINERS,
    VIRAMA,
    fold_line,
    fold_unreadable,
    format_snippet,
    format_table,
    is_inside_letter,
    shorten_line,
)
from tests.conftest import TEXTS


@pytest.mark.parametrize("lang", TEXTS)
@pytest.mark.parametrize("cells", [4, 9, 17, 33, 500])
def test_a_snippet_fits_and_ends_where_a_letter_ends(lang: str, cells: int) -> None:
    text = TEXTS[lang]
    shown = format_snippet(text, cells)
    assert shown[0] == ISOLATE and shown[-1] == END
    inside = shown[1:-1]
    assert cell_len(inside) <= cells
    whole = " ".join(text.split())
    assert inside == whole if cell_len(whole) <= cells else inside[-1] == "…"
    kept = len(inside.rstrip("…"))
    assert whole.startswith(inside.rstrip("…"))
    if inside.endswith("…"):
        after, before = whole[kept], whole[kept - 1] if kept else " "
        assert not unicodedata.category(after).startswith("M") and after not in JOINERS
        assert before not in JOINERS and unicodedata.combining(before) != VIRAMA


def test_conjuncts_and_wide_letters() -> None:
    assert shorten_line("क्षत्रिय", 1) == ""  # the first letter is KA, VIRAMA, SSA
    assert shorten_line("人人生", 3) == "人"
    assert is_inside_letter("x\u200dy", 1) and is_inside_letter("x\u200dy", 2)
    assert shorten_line("e\u0301a", 1) == "e\u0301"
    assert format_snippet("a\n b\t c", 9) == f"{ISOLATE}a b c{END}"
    assert format_snippet("x" * 10**6, 5) == f"{ISOLATE}xxxx…{END}"


def test_what_a_terminal_would_obey_is_not_shown() -> None:
    assert format_snippet("PK\0\0\x1b[31mred\u202etext\x9b2J", 40) == f"{ISOLATE}PK [31mred text 2J{END}"
    assert format_snippet("a\u2067b\u2069c", 9) == f"{ISOLATE}a b c{END}"
    assert format_snippet("\u200fa\u200db", 9) == f"{ISOLATE}\u200fa\u200db{END}"


def test_columns_are_aligned_by_what_is_seen() -> None:
    lines = list(format_table([["人", "1", "a"], ["abc", "20", "b"]], right=(1,)))
    assert lines == ["人    1  a", "abc  20  b"]
    assert [cell_len(line) for line in lines] == [10, 10]


def test_long_lines_are_folded_between_words() -> None:
    assert fold_line("one two three", 8) == ["one two", "three"]
    assert fold_line("", 8) == [""]
    assert fold_line("x" * 20, 8) == ["x" * 20]
    lines = list(format_table([["a", "word " * 40]]))
    assert len(lines) > 2 and all(len(line) <= 100 and line.startswith(("a  ", "   ")) for line in lines)


def test_runs_of_unreadable_bytes_are_one_sign_with_their_number() -> None:
    assert fold_unreadable("ខ្មែរ \ufffd\ufffd\ufffd, \ufffd") == "ខ្មែរ �… (3 broken characters), �"
    assert format_snippet("\ufffd" * 5000, 30) == f"{ISOLATE}�… (5000 broken characters){END}"
