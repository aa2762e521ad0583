"""The GPU benchmark's lines, before there is a GPU: their settings are right, and a result can be written."""

import pytest
from benchmarks.gpu.lines import DRY, FULL, GROUPS, LINES
from benchmarks.gpu.speed_7b import page

from emma.train.config import TrainConfig


@pytest.mark.parametrize("name", LINES)
def test_settings_are_settings_of_train(name: str) -> None:
    for size in (FULL, DRY):
        section = TrainConfig(**size.settings(LINES[name]))
        assert size.batch_tokens % (section.micro_batch * size.tokens) == 0


def test_every_line_is_in_a_group_and_fits_into_a_call() -> None:
    assert sorted(LINES) == sorted(name for some in GROUPS.values() for name in some)
    assert LINES["main"].steps >= 20


def test_settings_from_the_command_line() -> None:
    line = LINES["main"].changed(["micro_batch=1", "compile=false", "attention=flex"])
    assert line.changes == {"micro_batch": 1, "compile": False, "attention": "flex"}


def test_a_result_says_what_was_measured() -> None:
    """11,000 tokens a second at 46.08 G operations a token are 51.3 % of 989 T."""
    facts = {
        "tokens_a_second": 11_000.0,
        "flops_a_token": {"full square": 46.08e9, "causal": 42.86e9, "documents": 40e9},
        "peak": 989e12,
        "peak_bytes": 139.9e9,
        "predicted_bytes": 140.04e9,
        "losses": [10.4, 10.3],
        "steps": 50,
        "device": "NVIDIA H200",
        "attention": "varlen",
        "documents_a_sequence": 6.5,
        "median_seconds": 3.0,
        "slowest_seconds": 3.1,
        "warmup_seconds": 60.0,
        "graphs": 1,
        "breaks": 0,
    }
    text = page({"main": facts, "fp8": {"error": "RecipeError: no\nmore"}}, "main", [], dry=False)
    assert "| main | 11,000 | 51.3 % | 47.7 % | 44.5 % | 139.9 | 140 | 50 | 10.40 → 10.30 |" in text
    assert "| fp8 | RecipeError: no |" in text
    assert "open" not in text
    assert "- goal of main: 12,900 tokens a second, not reached (-14.7%)" in text
    assert "The GPU's numbers are open" in page({"main": facts}, "main", [], dry=True)
