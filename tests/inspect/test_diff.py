"""What differs between two compiled corpora, through the real runs of small recipes."""

import json
from pathlib import Path

import pytest

from emma.inspect.diff import Difference, compare_language, compare_runs, flatten_section, render_text
from emma.pipeline.home import Home


def test_settings_sources_and_languages(compiled: Path) -> None:
    home = Home(compiled)
    found = compare_runs(home.run("one"), home.run("two"))
    settings = {row["setting"]: (row["before"], row["after"]) for row in found["settings"]}
    assert settings["curate.test_share"] == (0.05, 0.1)
    assert settings["collect.sources.small.licence"] == (None, "CC0-1.0")
    assert found["sources"] == {"added": ["small"], "removed": [], "changed": []}
    langs = [row["lang"] for row in found["languages"]]
    assert langs[0] == "zgh_Tfng" and found["languages"][0]["change"] == 1.0
    assert found["languages"][0]["documents"] == [0, 3]
    assert set(langs) == {"zgh_Tfng", "hin_Deva", "tha_Thai"} and found["unchanged"] == 0
    moved = {each["outcome"]: each["documents"] for each in found["languages"][1]["outcomes"]}
    assert set(moved) <= {"train", "test", "validation"} and found["languages"][1]["change"] == 0


def test_a_corpus_is_like_itself_and_the_other_way_round_is_the_reverse(compiled: Path) -> None:
    home = Home(compiled)
    same = compare_runs(home.run("one"), home.run("one"))
    assert same["settings"] == same["languages"] == [] and same["unchanged"] == 2
    assert not any(same["sources"].values())
    assert "the same settings and versions" in list(render_text(same))
    assert compare_runs(home.run("two"), home.run("one"))["sources"]["removed"] == ["small"]


def test_the_languages_that_lost_most_come_first() -> None:
    before, after = {"train": (9, 100), "near duplicate": (1, 10)}, {"train": (8, 50), "near duplicate": (2, 20)}
    row = compare_language("hin_Deva", before, after)
    assert (row["documents"], row["bytes"], row["change"]) == ([9, 8], [100, 50], 0.5)
    shown: Difference = {
        "before": "a",
        "after": "b",
        "settings": [],
        "sources": {"added": [], "removed": [], "changed": []},
        "languages": [row] * 50,
        "unchanged": 2,
    }
    lines = list(render_text(shown))
    assert any("near duplicate +1" in line for line in lines)
    assert "changed too: 10 languages; --json has all" in lines


def test_lists_of_named_tables_are_flattened_by_name() -> None:
    config = {"sources": [{"name": "a", "path": ["x"]}], "lid": {"floor": 0.3}, "limits": {}}
    assert flatten_section(config) == {"sources.a.name": "a", "sources.a.path": ["x"], "lid.floor": 0.3, "limits": {}}


def test_the_command(compiled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from emma.cli.main import main

    assert main(["diff", "one", "two", "--home", str(compiled)]) == 0
    out = capsys.readouterr().out
    assert "one → two" in out and "sources added: small" in out and "curate.test_share: 0.05 → 0.1" in out
    assert main(["diff", "one", "two", "--home", str(compiled), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["after"] == "two"
    assert main(["diff", "one", "x", "--home", str(compiled)]) == 1
