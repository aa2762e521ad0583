"""Learning rates against closed forms."""

import math
from itertools import pairwise
from typing import get_args

import pytest

from emma.train.config import Schedule, TrainConfig
from emma.train.schedule import rate_share, stage_starts


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
