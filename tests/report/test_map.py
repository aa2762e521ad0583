"""Dots of the report's map."""

from emma.report.languages import LanguageRow
from emma.report.map import draw_world, make_point


def row(lang: str, base: float | None = None, gain: float | None = None, *, sure: bool = True) -> LanguageRow:
    return LanguageRow(
        lang, lang, lang[4:], "1–10 MB", 2_000_000, bits_per_byte_base=base, gain=gain, improved=sure and bool(gain)
    )


def test_a_dot_shows_the_share_of_bits_that_was_saved() -> None:
    point = make_point(row("hin_Deva", 2.0, 0.5))
    assert (point.value, point.size, point.is_unsure) == (25.0, 2_000_000, False)
    assert make_point(row("hin_Deva", 2.0, 0.5, sure=False)).is_unsure
    assert make_point(row("hin_Deva")).value is None
    assert not make_point(row("hin_Deva")).is_unsure


def test_program_code_is_not_on_the_map() -> None:
    page = draw_world([row("hin_Deva", 2.0, 0.5), row("zxx_Zyyy", 2.0, 0.5)])
    assert "of 1 language," in page
    assert "#zxx_Zyyy" not in page
    assert "Hindi +25" in page
