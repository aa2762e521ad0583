"""The page of two compared corpora, in a real browser, and its numbers by hand."""

from pathlib import Path
from typing import Any

import pytest

from emma.cli.main import main
from emma.inspect.diff import Difference, LanguageChange
from emma.inspect.diff_page import describe_moves, find_change, render_page


def change(lang: str, before: int, after: int) -> LanguageChange:
    outcomes: Any = [
        {"outcome": "train", "documents": [5, 4], "bytes": [before, after]},
        {"outcome": "near duplicate", "documents": [0, 1200], "bytes": [0, 9]},
        {"outcome": "other language", "documents": [3, 1], "bytes": [9, 9]},
    ]
    return {"lang": lang, "change": 0.1, "documents": [5, 4], "bytes": [before, after], "outcomes": outcomes}


FOUND: Difference = {
    "before": "one",
    "after": "<two>",
    "settings": [{"setting": "curate.max_drop", "before": 0.4, "after": None}],
    "sources": {"added": ["web"], "removed": [], "changed": []},
    "languages": [change("arb_Arab", 100, 0), change("khm_Khmr", 0, 50), change("zgh_Tfng", 100, 75)],
    "unchanged": 4,
}


def test_changes_are_shares_of_the_larger_size() -> None:
    assert [find_change(row) for row in FOUND["languages"]] == [-100, 100, -25]
    assert find_change(change("hin_Deva", 0, 0)) == 0


def test_what_was_dropped_otherwise_is_named() -> None:
    assert list(describe_moves(FOUND["languages"][0])) == ["near duplicate +1200", "other language −2"]


def test_the_page_in_a_browser(tmp_path: Path, browser: Any) -> None:
    path = tmp_path / "diff.html"
    path.write_text(render_page(FOUND), encoding="utf-8")
    page, errors = browser.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(path.as_uri())
    assert page.locator("h1").inner_text() == "one → <two>"
    assert page.locator("figure.map svg a").count() == 3
    page.click("#table thead th:has-text('Change') button")
    assert page.locator("#table tbody th").all_inner_texts() == ["khm_Khmr", "zgh_Tfng", "arb_Arab"]
    assert errors == []
    page.close()


def test_a_screen_reader_stumbles_over_nothing(page_findings: Any) -> None:
    assert page_findings(render_page(FOUND)) == []


def test_the_command_writes_it(compiled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "diff.html"
    assert main(["diff", "one", "two", "--home", str(compiled), "--html", str(path)]) == 0
    assert capsys.readouterr().out.strip() == str(path)
    assert "curate.test_share" in path.read_text(encoding="utf-8")
