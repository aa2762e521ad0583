"""Texts in files for other programs come back as they were, in every script."""

import resource
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pytest
import zstandard

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile
from emma.collect.readers.registry import find_reader
from emma.collect.records import RawDocument
from emma.store import shards
from emma.store.shards import SMALL
from emma.work.table_files import FORMATS
from tests.conftest import TEXTS

ROWS = [
    {"id": f"s:f#{row}", "text": f"{text}\n\n{text}", "lang": lang, "text2": None, "lang2": None, "score": row / 2}
    for row, (lang, text) in enumerate(TEXTS.items())
]
PAIR = {
    "id": "s:f#99",
    "text": "a\u2028b\nc",
    "lang": "khm_Khmr",
    "text2": TEXTS["nqo_Nkoo"],
    "lang2": "nqo_Nkoo",
    "score": None,
}
TABLE = pa.Table.from_pylist([*ROWS, PAIR])


def write(kind: str, folder: Path, tables: list[pa.Table]) -> Path:
    path = folder / f"train.{kind}"
    writer = FORMATS[kind](path, TABLE.schema)
    for table in tables:
        writer.add_table(table)
    writer.close()
    return path


def read_text(path: Path) -> list[str]:
    source = SourceConfig(name="s", reader="text", path="f", licence="x", options={"unit": "paragraph"})
    with path.open("rb") as stream:
        found = list(find_reader(source).read(InputFile(path.name, stream, 10**6), source))
    return [each.text for each in found if isinstance(each, RawDocument)]


@pytest.mark.parametrize("kind", ["parquet", "jsonl.zst"])
def test_rows_come_back(kind: str, tmp_path: Path) -> None:
    path = write(kind, tmp_path, [TABLE.slice(0, 3), TABLE.slice(3)])
    if kind == "parquet":
        assert shards.read(path).equals(TABLE)
    else:
        lines = zstandard.open(path, "rb").read().splitlines()
        assert [orjson.loads(line) for line in lines] == TABLE.to_pylist()


def test_texts_come_back_as_paragraphs_and_pairs_as_lines(tmp_path: Path) -> None:
    path = write("txt", tmp_path, [TABLE.slice(0, 3), TABLE.slice(3)])
    assert read_text(path) == [row["text"].replace("\n\n", "\n") for row in ROWS]
    assert {other.name: other.read_text(encoding="utf-8") for other in tmp_path.iterdir() if other != path} == {
        "train.khm_Khmr-nqo_Nkoo.khm_Khmr": "a b c\n",
        "train.khm_Khmr-nqo_Nkoo.nqo_Nkoo": f"{TEXTS['nqo_Nkoo']}\n",
    }


def test_pairs_with_more_languages_than_files_may_be_open(tmp_path: Path) -> None:
    rows = [{"text": "a", "lang": "eng_Latn", "text2": "b", "lang2": f"q{n:03}_Latn"} for n in range(200)]
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    # Tests before this one may have left many open in the process.
    opened = len([*Path("/dev/fd").iterdir()])
    resource.setrlimit(resource.RLIMIT_NOFILE, (opened + 100, before[1]))
    try:
        write("txt", tmp_path, [pa.Table.from_pylist(rows)] * 2)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert {path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == {"a\na\n", "b\nb\n"}
    assert len([*tmp_path.iterdir()]) == 400


def test_json_lines_are_one_frame_however_the_rows_come(tmp_path: Path) -> None:
    """Equal to one compressor that was open for all rows; and beside the file nothing is left."""
    rows = [{**ROWS[at % len(ROWS)], "id": f"s:f#{at}"} for at in range(3_000)]
    path = write("jsonl.zst", tmp_path, [pa.Table.from_pylist(rows[at : at + 700]) for at in range(0, 3_000, 700)])
    whole = tmp_path / "whole"
    with zstandard.open(whole, "wb", cctx=zstandard.ZstdCompressor(level=SMALL)) as stream:
        for row in rows:
            stream.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
    assert path.read_bytes() == whole.read_bytes()
    assert [each.name for each in sorted(tmp_path.iterdir())] == ["train.jsonl.zst", "whole"]


def test_a_language_that_is_being_written_holds_no_compressor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each takes more than a megabyte, and a task has hundreds of languages."""
    opened: list[zstandard.ZstdCompressionWriter] = []
    unwatched = zstandard.open

    def watched(*args: Any, **how: Any) -> zstandard.ZstdCompressionWriter:
        opened.append(unwatched(*args, **how))
        return opened[-1]

    monkeypatch.setattr(zstandard, "open", watched)
    writers = [FORMATS["jsonl.zst"](tmp_path / f"{at}.jsonl.zst", TABLE.schema) for at in range(3)]
    for writer in writers:
        writer.add_table(TABLE)
    assert len(opened) == 3
    assert all(stream.closed for stream in opened)


@pytest.mark.parametrize("kind", FORMATS)
def test_the_same_rows_give_the_same_bytes(kind: str, tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    one, two = (write(kind, tmp_path / name, [TABLE]) for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()
