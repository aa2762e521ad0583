"""What the plan says in a terminal."""

from pathlib import Path

import pytest

from emma.inspect.plan.text import format_duration, render_text
from tests.inspect.plan.test_estimate import plan, recipe

__all__ = ["recipe"]


@pytest.mark.parametrize(
    ("hours", "said"), [(0.001, "1 minute"), (0.5, "30 minutes"), (5.25, "5.2 hours"), (72.0, "3.0 days")]
)
def test_durations(hours: float, said: str) -> None:
    assert format_duration(hours) == said


def test_an_unknown_speed_is_said_to_be(recipe: Path) -> None:
    shown = "\n".join(render_text(plan(recipe, "train.precision=fp32", "train.micro_batch=1")))
    assert "not known of this machine" in shown
    assert "money" not in shown
