"""What the plan says in a terminal."""

from pathlib import Path

from emma.inspect.plan.text import render_text
from tests.inspect.plan.test_estimate import plan, recipe

__all__ = ["recipe"]


def test_an_unknown_speed_is_said_to_be(recipe: Path) -> None:
    shown = "\n".join(render_text(plan(recipe, "train.precision=fp32", "train.micro_batch=1")))
    assert "not known of this machine" in shown
    assert "money" not in shown


def test_an_assumed_speed_gives_the_least(recipe: Path) -> None:
    fitting = ["train.micro_batch=1"]
    shown = list(render_text(plan(recipe, *fitting, ranks=8, price=2.0)))
    rows = {line.split()[0]: line for line in shown if line}
    assert all(" at least " in rows[name] for name in ("time", "energy", "money"))
    assert shown[-1].endswith("; --measure on such a GPU takes seconds and says how long.")
    stated = list(render_text(plan(recipe, *fitting, ranks=8, price=2.0, tokens_per_s=10_000.0)))
    assert not any("at least" in line or "--measure" in line for line in stated)


def test_what_rounds_to_nothing_is_not_shown_as_an_amount(recipe: Path) -> None:
    shown = "\n".join(render_text(plan(recipe, "mix.tokens=2_000_000", tokens_per_s=1e5)))
    assert "20 seconds" in shown and "GPU-hours" not in shown and "3.89\u202fWh" in shown
