"""Averages against closed forms: shared items are one draw, items of a language's own are many."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import stats

from emma.evaluate.metrics.accuracy import accuracy
from emma.evaluate.metrics.averages import tabulate_averages
from emma.evaluate.metrics.measures import Measure
from emma.evaluate.metrics.metric import Mean
from emma.evaluate.tasks.task import TaskInfo
from tests.evaluate.metrics.synthetic import INFO, make_info

LANGS = ("arb_Arab", "khm_Khmr", "nqo_Nkoo", "swh_Latn", "zgh_Tfng", "yor_Latn")
NATS = Mean("bits_per_byte", lambda items, outputs: [], "", highest=None)


def make_measure(
    model: str, lang: str, values: Sequence[float], info: TaskInfo = INFO, metric: Any = None, **ids: Any
) -> Measure:
    names = tuple(ids.get("names", map(str, range(len(values)))))
    return Measure(
        model=model,
        info=info,
        lang=lang,
        variant="cloze",
        metric=metric or accuracy(),
        headline=True,
        ids=names,
        clusters=tuple(f"{lang} {name}" if info.native else name for name in names),
        statistics=np.array([[value, 1.0] for value in values]).reshape(-1, 2),
        faults={},
        chances=np.full(len(values), np.nan),
        clean=(None,) * len(values),
        rejects=0,
    )


def draw(languages: int = 6, items: int = 80, seed: int = 0) -> np.ndarray:
    """Right and wrong answers (languages, items) to a translated benchmark: hard items are hard in every language."""
    random = np.random.default_rng(seed)
    return (random.random((languages, items)) < random.beta(0.7, 0.7, items)).astype(float)


def over_all(measures: Sequence[Measure], baseline: str | None) -> list[Any]:
    """The averages of one task over all languages."""
    return [row for row in tabulate_averages(measures, baseline, {}) if row["group_by"] == "all" and row["task"]]


def test_one_sentence_in_all_languages_is_one_draw() -> None:
    right = draw()
    measures = [make_measure("adapted", lang, row) for lang, row in zip(LANGS, right, strict=True)]
    (row, *_) = tabulate_averages(measures, None, {})
    by_item = right.mean(0)
    expected = stats.t.interval(0.95, 79, by_item.mean(), by_item.std(ddof=1) / np.sqrt(80))
    assert (row["low"], row["high"]) == pytest.approx(expected)
    assert (row["value"], row["languages"], row["group_by"]) == (pytest.approx(right.mean()), 6, "all")
    naive = right.std() / np.sqrt(right.size) * 2 * 1.96
    assert row["high"] - row["low"] > 1.5 * naive


def test_items_of_a_languages_own_are_drawn_apart() -> None:
    """Languages of any size count once, and their variances add up."""
    info = make_info(native=True)
    sizes = (5, 40, 300)
    random = np.random.default_rng(1)
    values = [random.random(size) for size in sizes]
    measures = [make_measure("a", lang, row, info) for lang, row in zip(LANGS, values, strict=False)]
    (row, *_) = tabulate_averages(measures, None, {})
    error = np.sqrt(sum(each.var(ddof=1) / len(each) for each in values)) / 3
    assert row["value"] == pytest.approx(np.mean([each.mean() for each in values]))
    assert row["high"] - row["value"] == pytest.approx(error * stats.t.ppf(0.975, sum(sizes) - 1))


def test_gains_are_paired() -> None:
    """Two models that err on the same items differ by little, however uncertain each is."""
    base = draw()
    adapted = base.copy()
    adapted[:, :6] = 1
    measures = [
        make_measure(model, lang, row)
        for model, table in (("base", base), ("adapted", adapted))
        for lang, row in zip(LANGS, table, strict=True)
    ]
    rows = {
        row["model"]: row for row in tabulate_averages(measures, "base", {}) if row["group_by"] == "all" and row["task"]
    }
    assert rows["base"]["delta"] is None
    found, difference = rows["adapted"], (adapted - base).mean(0)
    assert found["delta"] == pytest.approx(found["value"] - rows["base"]["value"])
    expected = stats.t.interval(0.95, 79, difference.mean(), difference.std(ddof=1) / np.sqrt(80))
    assert (found["delta_low"], found["delta_high"]) == pytest.approx(expected)
    assert found["delta_high"] - found["delta_low"] < (found["high"] - found["low"]) / 2


def test_better_is_above_zero_where_lower_is_better() -> None:
    measures = [
        make_measure(model, lang, np.array([1.0, 1.2, 0.7]) - saved, metric=NATS)
        for model, saved in (("base", 0.0), ("adapted", np.array([0.1, 0.3, 0.2])))
        for lang in LANGS
    ]
    _, row = over_all(measures, "base")
    assert row["delta"] == pytest.approx(0.2)
    assert row["delta_low"] < 0.2 < row["delta_high"]


def test_only_what_all_models_have_is_averaged() -> None:
    """A model that was asked an easy language more, or easy items more, gains nothing by it."""
    base = [make_measure("base", "swh_Latn", [0, 1, 0]), make_measure("base", "yor_Latn", [0, 0, 1, 1])]
    more = [
        make_measure("adapted", "swh_Latn", [1, 1, 0, 0], names=["2", "7", "1", "0"]),
        make_measure("adapted", "khm_Khmr", [1, 1, 1]),
        make_measure("adapted", "yor_Latn", [1, 1], names=["8", "9"]),
    ]
    rows = over_all([*base, *more], "base")
    assert {(row["model"], row["languages"], row["value"]) for row in rows} == {
        ("base", 1, 1 / 3),
        ("adapted", 1, 1 / 3),
    }


def test_groups_are_of_script_tier_and_family() -> None:
    measures = [make_measure("a", lang, row) for lang, row in zip(LANGS, draw(), strict=True)]
    tiers = {"swh_Latn": "medium", "yor_Latn": "low", "nqo_Nkoo": "low"}
    rows = [row for row in tabulate_averages(measures, None, {"tier": tiers}) if row["task"]]
    found = {(row["group_by"], row["group"]): row["languages"] for row in rows}
    scripts = {("script", "Latn"): 2, ("script", "Arab"): 1, ("script", "Khmr"): 1, ("script", "Nkoo"): 1}
    assert found == {("all", "all"): 6, **scripts, ("script", "Tfng"): 1, ("tier", "low"): 2, ("tier", "medium"): 1}


def test_order_changes_nothing() -> None:
    measures = [make_measure(model, lang, row) for model in "ab" for lang, row in zip(LANGS, draw(), strict=True)]
    rows = [list(tabulate_averages(some, "a", {})) for some in (measures, measures[::-1])]
    key = str
    assert sorted(map(key, rows[0])) == sorted(map(key, rows[1]))


def test_a_task_counts_once_in_the_mean_of_all_in_points() -> None:
    """Two variants of one task share its weight; a metric from 0 to 100 is in points already; native ones are apart."""
    chrf = Mean("chrF++", lambda items, outputs: [], "", highest=100.0)
    flores, own = make_info("flores200"), make_info("globalpiqa", native=True)
    right = draw(1, 30)[0]
    measures = []
    for model, more in (("base", 0.0), ("adapted", 20.0)):
        measures += [
            make_measure(model, "swh_Latn", right),
            replace(make_measure(model, "swh_Latn", 1 - right), variant="letter"),
            make_measure(model, "swh_Latn", np.linspace(10, 40, 30) + more, flores, chrf),
            make_measure(model, "yor_Latn", [1, 0, 1], own),
            make_measure(model, "swh_Latn", [1.0, 2.0, 3.0], make_info("bits"), NATS),
        ]
    rows = [row for row in tabulate_averages(measures, "base", {}) if not row["task"] and row["group_by"] == "all"]
    found = {(row["model"], row["native"]): row for row in rows}
    assert found["base", False]["value"] == pytest.approx((50 + 25) / 2)
    assert found["adapted", False]["delta"] == pytest.approx(10)
    assert found["adapted", False]["languages"] == 1
    assert found["base", True]["value"] == pytest.approx(200 / 3)
    assert (found["base", True]["metric"], found["base", True]["variant"]) == ("points", None)


def test_items_of_two_benchmarks_are_no_one_draw_though_their_numbers_are_the_same() -> None:
    """What one has right the other has wrong, so as one draw they would leave nothing to doubt."""
    right = draw(1, 30)[0]
    measures = [
        make_measure("base", "swh_Latn", right),
        make_measure("base", "swh_Latn", 1 - right, make_info("xcopa")),
    ]
    (row,) = (row for row in tabulate_averages(measures, None, {}) if not row["task"] and row["group_by"] == "all")
    error = 100 * right.std(ddof=1) / np.sqrt(30) / np.sqrt(2)
    assert row["value"] == pytest.approx(50)
    assert (row["high"] - row["low"]) / 2 == pytest.approx(stats.t.ppf(0.975, 59) * error)


def test_a_benchmark_that_one_model_lacks_is_in_no_mean_of_all() -> None:
    measures = [make_measure(model, "swh_Latn", [1, 0, 1, 1]) for model in ("base", "adapted")]
    measures.append(make_measure("base", "swh_Latn", [0, 0, 0, 1], make_info("xcopa")))
    rows = [row for row in tabulate_averages(measures, "base", {}) if not row["task"] and row["group_by"] == "all"]
    assert {row["model"]: row["value"] for row in rows} == {"base": 75, "adapted": 75}
