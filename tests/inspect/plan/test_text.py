"""What the plan says in a terminal."""

from pathlib import Path

from emma.inspect.plan.text import render_text
from tests.inspect.plan.test_estimate import plan, recipe

__all__ = ["recipe"]


def test_an_unknown_speed_is_said_to_be(recipe: Path) -> None:
    shown = "\n".join(render_text(plan(recipe, "train.precision=fp32", "train.micro_batch=1")))
    assert "not known of this machine" in shown
    assert "money" not in shown
