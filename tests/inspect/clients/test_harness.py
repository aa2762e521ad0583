"""The harness's own model costs whole texts as ours does."""

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from emma.inspect.clients import harness, process
from emma.inspect.clients.harness import verify_lm_eval
from emma.inspect.clients.released import Released


@pytest.mark.slow
def test_bits_per_byte_are_those_of_the_harness(released: Released, tmp_path: Path) -> None:
    pytest.importorskip("lm_eval", reason="needs the extra lm-eval")
    (comparison,) = verify_lm_eval(released, tmp_path).comparisons
    assert comparison.difference < 1e-5 and comparison.holds


@pytest.mark.parametrize(
    ("nats", "holds", "told"),
    [
        ("float('nan')", False, "nan instead of 12.98426 in text 2"),
        (f"{-9 - 5e-5 * math.log(2)}", True, "12.98431 instead of 12.98426 in text 2"),
        (f"{-9 + 2e-4 * math.log(2)}", False, "12.98406 instead of 12.98426 in text 2"),
    ],
)
def test_the_worst_text_decides_and_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nats: str, holds: bool, told: str
) -> None:
    answer = f"{{'version': '1', 'log_likelihoods': [-9.0, {nats}, -9.0]}}"
    (tmp_path / "with_lm_eval.py").write_text(f"import json, sys\njson.dump({answer}, open(sys.argv[2], 'w'))")
    monkeypatch.setattr(process, "SCRIPTS", tmp_path)
    monkeypatch.setattr(harness, "TEXTS", ["a", "b", "c"])
    monkeypatch.setattr(harness, "find_spec", lambda _: True)
    released = SimpleNamespace(model=tmp_path, reference=SimpleNamespace(bits_per_byte=[9 / math.log(2)] * 3))
    (comparison,) = verify_lm_eval(cast(Any, released), tmp_path).comparisons
    assert (comparison.holds, comparison.detail) == (holds, told)
