"""Configurations and splits as the README of a data set of the hub names them."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from emma.pipeline.draft.configs import HubFiles, find_config, read_configs
from tests.conftest import TEXTS
from tests.pipeline.draft.test_run import draft, languages, lay_out

pytest.importorskip("yaml", reason="PyYAML comes with huggingface_hub")

CARD = """---
license: cc0-1.0
configs:
- config_name: yor
  data_files:
  - split: train
    path: a/0.parquet
  - split: test
    path: [a/1.parquet]
- config_name: hin_Deva
  data_files: b/*.parquet
---
"""


def test_entries_of_all_shapes() -> None:
    configs = read_configs([("x/README.md", CARD)])
    assert configs[:2] == (HubFiles("x/a/0.parquet", "yor", "train"), HubFiles("x/a/1.parquet", "yor", "test"))
    assert find_config(configs, "x/b/7.parquet") == HubFiles("x/b/*.parquet", "hin_Deva", "train")
    assert find_config(configs, "x/c.parquet") is None
    assert read_configs([("README.md", "---\nconfigs: [\n---\n"), ("README.md", "---\nhello\n---\n")]) == ()


def test_languages_and_splits_by_the_readme(tmp_path: Path) -> None:
    place = lay_out(tmp_path / "mine", {"README.md": CARD})
    for name, label in (("a/0", "yor_Latn"), ("a/1", "yor_Latn"), ("b/0", "hin_Deva")):
        (place / name).parent.mkdir(exist_ok=True)
        rows = [f"{TEXTS[label]} {number}" for number in range(20)]
        pq.write_table(pa.table({"content": rows, "id": list(map(str, range(20)))}), place / f"{name}.parquet")
    answer, recipe = draft(place, tmp_path / "r.toml")
    assert languages(answer) == {"yor_Latn", "hin_Deva"}
    assert {(source.name, source.lang, source.keep) for source in recipe.collect.sources} == {
        ("yor", "yor_Latn", ("id",)),
        ("hin_Deva", "hin_Deva", ("id",)),
    }
    assert [benchmark.name for benchmark in recipe.collect.benchmarks] == ["yor-test"]
    assert recipe.collect.sources[0].licence == "CC0-1.0"
