"""Curves of held-out text, added up again by hand, and what is said of them."""

import math

import pytest

from emma.report.validation import (
    average_tiers,
    choose_named,
    describe_alarms,
    describe_result,
    find_gain,
    find_rise,
    name_probe,
    read_validation,
    sum_curves,
)

from .synthetic import labels
from .synthetic_validation import STEPS, write_validation


def row(step: int, lang: str, bits: float, size: int, domain: str = "web") -> dict:
    return {"step": step, "lang": lang, "domain": domain, "nats": bits * math.log(2), "bytes": size}


def test_domains_of_a_language_are_added_and_languages_of_a_tier_averaged() -> None:
    rows = [row(0, "amh_Ethi", 20, 10), row(0, "amh_Ethi", 10, 20, "news"), row(0, "yor_Latn", 30, 10),
            row(0, "zxx_Zyyy", 5, 5), row(0, "eng_Latn", 4, 2), row(0, "nqo_Nkoo", 0, 0)]  # fmt: skip
    curves = sum_curves([*rows, *({**each, "step": 5, "nats": each["nats"] / 2} for each in rows)])
    assert curves["amh_Ethi"] == pytest.approx({0: 1.0, 5: 0.5})
    assert "nqo_Nkoo" not in curves, "nothing of it was scored"
    tiers = average_tiers(curves, {"amh_Ethi": "low", "yor_Latn": "low", "zxx_Zyyy": "high", "eng_Latn": None})
    assert [(tier.tier, tier.languages) for tier in tiers] == [("low", 2), ("not in the mix", 1)]
    assert tiers[0].curve == pytest.approx({0: 2.0, 5: 1.0})


def test_gain_and_rise_are_against_the_first_step() -> None:
    curve = {0: 2.0, 10: 1.0, 20: 2.5}
    assert find_gain(curve) == pytest.approx({0: 0.0, 10: 50.0, 20: -25.0})
    assert find_rise(curve) == pytest.approx({0: 0.0, 10: -50.0, 20: 25.0})


def test_nothing_was_scored(make_artifact) -> None:
    assert read_validation(make_artifact("train")) is None


def test_it_is_read_back_with_its_alarms(make_artifact) -> None:
    train = make_artifact("train")
    write_validation(train, labels(20))
    curves = read_validation(train)
    assert curves is not None
    assert curves.steps == list(STEPS)
    assert list(curves.probes) == ["English", "Program code", "Hindi"]
    rises = find_rise(curves.probes["English"])
    assert all((rise > 3) == any(alarm["step"] == step for alarm in curves.alarms) for step, rise in rises.items())
    (line,) = describe_alarms(curves)
    assert (
        line
        == "English was over the limit first after step 500, and at most 5.7 % above the start, after step 2\u202f000"
    )
    assert describe_result(curves) == "The weights after the last step are kept"
    assert choose_named(curves, 1)[-1] == "eng_Latn"
    assert len(choose_named(curves, 50)) == 20


def test_a_run_that_stopped_says_which_weights_it_kept(make_artifact) -> None:
    train = make_artifact("train")
    write_validation(train, labels(10), stops=True)
    curves = read_validation(train)
    assert curves is not None
    assert describe_result(curves) == "Training stopped after step 800; the weights after step 400 are kept"


def test_probes_are_named_as_languages_or_by_their_key() -> None:
    wanted = {"eng_Latn": "English", "zxx_Zyyy": "Program code", "news": "news", "eng_Latn/news": "eng_Latn/news",
              "low": "low", "open_web": "open_web"}  # fmt: skip
    assert {key: name_probe(key) for key in wanted} == wanted
