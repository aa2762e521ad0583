"""The front against a slow reference; outcomes against sums by hand; the chart where the numbers are."""

from dataclasses import replace
from xml.etree import ElementTree as Xml

import numpy as np
import pytest

from emma.report.languages import LanguageRow
from emma.report.merging import read_merging
from emma.report.pareto import (
    Choice,
    Outcome,
    describe_pareto,
    draw_pareto,
    find_front,
    list_bands,
    list_choices,
)
from emma.report.validation import ValidationCurves, read_validation

from .synthetic import labels
from .synthetic_validation import write_merging, write_validation


def curves(**found: dict[str, dict[int, float]]) -> ValidationCurves:
    return ValidationCurves(found["languages"], [], found["probes"], 0.05, [], None, 10)


CURVES = curves(
    languages={
        "hin_Deva": {0: 2.0, 10: 1.0, 20: 0.5},
        "khm_Khmr": {0: 1.0, 10: 0.9, 20: 1.1},
        "zxx_Zyyy": {0: 1.0, 10: 9.0, 20: 9.0},  # program code is no language
    },
    probes={"English": {0: 1.0, 10: 1.02, 20: 1.1}, "Program code": {0: 2.0, 10: 2.1, 20: 2.0}},
)


@pytest.mark.parametrize("seed", range(5))
def test_the_front_is_what_nothing_beats(seed: int) -> None:
    random = np.random.default_rng(seed)
    points = [Outcome(str(at), *map(float, random.integers(0, 12, 2))) for at in range(60)]

    def beats(one: Outcome, other: Outcome) -> bool:
        at_least = one.forgotten <= other.forgotten and one.gained >= other.gained
        return at_least and (one.forgotten, one.gained) != (other.forgotten, other.gained)

    slow = {(each.forgotten, each.gained) for each in points if not any(beats(other, each) for other in points)}
    front = find_front(points)
    assert {(each.forgotten, each.gained) for each in front} == slow
    assert len(front) == len(slow)
    assert front == find_front(points[::-1])


def test_each_evaluation_is_an_outcome() -> None:
    (choice,) = list_choices(CURVES, None)
    assert [(each.name, each.is_taken) for each in choice.outcomes] == [
        ("step 0", False),
        ("step 10", True),
        ("step 20", False),
    ]
    assert [each.gained for each in choice.outcomes] == pytest.approx([0, 30, 32.5])
    assert [each.forgotten for each in choice.outcomes] == pytest.approx([0, 5, 10])


def test_each_share_that_was_merged_is_an_outcome(make_artifact) -> None:
    train, langs = make_artifact("train"), labels(20)
    write_validation(train, langs)
    found = read_validation(train)
    assert found is not None
    first = {lang: next(iter(curve.values())) for lang, curve in found.languages.items()}
    write_merging(
        train, languages={alpha: {lang: first[lang] * (0.5 + alpha) for lang in langs} for alpha in (0.0, 0.2)}
    )
    merging = read_merging(train)
    _, trials = list_choices(found, merging)
    assert [each.gained for each in trials.outcomes] == pytest.approx([50, 30])
    assert [each.forgotten for each in trials.outcomes] == pytest.approx([6, 3])
    assert [each.is_taken for each in trials.outcomes] == [False, True]


def test_without_probes_there_is_nothing_to_weigh() -> None:
    assert list_choices(None, None) == list_choices(replace(CURVES, probes={}), None) == []
    assert draw_pareto([]) == describe_pareto([]).chart == ""


def row(lang: str, band: str, gain: float | None) -> LanguageRow:
    return LanguageRow(lang, lang, lang[4:], band, bits_per_byte_base=None if gain is None else 2.0, gain=gain)


def test_size_bands_stand_at_what_english_or_code_lost() -> None:
    rows = [row("hin_Deva", "1–10 MB", 1.0), row("khm_Khmr", "1–10 MB", 0.5), row("tha_Thai", "<10 kB", None)]
    assert list_bands(rows) == []
    rows += [row("eng_Latn", "≥100 MB", -0.1), row("zxx_Zyyy", "≥100 MB", 0.2)]
    assert list_bands(rows)[0].outcomes == [Outcome("1–10 MB", 5.0, 37.5)]


def test_the_chart_has_a_dot_for_each_outcome_and_stairs_through_the_front() -> None:
    outcomes = [Outcome("a", -1, 5), Outcome("b", 0, 20), Outcome("c", 2, 10), Outcome("d", 4, 30, is_taken=True)]
    root = Xml.fromstring(draw_pareto([Choice("when", outcomes)], 0.03))
    dots = list(root.iter("circle"))
    assert len(dots) == 4
    assert dots[3].attrib["class"] == "mean"
    stairs, path = (
        [tuple(map(float, point.split(","))) for point in line.attrib["points"].split()]
        for line in root.iter("polyline")
    )
    assert len(path) == 4
    a, b, _, d = path
    assert stairs == [a, (b[0], a[1]), b, b, (d[0], b[1]), d]
    assert {text.text for text in root.iter("text")} >= {"a", "d"}
    assert sum(line.attrib["class"] == "border loss" for line in root.iter("line")) == 1


def test_the_page_says_how_it_is_read() -> None:
    figure = describe_pareto(list_choices(CURVES, None), 0.05, "Held-out text.")
    assert figure.words.startswith("Held-out text. Up is more gained")
    assert "dark dot" in figure.words
    assert "dotted" in figure.words
