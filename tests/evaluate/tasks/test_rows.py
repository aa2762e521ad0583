"""Rows of every format, whole and damaged."""

import gzip
from pathlib import Path

import pyarrow as pa
import pytest
import zstandard

from emma.errors import SourceError
from emma.evaluate.tasks.rows import Row, RowError, read_rows
from emma.store import shards

TEXTS = ["ውሃ", "น้ำ", "ߖߌ", "ⴰⵎⴰⵏ", "क्‍ष"]
"""Ethiopic, Thai, N'Ko, Tifinagh, and Devanagari with a joiner."""


def write(path: Path, content: bytes) -> Path:
    pack = {".gz": gzip.compress, ".zst": zstandard.ZstdCompressor().compress}.get(path.suffix, bytes)
    path.write_bytes(pack(content))
    return path


@pytest.mark.parametrize("end", ["", ".gz", ".zst"])
@pytest.mark.parametrize(
    ("name", "start", "line"),
    [
        ("a.tsv", "id\ttext\n", "{}\t{}\n"),
        ("a.csv", "id,text\n", '{},"{}"\n'),
        ("a.jsonl", "", '{{"id":{},"text":"{}"}}\n'),
    ],
)
def test_every_format_gives_the_same_rows(tmp_path: Path, name: str, start: str, line: str, end: str) -> None:
    content = start + "".join(line.format(number, text) for number, text in enumerate(TEXTS))
    rows = list(read_rows(write(tmp_path / (name + end), content.encode()), tmp_path))
    assert [row.text("text") for row in rows] == TEXTS
    assert [row.text("id") for row in rows] == ["0", "1", "2", "3", "4"]
    assert [(row.file, row.number) for row in rows][:2] == [(name + end, 1), (name + end, 2)]


def test_json_parquet_and_lines(tmp_path: Path) -> None:
    records = "[" + ",".join(f'{{"text":"{text}"}}' for text in TEXTS) + "]"
    files = [
        write(tmp_path / "a.json", records.encode()),
        write(tmp_path / "b.json.zst", f'{{"version":1,"data":{records}}}'.encode()),
        write(tmp_path / "c.devtest.zst", ("\n".join(TEXTS) + "\n").encode()),
        tmp_path / "d.parquet",
    ]
    shards.write(files[-1], pa.table({"text": TEXTS}))
    for file in files:
        assert [row.text("text") for row in read_rows(file, tmp_path)] == TEXTS


def test_lines_end_at_newlines_alone(tmp_path: Path) -> None:
    """Not at U+2028 or U+0085, which stand in texts; empty lines of parallel text keep their number."""
    lines = write(tmp_path / "a.dev", "a\u2028b\r\n\r\nc\u0085d".encode())
    assert [row.values["text"] for row in read_rows(lines, tmp_path)] == ["a\u2028b", "", "c\u0085d"]
    table = write(tmp_path / "a.tsv", "text\na\u2028b\n".encode())
    assert [row.text("text") for row in read_rows(table, tmp_path)] == ["a\u2028b"]


def test_an_empty_file_has_no_rows(tmp_path: Path) -> None:
    assert list(read_rows(write(tmp_path / "a.devtest.zst", b""), tmp_path)) == []
    assert list(read_rows(write(tmp_path / "a.tsv", b""), tmp_path)) == []


def test_quotes_of_a_spreadsheet_and_quotes_of_a_text(tmp_path: Path) -> None:
    content = 'text\n"he said ""no"""\n"open\nso "quoted" he said\n'
    rows = list(read_rows(write(tmp_path / "a.tsv", content.encode()), tmp_path))
    assert [row.text("text") for row in rows] == ['he said "no"', '"open', 'so "quoted" he said']


def test_a_table_without_header(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tsv", "Janet…\t18\n".encode())
    assert next(read_rows(path, tmp_path, ("question", "answer"))).text("answer") == "18"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.tsv", b"id\ttext\n1\n2\tb\n", "it has 1 columns where there should be 2"),
        ("a.csv", b"id,text\n1,a,b\n2,b\n", "it has 3 columns where there should be 2"),
        ("a.jsonl", b'{"id": 1, "text"\n{"id": 2, "text": "b"}\n', "it is not JSON"),
        ("a.jsonl", b'[1]\n{"id": 2, "text": "b"}\n', "it is no JSON object"),
        ("a.tsv", b"id\ttext\n1\t \n2\tb\n", "its 'text' is empty"),
        ("a.tsv", b"id\ttext\n1\t\xff\xfe\n2\tb\n", "its 'text' is not UTF-8"),
        ("a.jsonl", b'{"id": 1, "test": "a"}\n{"id": 2, "text": "b"}\n', "it has no 'text' among its columns id, test"),
    ],
)
def test_a_bad_row_costs_itself(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    bad, good = read_rows(write(tmp_path / name, content), tmp_path)
    with pytest.raises(RowError, match=reason):
        bad.text("text")
    assert good.text("text") == "b"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.tsv.gz", b"id\ttext"),
        ("a.tsv.zst", b"id"),
        ("a.json", b"[1,"),
        ("a.json", b"5"),
        ("a.parquet", b"PAR1 no more"),
        ("a.csv", b'id,text\n1,"open\n2,b\n'),
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=f"{name}.*Fetch it again"):
        list(read_rows(tmp_path / name, tmp_path))


def test_a_label_outside_the_set() -> None:
    row = Row("a.tsv", 3, {"label": "sport"})
    with pytest.raises(RowError, match="'sport' is none of sports, health"):
        row.choose(("sports", "health"), "label")
    assert Row("a.tsv", 3, {"category": "health"}).choose(("sports", "health"), "label", "category") == 1


def test_a_name_is_the_first_id_else_the_number() -> None:
    assert Row("a.jsonl", 7, {"id": 0, "ID": "x"}).name("id", "ID") == "0"
    assert Row("a.jsonl", 7, {"id": "", "ID": "x"}).name("id", "ID") == "x"
    assert Row("a.jsonl", 7, {"id": None}).name("id", "ID") == "7"
