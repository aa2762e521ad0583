"""Differences on shared documents: by hand, and with an interval that the evaluation itself would give."""

import math

import numpy as np
import pytest

from emma.evaluate.config import EvaluateConfig
from emma.evaluate.likelihood.tables import tabulate_gains
from emma.inspect.compare.languages import RunScores, compare_documents, compare_languages, gain_percent, judge_interval

LN2 = math.log(2)


def test_only_documents_count_that_both_were_tested_on() -> None:
    first = {"a": (2 * LN2 * 10, 10), "b": (3 * LN2 * 30, 30), "only here": (9.0, 10), "changed": (1.0, 10)}
    other = {"a": (1 * LN2 * 10, 10), "b": (3 * LN2 * 30, 30), "only there": (9.0, 10), "changed": (1.0, 11)}
    found = compare_documents("hin_Deva", first, other)
    assert found is not None
    assert found["documents"] == 2
    assert found["bits_per_byte"] == pytest.approx((2 * 10 + 3 * 30) / 40)
    assert found["gain"] == pytest.approx(0.25)
    assert gain_percent(found) == pytest.approx(100 * 0.25 / 2.75)
    assert compare_documents("hin_Deva", first, {}) is None
    assert compare_documents("hin_Deva", {}, {}) is None


def test_one_document_has_no_interval() -> None:
    found = compare_documents("hin_Deva", {"a": (5.0, 10)}, {"a": (1.0, 10)})
    assert found is not None and (found["low"], found["high"], found["verdict"]) == (None, None, "unsure")


def test_the_interval_is_that_of_the_evaluation() -> None:
    random = np.random.default_rng(1)
    sizes = random.integers(50, 500, 40)
    first = {f"d{at:02}": (float(size * random.uniform(1, 2)), int(size)) for at, size in enumerate(sizes)}
    other = {name: (nats * float(random.uniform(0.8, 1.0)), size) for name, (nats, size) in first.items()}
    items = [
        {"model": model, "lang": "khm_Khmr", "domain": "web", "id": name, "nats": nats, "tokens": 1, "bytes": size}
        for model, scored in (("base", first), ("adapted", other))
        for name, (nats, size) in scored.items()
    ]
    (row,) = tabulate_gains(items, EvaluateConfig()).to_pylist()  # type: ignore[arg-type]
    found = compare_documents("khm_Khmr", first, other)
    assert found is not None
    assert (found["gain"], found["low"], found["high"]) == pytest.approx((-row["delta"], -row["high"], -row["low"]))
    assert found["verdict"] == "gain"


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(0.1, 0.2, "gain"), (-0.2, -0.1, "loss"), (-0.1, 0.1, "unsure"), (0.0, 0.1, "unsure"), (None, None, "unsure")],
)
def test_what_an_interval_says(low: float | None, high: float | None, verdict: str) -> None:
    assert judge_interval(low, high) == verdict


def test_a_language_of_one_run_only_has_a_row() -> None:
    one = RunScores({"hin_Deva": {"a": (1.0, 10)}}, {"hin_Deva": {"train_bytes": 5, "bits_per_byte": 1.0}})
    two = RunScores({}, {"nqo_Nkoo": {"train_bytes": 7, "bits_per_byte": None}})
    hindi, nko = compare_languages([one, two])
    assert (hindi["train_bytes"], hindi["documents"], hindi["bits_per_byte"]) == ([5, 0], [1, 0], [1.0, None])
    assert (nko["name"], nko["train_bytes"], nko["against_first"]) == ("N'Ko", [0, 7], [None])
