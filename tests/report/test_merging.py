"""The shares of the base that were tried: read back, told in a sentence, drawn where the numbers are."""

from xml.etree import ElementTree as Xml

import pytest

from emma.report.config import ReportConfig
from emma.report.merging import Merging, describe_merging, draw_merging, read_merging
from emma.report.run import report

from .synthetic import labels, run_artifacts
from .synthetic_validation import write_merging


@pytest.fixture
def merging(make_artifact) -> Merging:
    train = make_artifact("train")
    write_merging(train)
    found = read_merging(train)
    assert found is not None
    return found


def test_nothing_was_merged(make_artifact) -> None:
    assert read_merging(make_artifact("train")) is None
    assert draw_merging(None, None) == []


def test_shares_are_read_in_order(merging: Merging) -> None:
    assert merging.alpha == 0.2
    assert merging.bits_per_byte == pytest.approx({0.0: 2.0, 0.1: 2.01, 0.2: 2.04, 0.3: 2.09})
    assert list(merging.bits_per_byte) == sorted(merging.bits_per_byte)
    assert merging.probes["English"] == pytest.approx({0.0: 6.0, 0.1: 4.5, 0.2: 3.0, 0.3: 1.5})


@pytest.mark.parametrize(
    ("alphas", "taken", "beginning", "end"),
    [
        ((0.0, 0.2), 0.2, "Merged with 20 % of what training began with (2 shares were tried), the model has 2.040",
         "against the weights before the first step, English +3.0 %, Program code 0.0 %"),
        ((0.0, 0.2), 0.0, "Merged with nothing of what training began with (2 shares were tried), the model has 2.000",
         "English +6.0 %, Program code +2.0 %"),
        ((0.2,), 0.2, "Merged with 20 % of what training began with, the model has 2.040", "Program code 0.0 %"),
    ],
)  # fmt: skip
def test_it_is_told(make_artifact, alphas: tuple[float, ...], taken: float, beginning: str, end: str) -> None:
    train = make_artifact("train")
    write_merging(train, alphas, taken)
    found = read_merging(train)
    assert found is not None
    assert describe_merging(found).startswith(beginning)
    assert describe_merging(found).endswith(end)


def test_a_curve_each_with_a_dot_at_every_share_and_a_line_at_the_one_taken(merging: Merging) -> None:
    learnt, forgotten = (Xml.fromstring(each.chart) for each in draw_merging(merging, 0.03))
    for root, curves in ((learnt, 1), (forgotten, 2)):
        lines, dots = list(root.iter("polyline")), list(root.iter("circle"))
        assert (len(lines), len(dots)) == (curves, 4 * curves)
        points = [tuple(point.split(",")) for line in lines for point in line.attrib["points"].split()]
        assert points == [(dot.attrib["cx"], dot.attrib["cy"]) for dot in dots]
        (taken,) = [each for each in root.iter("line") if each.attrib["class"] == "border now"]
        assert taken.attrib["x1"] == taken.attrib["x2"] == points[2][0]
        heights = [float(height) for _, height in points[:4]]
        assert heights == sorted(heights, reverse=root is learnt), (
            "less is learnt and less forgotten the more is merged"
        )
    (limit,) = [each for each in forgotten.iter("line") if each.attrib["class"] == "border loss"]
    english = list(forgotten.iter("circle"))[:4]
    assert limit.attrib["y1"] == limit.attrib["y2"] == english[2].attrib["cy"], "where English rose by 3 %"
    assert sum(each.attrib["class"] == "zero" for each in forgotten.iter("line")) == 1


def test_one_share_has_no_curve(make_artifact) -> None:
    train = make_artifact("train")
    write_merging(train, (0.2,))
    assert draw_merging(read_merging(train), None) == []


def test_the_page_has_it_also_where_nothing_else_was_scored(make_artifact, make_work) -> None:
    pytest.importorskip("jinja2")
    inputs, work = run_artifacts(make_artifact, labels(10)), make_work("report")
    write_merging(inputs["train"])
    report(ReportConfig(), **inputs, work=work)
    page = (work.out / "index.html").read_text()
    section = page.split('<section id="training">')[1].split("</section>")[0]
    assert "<p> Merged with 20 % of what training began with" in section
    assert section.count("<svg") == 2
    assert "Tier in the mix" not in section
