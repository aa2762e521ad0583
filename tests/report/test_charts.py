"""Charts are well-formed, put marks where the numbers are, and say nothing where there is nothing."""

import math
from xml.etree import ElementTree as Xml

import pytest

from emma.report import charts, labels
from emma.report.languages import Language
from emma.ui import svg
from emma.ui.numerals import count, fixed, share, short, signed, tick

ROWS = [
    Language("eng_Latn", "English", "Latn", "1–10 MB", 10**6, worse=True, gain=-0.5, gain_low=-0.6, gain_high=-0.4,
             bits_per_byte_base=1.0, bits_per_byte=1.5, tokens_per_byte=0.25, tokens_per_byte_base=0.25),
    Language("nqo_Nkoo", "N'Ko <ߒߞߏ> & more", "Nkoo", "<10 kB", 10**3, improved=True, gain=2.0, gain_low=1.0,
             gain_high=3.0,
             bits_per_byte_base=4.0, bits_per_byte=2.0, tokens_per_byte=0.5, tokens_per_byte_base=1.0),
    Language("khm_Khmr", "Khmer", "Khmr", "<10 kB"),
]  # fmt: skip
CHARTS = [
    charts.bits_per_byte(ROWS),
    charts.gain_by_data(ROWS),
    charts.gain_by_rank(ROWS),
    charts.fertility(ROWS),
    charts.data_by_rank(ROWS),
]


@pytest.mark.parametrize("chart", CHARTS)
def test_one_linked_mark_for_each_measured_language(chart: str) -> None:
    root = Xml.fromstring(chart)
    links = root.findall("a")
    assert sorted(each.attrib["href"] for each in links) == ["#eng_Latn", "#nqo_Nkoo"]
    assert any("N'Ko <ߒߞߏ> & more" in (each.findtext("title") or "") for each in links)


def test_marks_stand_where_the_values_are() -> None:
    frame = svg.Frame(svg.decades("x", [10.0, 1000.0]), svg.linear("y", [0.0, 10.0]))
    assert frame.px(10) == svg.LEFT
    assert frame.px(100) == pytest.approx((svg.LEFT + svg.WIDTH - svg.RIGHT) / 2)
    assert frame.px(1000) == svg.WIDTH - svg.RIGHT
    assert frame.py(0) == svg.HEIGHT - svg.BOTTOM
    assert frame.py(10) == svg.TOP


def test_a_loss_is_drawn_as_a_loss() -> None:
    root = Xml.fromstring(charts.gain_by_data(ROWS))
    english = next(each for each in root.findall("a") if each.attrib["href"] == "#eng_Latn")
    zero = next(each for each in root.findall("line") if each.attrib["class"] == "zero")
    dot = english.find("circle")
    assert dot is not None
    assert dot.attrib["class"] == "loss"
    assert float(dot.attrib["cy"]) > float(zero.attrib["y1"])  # lower on the page


@pytest.mark.parametrize("values", [[0.0, 1.0], [-3.2, 7.9], [5.0], [], [1e-7, 2e-7], [0.0, 123456.0]])
def test_linear_axes_hold_all_values_between_few_ticks(values: list[float]) -> None:
    axis = svg.linear("", values)
    assert all(axis.low - 1e-12 <= value <= axis.high + 1e-12 for value in values)
    assert 2 <= len(axis.ticks) <= 8
    steps = {round(math.log10(b - a) % 1, 6) for a, b in zip(axis.ticks, axis.ticks[1:], strict=False)}
    assert steps <= {0.0, 0.30103, 0.69897, 1.0}


@pytest.mark.parametrize("values", [[1.0], [3.0, 4.0], [7.0, 2.5e8]])
def test_decades_hold_all_values(values: list[float]) -> None:
    axis = svg.decades("", values)
    assert axis.low <= min(values) <= max(values) <= axis.high
    assert axis.high > axis.low


def test_a_name_hides_no_point_and_stays_inside() -> None:
    crowd = [(x, y) for x in range(200, 300, 6) for y in range(100, 200, 6)]
    for point in [(200, 100), (298, 196), (248, 148)]:
        box = labels.place(point, "Program code", crowd)
        assert box.inside()
        assert not any(box.hides(each) for each in crowd)
    first, second = labels.beside([((300, 200), "English"), ((302, 200), "Program code")], [(300, 200), (302, 200)])
    assert first.split("y=")[1] != second.split("y=")[1]


def test_nothing_measured_draws_nothing() -> None:
    none = [Language("khm_Khmr", "Khmer", "Khmr", "<10 kB")]
    made = [chart(none) for chart in (charts.bits_per_byte, charts.gain_by_data, charts.gain_by_rank, charts.fertility)]
    assert made == [""] * 4
    assert charts.loss([{"tokens": 1, "loss": 2.0}]) == ""


def test_without_a_base_bits_are_shown_alone() -> None:
    row = Language("khm_Khmr", "Khmer", "Khmr", "<10 kB", 500, bits_per_byte=2.0)
    assert "Bits per byte against training bytes" in charts.bits_per_byte([row])


def test_the_smooth_line_keeps_ends_and_straight_lines() -> None:
    line = [(float(x), 3.0 * x) for x in range(200)]
    assert [y for _, y in charts.smooth(line)] == pytest.approx([y for _, y in line])
    spiky = [(float(x), float(x % 2)) for x in range(200)]
    assert all(0.3 < y < 0.7 for _, y in charts.smooth(spiky)[5:-5])


def test_long_curves_are_thinned() -> None:
    chart = charts.loss([{"tokens": step, "loss": 1.0 + 1 / step} for step in range(1, 10_000)])
    lines = Xml.fromstring(chart).findall("polyline")
    assert all(len(each.attrib["points"].split()) <= charts.POINTS for each in lines)


S = "\u202f"


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (fixed(None), "–"),
        (fixed(-0.0004, 3), "0.000"),
        (fixed(-1.25, 1), "−1.2"),
        (signed(0.5), "+0.500"),
        (signed(-0.5), "−0.500"),
        (signed(0.0001), "0.000"),
        (share(0.0), f"0{S}%"),
        (share(0.00001), f"<{S}0.1{S}%"),
        (share(1.0), f"100.0{S}%"),
        (share(None), "–"),
        (count(1234567), f"1{S}234{S}567"),
        (short(0), "0"),
        (short(999, "B"), f"999{S}B"),
        (short(999_600, "B"), f"1.00{S}MB"),
        (short(12_345, "B"), f"12.3{S}kB"),
        (tick(0.2), "0.2"),
        (tick(-1.0), "−1"),
        (tick(10**8, "B"), f"100{S}MB"),
    ],
)
def test_numbers_as_people_read_them(found: str, expected: str) -> None:
    assert found == expected
