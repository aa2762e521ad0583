"""The page of a plan: what the terminal says, and the memory as one bar."""

from pathlib import Path
from typing import Any

import pytest

from emma.inspect.plan.page import list_terms, render_page
from emma.inspect.plan.text import list_rows, render_verdict
from tests.inspect.plan.test_estimate import plan, recipe

__all__ = ["recipe"]


def test_it_says_what_the_terminal_says(recipe: Path) -> None:
    found = plan(recipe)
    page = render_page(found)
    assert render_verdict(found) in page
    assert all(f'<th scope="row">{name}</th>' in page for name, _ in list_rows(found))


def test_the_bar_is_as_long_as_the_memory(recipe: Path) -> None:
    found = plan(recipe)
    assert sum(term.bytes for term in list_terms(found)) == pytest.approx(found["memory"]["total"])
    assert sum(term.share for term in list_terms(found)) == pytest.approx(
        found["memory"]["total"] / max(found["capacity"], found["memory"]["total"])
    )


def test_a_screen_reader_stumbles_over_nothing(recipe: Path, page_findings: Any) -> None:
    assert page_findings(render_page(plan(recipe))) == []
