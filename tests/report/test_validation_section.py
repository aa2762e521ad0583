"""The charts of the time while training: curves where the numbers are, alarms as dots, names that stay in the chart."""

from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree as Xml

import pytest

from emma.report.config import ReportConfig
from emma.report.run import report
from emma.report.validation import ValidationCurves, read_validation
from emma.report.validation_section import (
    describe_languages,
    describe_validation,
    draw_forgetting,
    draw_languages,
    draw_tiers,
)
from emma.ui.svg import WIDTH

from .synthetic import labels, run_artifacts
from .synthetic_validation import STEPS, write_validation

LANGUAGES = 100


@pytest.fixture
def curves(make_artifact) -> ValidationCurves:
    train = make_artifact("train")
    write_validation(train, labels(LANGUAGES))
    found = read_validation(train)
    assert found is not None
    return found


def lines(chart: str) -> list[Xml.Element]:
    return list(Xml.fromstring(chart).iter("polyline"))


def test_a_curve_for_each_tier_probe_and_language(curves) -> None:
    assert len(lines(draw_tiers(curves))) == 6
    assert len({each.attrib["class"] for each in lines(draw_tiers(curves))}) == 6
    assert len(lines(draw_forgetting(curves))) == 3
    by_language = lines(draw_languages(curves))
    assert len(by_language) == LANGUAGES
    assert sum("curve" in each.attrib["class"] for each in by_language) == 6
    for each in by_language:
        assert len(each.attrib["points"].split()) == len(STEPS)


def test_many_languages_are_bands_that_hold_their_shares(make_artifact) -> None:
    train = make_artifact("train")
    write_validation(train, labels(300))
    many = read_validation(train)
    assert many is not None
    wide, narrow, *named = lines(draw_languages(many))
    assert len(named) == 6
    chart = draw_languages(many)
    assert len(chart) < 20_000 and "eight of ten" in describe_languages(many)
    ends = [[float(point.split(",")[1]) for point in each.attrib["points"].split()] for each in (wide, narrow)]
    (outer_low, *_, outer_high), (inner_low, *_, inner_high) = ends
    assert outer_high == inner_high == outer_low == inner_low  # no change at the first step
    last = len(STEPS) - 1
    assert ends[0][last] > ends[1][last] > ends[1][last + 1] > ends[0][last + 1]  # down is better


def test_every_alarm_is_a_dot_above_the_line_of_the_limit(curves) -> None:
    root = Xml.fromstring(draw_forgetting(curves))
    (limit,) = [each for each in root.iter("line") if each.attrib["class"] == "border loss"]
    dots = [each for each in root.iter("circle") if each.attrib["class"] == "loss"]
    assert len(dots) == len(curves.alarms) > 5
    assert all(float(each.attrib["cy"]) < float(limit.attrib["y1"]) for each in dots)


def test_weights_that_are_not_the_last_have_a_line(curves) -> None:
    def count(kept: ValidationCurves) -> int:
        return draw_tiers(kept).count('class="border now"')

    assert (count(curves), count(replace(curves, result_step=400))) == (0, 1)
    section = describe_validation(replace(curves, result_step=400))
    assert section is not None and "upright line" in section.figures[0].words


def test_names_stay_in_the_chart_and_apart(curves) -> None:
    long = replace(curves, probes={f"a key that is <very> long {number}": {0: 1.0, 2000: 1.0} for number in range(9)})
    names = [each for each in Xml.fromstring(draw_forgetting(long)).iter("text") if each.attrib.get("class") == "name"]
    assert {each.text for each in names} == {"a key that is <v…"}
    heights = sorted(float(each.attrib["y"]) for each in names)
    assert all(below - above > 13 for above, below in pairwise(heights))
    assert all(float(each.attrib["x"]) + 7 * len(each.text or "") <= WIDTH for each in names)


def test_one_evaluation_has_no_curve(curves) -> None:
    single = replace(curves, languages={lang: {0: 1.0} for lang in curves.languages})
    assert [draw(single) for draw in (draw_tiers, draw_forgetting, draw_languages)] == ["", "", ""]


def test_the_page_has_the_section_where_text_was_scored(make_artifact, make_work) -> None:
    pytest.importorskip("jinja2")
    inputs, work = run_artifacts(make_artifact, labels(10)), make_work("report")
    report(ReportConfig(), **inputs, work=work)
    assert 'id="training"' not in (work.out / "index.html").read_text()
    write_validation(inputs["train"], labels(10), stops=True)
    report(ReportConfig(), **inputs, work=work)
    page = (work.out / "index.html").read_text()
    assert 'id="training"' in page
    assert "English was over the limit first after step 500" in page
