"""Settings of runs by name: what belongs to a source, and what does not."""

from pathlib import Path

from emma.inspect.compare.settings import belongs_to, compare_settings, compare_stage, list_tables
from emma.pipeline.home import Home

from .finished import finish_run, record


def test_a_source_of_one_run_only_is_one_difference() -> None:
    config = {
        "sources": [{"name": "web", "path": "a", "licence": "CC0-1.0"}, {"name": "wiki", "path": "b"}],
        "lid": None,
    }
    assert list_tables(config) == {"sources.web", "sources.wiki"}
    assert belongs_to("sources.web.licence", "sources.web") and belongs_to("files of web", "sources.web")
    assert not belongs_to("sources.web2.licence", "sources.web") and not belongs_to("lid", "sources.web")


def test_a_source_that_one_run_has_is_not_listed_setting_by_setting() -> None:
    one = {"version": 1, "config": {"sources": [{"name": "web", "path": "a"}]}, "inputs": {}, "raw": {"web": ["x"]}}
    two = {"version": 2, "config": {}, "inputs": {"base": "b"}, "raw": {}}
    rows = {row["setting"]: row["values"] for row in compare_stage("collect", [one, two])}
    assert rows == {"collect.sources.web": ["there", None], "collect.version": [1, 2], "collect.base": [None, "b"]}


def test_a_stage_that_one_run_has_not_come_to_is_one_difference(tmp_path: Path) -> None:
    home = Home(tmp_path)
    runs = [finish_run(home, name, {}) for name in ("one", "two")]
    record(runs[1], "release", {}, {"title": "T", "dtype": "bf16"})
    assert [row for row in compare_settings(runs) if "release" in row["setting"]] == [
        {"setting": "release", "values": [None, "there"]}
    ]
