"""Probes, how much they rise, what is over a limit, and the best weights within it."""

import math

import numpy as np
import pytest

from emma.errors import RecipeError
from emma.train.config import TrainConfig
from emma.train.watch.forgetting import Evaluation, find_alarms, find_best, find_probes, measure_rises
from emma.train.watch.held_out import HeldOutGroup
from emma.train.watch.ledger import NATS_PER_UNIT
from emma.train.watch.scoring import HeldOutScores

GROUPS = [HeldOutGroup(lang, domain, tier, 1, 10, size) for lang, domain, tier, size in (
    ("amh_Ethi", "web", "low", 10), ("eng_Latn", "news", None, 20), ("eng_Latn", "web", None, 20),
    ("zxx_Zyyy", "software", "high", 10),
)]  # fmt: skip


def scores(*bits_per_byte: float) -> HeldOutScores:
    nats = [value * group.bytes * math.log(2) for value, group in zip(bits_per_byte, GROUPS, strict=True)]
    return HeldOutScores(GROUPS, np.rint(np.array(nats) / NATS_PER_UNIT).astype(np.int64))


def section(**settings: object) -> TrainConfig:
    return TrainConfig.model_validate({"evaluate_every": 1, **settings})


def test_english_and_program_code_are_probes_where_they_are_held_out() -> None:
    assert find_probes(GROUPS, section()) == ("eng_Latn", "zxx_Zyyy")
    assert find_probes(GROUPS[:1], section()) == ()


def test_the_recipe_names_others_as_the_mix_does() -> None:
    keys = ["low", "web", "eng_Latn/news", "eng_Latn"]
    assert find_probes(GROUPS, section(probes=keys)) == ("eng_Latn", "zxx_Zyyy", *keys[:3])
    with pytest.raises(RecipeError, match=r"train.probes: .* 'amh_Eth'. Did you mean 'amh_Ethi'\?"):
        find_probes(GROUPS, section(probes=["amh_Eth"]))
    with pytest.raises(RecipeError, match=r"train.probes: .* 'θ'. There are: amh_Ethi, amh_Ethi/web"):
        find_probes(GROUPS, section(probes=["θ"]))


def test_a_limit_needs_something_to_hold_for() -> None:
    with pytest.raises(RecipeError, match=r"train.max_forgetting: neither English nor program code"):
        find_probes(GROUPS[:1], section(max_forgetting=0.1))
    assert find_probes(GROUPS[:1], section(max_forgetting=0.1, probes=["low"])) == ("low",)


@pytest.mark.parametrize("settings", [{"probes": ["low"]}, {"max_forgetting": 0.1}, {"keep_best": True}], ids=str)
def test_settings_that_need_evaluations(settings) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(settings))} needs evaluate_every"):
        TrainConfig.model_validate(settings)


def test_stopping_needs_a_limit() -> None:
    with pytest.raises(ValueError, match=r"on_forgetting = 'stop' needs max_forgetting"):
        section(on_forgetting="stop")


def test_a_rise_is_relative_and_over_all_text_of_a_probe() -> None:
    rises = measure_rises(scores(1, 3, 2, 2), scores(2, 2, 2, 1), ("eng_Latn", "web", "zxx_Zyyy"))
    assert rises == pytest.approx({"eng_Latn": 0.25, "web": 5 / 6 - 1, "zxx_Zyyy": 1.0})  # web: (10 + 40) / (20 + 40)


EVALUATIONS = [
    Evaluation(0, scores(4, 2, 2, 1)),  # mean 3
    Evaluation(5, scores(3, 2.04, 2, 1)),  # 2.51, English +1 %
    Evaluation(10, scores(1, 2.2, 2, 1)),  # 1.55, +5 %
    Evaluation(15, scores(2.98, 2, 2, 1.02)),  # 2.49, code +2 %
    Evaluation(20, scores(3, 2.04, 2, 1)),
]


@pytest.mark.parametrize(
    ("limit", "alarms", "best"),
    [
        (None, {}, 10),
        (0.03, {10: ["eng_Latn"]}, 15),
        (0.015, {10: ["eng_Latn"], 15: ["zxx_Zyyy"]}, 5),  # the first of two that are equal
        (0.001, {5: ["eng_Latn"], 10: ["eng_Latn"], 15: ["zxx_Zyyy"], 20: ["eng_Latn"]}, 0),
    ],
)
def test_the_best_is_the_lowest_mean_within_the_limit(limit, alarms, best) -> None:
    found = find_alarms(EVALUATIONS, ("eng_Latn", "zxx_Zyyy"), limit)
    assert list(found) == [0, 5, 10, 15, 20]
    assert {step: [each["probe"] for each in own] for step, own in found.items() if own} == alarms
    assert all(each["step"] == step and each["rise"] > limit for step, own in found.items() for each in own)
    assert find_best(EVALUATIONS, found) == best
