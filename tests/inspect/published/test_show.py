from pathlib import Path

import pyarrow as pa

from emma.inspect.published.compare import read_published
from emma.inspect.published.show import render_text
from emma.schemas import TASK_SCORES
from emma.store import shards
from tests.inspect.published.made import write_all


def test_a_section_for_everything_that_is_there(tmp_path: Path) -> None:
    write_all(tmp_path)
    (tmp_path / "resource_groups.json").write_text('{"high": ["swh_Latn"], "low": ["hin_Deva", "tha_Thai"]}')
    own = {"model": "mine", "task": "sib200", "lang": "swh_Latn", "variant": "cloze", "metric": "accuracy"}
    (tmp_path / "own").mkdir()
    rows = [{**own, "clean": False, "value": 0.5}]
    shards.write(tmp_path / "own" / "scores.parquet", pa.Table.from_pylist(rows, schema=TASK_SCORES))
    text = "\n".join(render_text(read_published(tmp_path, own=tmp_path / "own")))
    for expected in (
        "EMMA-500 Llama 2 7B against Llama 2 7B: 13 tables, 2 models",
        "+13.6 %",
        "+29.2 %",
        "+4.8",
        "0.2241  0.3127  +0.0886",
        "+12.44",
        "1 of 1",
        "high",
        "mine, cloze (own)",
    ):
        assert expected in text, expected


def test_sections_without_rows_are_left_out(tmp_path: Path) -> None:
    write_all(tmp_path)
    text = "\n".join(render_text(read_published(tmp_path)))
    assert "published tier" not in text and "Own scores" not in text and "are without" not in text
    (tmp_path / "xcopa.csv").unlink()
    lines = list(render_text(read_published(tmp_path)))
    assert lines.count("accuracy                          XCOPA") == 1, "once, and not for each reading"
