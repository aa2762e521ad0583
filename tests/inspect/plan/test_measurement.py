"""The speed that a small probe measures on this machine."""

import math

import pytest

from emma.inspect.plan import measurement
from emma.inspect.plan.memory import TrainingSetting
from emma.models.shape import Shape
from emma.train.config import TrainConfig
from tests.inspect.plan.test_speed import SHAPE


def test_a_probe_adds_up_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A micro-batch of 3 s with one block and 5 s with two takes 2 s a block and 1 s besides."""
    times = {1: (3.0, 0.5), 2: (5.0, 0.75)}
    monkeypatch.setattr(measurement, "measure_stack", lambda shape, layers, setting: times[layers])
    setting = TrainingSetting(TrainConfig(batch_tokens=1024, micro_batch=2, device="cpu"), 256, 1, "cpu")
    shape = Shape(10, 64, 176, 4, 2, 16, 1000)
    assert measurement.measure_speed(shape, setting) == pytest.approx(1024 / (2 * 21 + 0.5 + 9 * 0.25))


@pytest.mark.parametrize("freeze", [(), ("blocks.5-7", "old_rows"), ("all_but_new_rows",)])
def test_a_probe_measures_something(freeze: tuple[str, ...]) -> None:
    """Also where blocks are frozen that the probe does not have."""
    section = TrainConfig(batch_tokens=64, micro_batch=2, device="cpu", freeze=freeze)
    setting = TrainingSetting(section, 16, 1, "cpu")
    assert 0 < measurement.measure_speed(SHAPE, setting) < math.inf
