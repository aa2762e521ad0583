"""What an export says at its end, and languages by the names that people use."""

from pathlib import Path

import pytest

import emma
from emma.errors import LanguageError, RecipeError
from emma.inspect.export import export_named, find_labels, render_text
from emma.pipeline.export.choose import Request
from emma.pipeline.export.counts import Exported

DROPPED = {f"reason {number}": 10 - number for number in range(7)}


def said(**changes: object) -> str:
    facts = {
        "folder": Path("out"), "documents": 1200, "bytes": 3_000_000, "languages": 3, "files": 8,
        "has_one_config": False, "collected": 1249, "dropped": {}, "not_asked": 0, "not_public": {},
        "masked": {}, **changes,
    }  # fmt: skip
    return "\n".join(render_text(Exported(**facts)))  # type: ignore[arg-type]


def test_what_was_written() -> None:
    assert said().splitlines() == [
        "out: 1,200 documents, 3,000,000 bytes of text, in 3 languages and 8 files",
        "together 1,249 documents collected; `datasets` loads each language by its label",
    ]
    assert "(as before: nothing has changed)" in said(is_new=False)
    assert "all languages at once, with the column `lang`" in said(has_one_config=True)


def test_what_was_not() -> None:
    text = said(dropped=DROPPED, not_asked=7)
    assert "dropped by curation: reason 0 10, reason 1 9, reason 2 8, reason 3 7, reason 4 6 and 2 more\n" in text
    assert "kept, and not asked for: 7 documents\n" in text
    assert "masked: email 12, card 0\n" in said(masked={"email": 12, "card": 0})


def test_texts_that_may_not_be_passed_on() -> None:
    text = said(not_public={"derived": {"radio": 20, "books": 1000}, "private": {"mail": 3}})
    assert 'warning: 1,020 documents may not be passed on as text (redistribution = "derived"' in text
    assert "radio 20, books 1,000" in text
    assert 'warning: 3 documents may not leave this house in any form (redistribution = "private"): mail 3' in text


def test_languages_by_name(compiled: Path) -> None:
    run = emma.open(compiled / "two")
    assert find_labels(run, ["Thai", "hi", "zgh_Tfng"]) == ["tha_Thai", "hin_Deva", "zgh_Tfng"]
    with pytest.raises(LanguageError, match="'xx' is nothing"):
        find_labels(run, ["xx"])


def test_a_run_by_its_folder(compiled: Path, tmp_path: Path) -> None:
    how = {"force": False, "workers": 1, "quiet": True}
    request = Request(langs=["th"])
    exported = export_named(emma.Home(tmp_path), str(compiled / "two"), tmp_path / "out", request, **how)  # type: ignore[arg-type]
    assert exported.languages == 1
    with pytest.raises(RecipeError, match=r"Which run\? .* has: one, two\. Name one, as in emma export one --to DIR"):
        export_named(emma.Home(compiled), None, tmp_path / "other", request, **how)  # type: ignore[arg-type]
