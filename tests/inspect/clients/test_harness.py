"""The harness's own model costs whole texts as ours does."""

from pathlib import Path

import pytest

from emma.inspect.clients.harness import verify_lm_eval
from emma.inspect.clients.released import Released


@pytest.mark.slow
def test_bits_per_byte_are_those_of_the_harness(released: Released, tmp_path: Path) -> None:
    pytest.importorskip("lm_eval", reason="needs the extra lm-eval")
    (comparison,) = verify_lm_eval(released, tmp_path).comparisons
    assert comparison.difference < 1e-5 and comparison.holds
