"""Charts are well-formed, put marks where the numbers are, and say nothing where there is nothing."""

from dataclasses import replace
from xml.etree import ElementTree as Xml

import pytest

from emma.report import charts
from emma.report.curves import thin
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


def find_dots(chart: str) -> dict[str, tuple[str, float, float]]:
    """The class of a language's last dot, and its place."""
    found: dict[str, tuple[str, float, float]] = {}
    langs: list[str] = []  # of a path, or of the one before it
    for path in Xml.fromstring(chart).findall("path"):
        if "dots" in path.attrib["class"]:
            steps = path.attrib["d"].removeprefix("M").removesuffix("h0").split("h0M")
            langs = path.attrib["data-of"].split() if "data-of" in path.attrib else langs
            for lang, step in zip(langs, steps, strict=True):
                x, y = map(float, step.split())
                found[lang] = (path.attrib["class"].removeprefix("dots "), x, y)
    return found


@pytest.mark.parametrize("chart", CHARTS)
def test_one_dot_for_each_measured_language(chart: str) -> None:
    assert sorted(find_dots(chart)) == ["eng_Latn", "nqo_Nkoo"]


def test_a_loss_is_drawn_as_a_loss() -> None:
    chart = charts.draw_gain_by_data(ROWS)
    zero = next(each for each in Xml.fromstring(chart).findall("line") if each.attrib["class"] == "zero")
    style, _, y = find_dots(chart)["eng_Latn"]
    assert style == "loss"
    assert y > float(zero.attrib["y1"])  # lower on the page


def test_a_gain_lies_below_the_diagonal_and_no_change_on_it() -> None:
    same = LanguageRow("khm_Khmr", "Khmer", "Khmr", "<10 kB", 10, gain=0.0, bits_per_byte_base=3.0, bits_per_byte=3.0)
    chart = charts.draw_bits_per_byte([*ROWS[:2], same, replace(same, lang="tha_Thai", bits_per_byte=9.0)])
    zero = next(each for each in Xml.fromstring(chart).findall("line") if each.attrib["class"] == "zero")
    x1, y1, x2, y2 = (float(zero.attrib[name]) for name in ("x1", "y1", "x2", "y2"))
    above = {lang: (y1 + (x - x1) * (y2 - y1) / (x2 - x1)) - y for lang, (_, x, y) in find_dots(chart).items()}
    assert above["eng_Latn"] > 5 and above["nqo_Nkoo"] < -5  # y grows downwards
    assert above["khm_Khmr"] == pytest.approx(0, abs=0.2)


def test_zero_is_on_the_axis_of_gains_though_all_are_far_from_it() -> None:
    rows = [replace(ROWS[1], lang=lang, gain=gain, gain_low=2.5) for lang, gain in (("a", 2.8), ("b", 2.9))]
    for chart in (charts.draw_gain_by_data(rows), charts.draw_gain_by_rank(rows)):
        zero = next(each for each in Xml.fromstring(chart).findall("line") if each.attrib["class"] == "zero")
        assert all(float(zero.attrib["y1"]) - y > 200 for _, _, y in find_dots(chart).values())


def test_the_end_of_a_context_is_marked_where_the_chart_goes_on() -> None:
    rows = [
        {"model": model, "begin": begin, "end": begin + 64, "nats": 40.0, "bytes": 20, "context": context}
        for model, context in (("base", 64), ("adapted", 128))
        for begin in (0, 64)
    ]
    lines = Xml.fromstring(charts.draw_positions(rows)).findall("line")
    assert [each.attrib["class"] for each in lines if "border" in each.attrib["class"]] == ["border was"]


def test_whiskers_end_where_intervals_do() -> None:
    chart = charts.draw_gain_by_data(ROWS)
    whisker = next(
        each for each in Xml.fromstring(chart).findall("path") if each.attrib["class"] == "whisker gain"
    ).attrib["d"]
    _, x, y = find_dots(chart)["nqo_Nkoo"]
    x1, y1, y2 = map(float, whisker.removeprefix("M").replace("V", " ").split())
    assert x1 == x
    assert (y1 + y2) / 2 == pytest.approx(y, abs=0.1)  # +1.0 to +3.0, about +2.0


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
    assert thin(dict.fromkeys(range(1202), 1.0))[-1] == (1201.0, 1.0)  # where it ended is kept
