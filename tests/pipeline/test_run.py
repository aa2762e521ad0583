"""Running a recipe: what stops a run before it begins."""

import pytest

from emma.errors import ExtraError


def test_a_missing_extra_stops_a_run_before_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    from emma.config import extras
    from emma.pipeline.run import check_extras

    monkeypatch.setattr(extras, "find_spec", lambda module: None if module == "jinja2" else module)
    check_extras("evaluate")
    with pytest.raises(ExtraError, match=r"'jinja2'.*pip install '\.\[report\]'"):
        check_extras("report")
