"""A byte-level vocabulary with pieces of its own converts, and llama.cpp cuts text and computes as EMMA does."""

from pathlib import Path

import pytest

from emma.inspect.clients.checks import SkippedError
from emma.inspect.clients.llama_cpp import HOME, find_installation, verify_llama_cpp
from emma.inspect.clients.released import Released


@pytest.mark.slow
def test_ids_and_logits_are_ours(released: Released, tmp_path: Path) -> None:
    try:
        find_installation()
    except SkippedError as error:
        pytest.skip(str(error))
    opened = verify_llama_cpp(released, tmp_path)
    assert [each.detail for each in opened.comparisons if not each.holds] == []
    assert len(opened.comparisons) == 4


def test_without_it_the_check_says_how_to_have_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOME, str(tmp_path))
    with pytest.raises(SkippedError, match=r"make .venv/.llama-cpp builds it, or EMMA_LLAMA_CPP"):
        find_installation()
