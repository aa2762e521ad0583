"""Charts are well-formed, put marks where the numbers are, and say nothing where there is nothing."""

from xml.etree import ElementTree as Xml

import pytest

from emma.report import charts
from emma.report.languages import LanguageRow

ROWS = [
    LanguageRow("eng_Latn", "English", "Latn", "1–10 MB", 10**6, worse=True, gain=-0.5, gain_low=-0.6, gain_high=-0.4,
             bits_per_byte_base=1.0, bits_per_byte=1.5, tokens_per_byte=0.25, tokens_per_byte_base=0.25),
    LanguageRow("nqo_Nkoo", "N'Ko <ߒߞߏ> & more", "Nkoo", "<10 kB", 10**3, improved=True, gain=2.0, gain_low=1.0,
             gain_high=3.0,
             bits_per_byte_base=4.0, bits_per_byte=2.0, tokens_per_byte=0.5, tokens_per_byte_base=1.0),
    LanguageRow("khm_Khmr", "Khmer", "Khmr", "<10 kB"),
]  # fmt: skip
CHARTS = [
    charts.draw_bits_per_byte(ROWS),
    charts.draw_gain_by_data(ROWS),
    charts.draw_gain_by_rank(ROWS),
    charts.draw_fertility(ROWS),
    charts.draw_data_by_rank(ROWS),
]


@pytest.mark.parametrize("chart", CHARTS)
def test_one_linked_mark_for_each_measured_language(chart: str) -> None:
    root = Xml.fromstring(chart)
    links = root.findall("a")
    assert sorted(each.attrib["href"] for each in links) == ["#eng_Latn", "#nqo_Nkoo"]
    assert any("N'Ko <ߒߞߏ> & more" in (each.findtext("title") or "") for each in links)


def test_a_loss_is_drawn_as_a_loss() -> None:
    root = Xml.fromstring(charts.draw_gain_by_data(ROWS))
    english = next(each for each in root.findall("a") if each.attrib["href"] == "#eng_Latn")
    zero = next(each for each in root.findall("line") if each.attrib["class"] == "zero")
    dot = english.find("circle")
    assert dot is not None
    assert dot.attrib["class"] == "loss"
    assert float(dot.attrib["cy"]) > float(zero.attrib["y1"])  # lower on the page


def test_nothing_measured_draws_nothing() -> None:
    none = [LanguageRow("khm_Khmr", "Khmer", "Khmr", "<10 kB")]
    made = [
        chart(none)
        for chart in (
            charts.draw_bits_per_byte,
            charts.draw_gain_by_data,
            charts.draw_gain_by_rank,
            charts.draw_fertility,
        )
    ]
    assert made == [""] * 4
    assert charts.draw_loss([{"tokens": 1, "loss": 2.0}]) == ""


def test_without_a_base_bits_are_shown_alone() -> None:
    row = LanguageRow("khm_Khmr", "Khmer", "Khmr", "<10 kB", 500, bits_per_byte=2.0)
    assert "Bits per byte against training bytes" in charts.draw_bits_per_byte([row])


def test_the_smooth_line_keeps_ends_and_straight_lines() -> None:
    line = [(float(x), 3.0 * x) for x in range(200)]
    assert [y for _, y in charts.smooth_curve(line)] == pytest.approx([y for _, y in line])
    spiky = [(float(x), float(x % 2)) for x in range(200)]
    assert all(0.3 < y < 0.7 for _, y in charts.smooth_curve(spiky)[5:-5])


def test_long_curves_are_thinned() -> None:
    chart = charts.draw_loss([{"tokens": step, "loss": 1.0 + 1 / step} for step in range(1, 10_000)])
    lines = Xml.fromstring(chart).findall("polyline")
    assert all(len(each.attrib["points"].split()) <= charts.MAX_POINTS for each in lines)
