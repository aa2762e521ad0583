"""A release as it was written passes in transformers, and one that is broken in any of four ways does not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from emma.inspect.clients.hf_transformers import verify_transformers
from emma.inspect.clients.released import Released

from .broken import BROKEN

pytestmark = pytest.mark.slow


def failures(released: Released, scratch: Path) -> list[str]:
    return [each.what.split()[0] for each in verify_transformers(released, scratch).comparisons if not each.holds]


def test_what_was_written_is_what_was_trained(released: Released, tmp_path: Path) -> None:
    opened = verify_transformers(released, tmp_path)
    held = [each.what.split()[0] for each in opened.comparisons if each.holds]
    assert held == ["20", "320", "token", "logits", "4", "ends"]
    assert opened.version.count(".") == 2


@pytest.mark.parametrize(
    ("name", "what"), [*zip(BROKEN, (["20", "logits"], ["20", "logits"], ["320"], ["ends"]), strict=True)]
)
def test_a_broken_release_is_found(
    name: str, what: list[str], altered: Callable[[Callable[[Path], None]], Released], tmp_path: Path
) -> None:
    assert set(what) <= set(failures(altered(BROKEN[name]), tmp_path))
