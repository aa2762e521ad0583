"""The recipe as TOML."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emma.pipeline.draft.run import NewQuestion, draft_recipe, write_draft
from emma.pipeline.draft.write import to_toml
from tests.pipeline.draft.test_run import lay_out

PLAIN = st.text(st.characters(exclude_categories=["Cs"])) | st.booleans() | st.integers(0, 10**9)


@given(value=PLAIN | st.lists(PLAIN) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), PLAIN))
def test_values_come_back(value: object) -> None:
    assert tomllib.loads(f"value = {to_toml(value)}")["value"] == value


def test_each_setting_has_a_reason(tmp_path: Path) -> None:
    rows = "\n".join(f"{number};Habari za leo {number};sw" for number in range(30))
    place = lay_out(tmp_path / "my files", {"a b.csv": f"id;text;lang\n{rows}"})
    path = write_draft(question := NewQuestion((place,), out=tmp_path / "r.toml"), draft_recipe(question))
    lines = path.read_text(encoding="utf-8").splitlines()
    settings = [
        line for line in lines if line.split(" ")[0] in ("reader", "fields", "options", "licence", "group_bytes")
    ]
    assert len(settings) == 5 and all("  # " in line for line in settings)
    assert lines[0] == f"# Made by: emma new '{place}'"


@pytest.mark.parametrize("text", ["[[x]]", "'", "\\d", "ⵜⵉⴼⵉⵏⴰⵖ", "a\nb"])
def test_odd_texts(text: str) -> None:
    assert tomllib.loads(f"v = {to_toml(text)}")["v"] == text


def test_long_numbers_have_groups() -> None:
    assert (to_toml(9_999), to_toml(10_000)) == ("9999", "10_000")
