"""Quotes end where letters end, and say of unreadable and of withheld text how much there is."""

from emma.report.quotes import LETTERS, quote, shorten, shorten_end


def test_long_texts_are_cut_where_letters_end() -> None:
    text = "สวัสดีที่นี่ " * 90
    assert shorten(text).endswith("…")
    assert shorten_end(text).startswith("…")
    assert all(len(cut) < 2 * LETTERS for cut in (shorten(text), shorten_end(text)))
    assert shorten("क्ष\nत्र") == "क्ष त्र"
    assert shorten_end("क्षत्र") == "क्षत्र"
    cut = shorten_end("e\u0301" * LETTERS + "a")  # the place that is counted back to is before an accent
    assert cut.startswith("…e\u0301") and cut.endswith("e\u0301a")


def test_what_is_withheld_is_a_length() -> None:
    assert quote("ខ្មែរ ភាសា", 3) == "ខ្មែរ…"
    assert quote("ߒߞߏ", 5, is_withheld=True) == 3
    assert quote("ߒߞߏ…", 5, 1234, is_withheld=True) == 1234


def test_unreadable_bytes_are_counted() -> None:
    text = "ⵜⴰⵎⴰⵣⵉⵖⵜ " + 3000 * "\ufffd" + " ⴰ\ufffd"
    assert shorten(text) == shorten_end(text) == "ⵜⴰⵎⴰⵣⵉⵖⵜ �… (3000 broken characters) ⴰ�"
