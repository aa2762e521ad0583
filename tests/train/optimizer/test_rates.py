"""Learning rates by size and optimiser: against the peaks of published models, and what is warned of.

Learning rates against closed forms."""

import math
from itertools import pairwise
from typing import get_args

import pytest

from emma.models.device import Choice
from emma.train.config import Schedule, TrainConfig
from emma.train.optimizer.rates import (
    StartingPoint,
    choose_adamw_rate,
    choose_muon_rate,
    choose_rates,
    rate_share,
    rate_warnings,
    stage_starts,
)

GPT_3 = {125e6: 6e-4, 350e6: 3e-4, 760e6: 2.5e-4, 1.3e9: 2e-4, 2.7e9: 1.6e-4, 6.7e9: 1.2e-4, 13e9: 1e-4, 175e9: 6e-5}
"""Weights and peak rate (Brown et al., arXiv 2005.14165, table 2.1)."""
HIGH_ENDS = ["train.learning_rate = 0.02, which embeddings and head get too, is high"]
BASE = StartingPoint(135_000_000, 576, base=True)
OF_MUON = StartingPoint(135_000_000, 576, base=True, optimizer="muon")
RANDOM = StartingPoint(2_500_000, 128, base=False)


@pytest.mark.parametrize(("weights", "peak"), GPT_3.items())
def test_adamw_follows_the_peaks_of_gpt_3(weights: float, peak: float) -> None:
    assert peak / 1.5 < choose_adamw_rate(int(weights)) < peak * 1.5


def test_small_models_are_not_driven_without_bound() -> None:
    assert choose_adamw_rate(1) == choose_adamw_rate(900_000) == 3e-3
    assert choose_adamw_rate(RANDOM.weights) == 2.2e-3


def test_muon_is_for_random_weights_and_takes_adamws_step_on_others() -> None:
    assert (
        choose_muon_rate(RANDOM)
        == choose_muon_rate(StartingPoint(135_000_000, 576, base=True, optimizer="muon"))
        == 0.02
    )
    # 0.2 · √576 = 4.8 of AdamW's elements fit into one of Muon's at equal rates.
    assert choose_muon_rate(BASE) == pytest.approx(4.8 * choose_adamw_rate(BASE.weights), rel=0.05)


def test_auto_becomes_numbers_and_what_is_named_stays() -> None:
    section, choice = choose_rates(TrainConfig(embedding_lr=0.1), BASE)
    assert (section.learning_rate, section.embedding_lr, section.head_lr) == (5.8e-4, 0.1, 5.8e-4)
    assert choice == Choice("0.00058", "for adamw on a base of 135,000,000 weights")
    section, _ = choose_rates(TrainConfig(optimizer="muon"), RANDOM)
    assert (section.learning_rate, section.embedding_lr, section.head_lr) == (0.02, 2.2e-3, 2.2e-3)
    named = TrainConfig(learning_rate=1e-5)
    assert choose_rates(named, BASE) == (named, None)


@pytest.mark.parametrize(
    ("start", "settings", "said"),
    [
        (BASE, {"learning_rate": 3e-3}, ["train.learning_rate = 0.003 is high for a base of 135,000,000 weights"]),
        (BASE, {"learning_rate": 1e-4, "embedding_lr": 0.1}, ["train.embedding_lr = 0.1 is high"]),
        (BASE, {"learning_rate": 1e-3}, []),
        (BASE, {}, []),
        (StartingPoint(90_000_000, 512, base=True), {"learning_rate": 3e-3}, []),
        (RANDOM, {"learning_rate": 0.1, "optimizer": "muon"}, []),
        (BASE, {"optimizer": "muon"}, ["Muon on a base that was pre-trained with Adam"]),
        (StartingPoint(135_000_000, 576, base=True, optimizer="adamw"), {"optimizer": "muon"}, ["arXiv 2605.10468"]),
        (
            StartingPoint(135_000_000, 576, base=True, optimizer="muon"),
            {"optimizer": "muon", "embedding_lr": 1e-3, "head_lr": 1e-3},
            [],
        ),
        (
            StartingPoint(135_000_000, 576, base=True, optimizer="muon"),
            {"optimizer": "muon", "learning_rate": 0.02},
            HIGH_ENDS,
        ),
    ],
)
def test_what_can_destroy_a_base_is_warned_of(start: StartingPoint, settings, said: list[str]) -> None:
    found = list(rate_warnings(TrainConfig(**settings), start))
    assert len(found) == len(said)
    assert all(words in each for words, each in zip(said, found, strict=True))


def test_muon_is_never_chosen_by_itself() -> None:
    assert TrainConfig().optimizer == "adamw"


def shares(steps: int, stages: tuple[int, ...] = (0,), **fields: object) -> list[float]:
    section = TrainConfig.model_validate({"warmup": 0.1, "min_lr_ratio": 0.1, **fields})
    return [rate_share(step, steps, section, stages) for step in range(steps)]


@pytest.mark.parametrize("schedule", get_args(Schedule))
@pytest.mark.parametrize("steps", [1, 2, 3, 10, 97])
def test_every_schedule_rises_to_the_peak_and_ends_at_the_floor(schedule: str, steps: int) -> None:
    found = shares(steps, schedule=schedule)
    rising = round(0.1 * steps)
    assert found[:rising] == pytest.approx([(step + 1) / rising for step in range(rising)])
    assert max(found) == found[rising] == pytest.approx(1)
    assert all(later <= earlier for earlier, later in pairwise(found[rising:]))
    assert found[-1] == pytest.approx(0.1 if steps > rising + 1 else 1.0)
    assert min(found) >= min(0.1, found[0])


def test_cosine() -> None:
    found = shares(101)
    assert found[10] == pytest.approx(1.0)
    assert found[55] == pytest.approx(0.1 + 0.9 * 0.5)  # half of the cosine
    assert found[40] == pytest.approx(0.1 + 0.9 * 0.75)  # a third of it: cos 60° is a half


def test_linear() -> None:
    found = shares(101, schedule="linear")
    assert found[10:] == pytest.approx([1 - 0.9 * step / 90 for step in range(91)])


def test_wsd_stays_then_falls_by_the_root() -> None:
    found = shares(101, schedule="wsd", decay=0.2)
    assert found[10:81] == pytest.approx([1.0] * 71)
    assert found[81:] == pytest.approx([1 - 0.9 * math.sqrt(step / 20) for step in range(1, 21)])


def test_wsd_that_falls_all_the_way() -> None:
    found = shares(101, schedule="wsd", decay=1.0)
    assert found[10:] == pytest.approx([1 - 0.9 * math.sqrt(step / 90) for step in range(91)])


def test_rewarm_begins_anew_with_each_stage() -> None:
    found = shares(150, (0, 100), schedule="rewarm")
    assert found[:100] == pytest.approx(shares(100))
    assert found[100:] == pytest.approx(shares(50))
    assert shares(150, (0, 100)) == shares(150)


def test_warm_up_from_where_the_base_ended() -> None:
    found = shares(100, warmup_from=0.2)
    assert found[:10] == pytest.approx([0.2 + 0.8 * step / 10 for step in range(1, 11)])
    assert found[10:] == pytest.approx(shares(100)[10:])


@pytest.mark.parametrize(
    ("samples", "sequences", "expected"),
    [
        ([100], 10, [0]),
        ([100, 50], 10, [0, 10]),
        ([95, 50], 10, [0, 10]),  # the step that both share belongs to the first
        ([100, 0, 50], 10, [0, 10]),
        ([0, 100], 10, [0]),
        ([96, 3], 10, [0]),  # ends within the step in which it begins
        ([3, 3, 30], 10, [0, 1]),
    ],
)
def test_steps_at_which_stages_begin(samples: list[int], sequences: int, expected: list[int]) -> None:
    assert stage_starts(samples, sequences) == expected
