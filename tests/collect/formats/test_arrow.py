"""Damaged Arrow and Parquet files: never the end of the process, and rejects for what is lost."""

import io
import multiprocessing
import random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from emma.collect.formats import arrow
from emma.collect.records import RawDocument, Reject
from tests.collect.given import kinds, read, units
from tests.conftest import TEXTS

ROWS = 40
PAIRS = [{"en": text, "all": [text, "x"]} for text in TEXTS.values()]
TABLE = pa.table(
    {
        "text": [text for text, _ in zip(list(TEXTS.values()) * 9, range(ROWS), strict=False)],
        "lang": ["sw"] * ROWS,
        "pair": [pair for pair, _ in zip(PAIRS * 9, range(ROWS), strict=False)],
    }
)


def stream(table: pa.Table, compression: str | None = None) -> bytes:
    out = io.BytesIO()
    with pa.ipc.new_stream(out, table.schema, options=pa.ipc.IpcWriteOptions(compression=compression)) as writer:
        writer.write_table(table, 10)
    return out.getvalue()


def parquet(table: pa.Table, **options: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, row_group_size=10, **options)
    return out.getvalue()


FILES = {
    "stream": ("huggingface", stream(TABLE)),
    "packed": ("huggingface", stream(TABLE, "zstd")),
    "parquet": ("parquet", parquet(TABLE)),
    "plain": ("parquet", parquet(TABLE, compression="none", use_dictionary=False)),
}


def mutated(data: bytes, chance: random.Random) -> bytes:
    """A file with one thing wrong: a bit, a word, some bytes, two places exchanged, or its end."""
    changed, at, other = bytearray(data), chance.randrange(len(data)), chance.randrange(len(data))
    match chance.randrange(5):
        case 0:
            changed[at] ^= 1 << chance.randrange(8)
        case 1:
            word = chance.choice([b"\x00\x00\x00\x80", b"\xff\xff\xff\x7f", chance.randbytes(4)])
            changed[at - at % 4 : at - at % 4 + 4] = word
        case 2:
            changed[at : at + 8] = chance.choice([b"\xff", b"\0"]) * len(changed[at : at + 8])
        case 3:
            changed[at : at + 8], changed[other : other + 8] = changed[other : other + 8], changed[at : at + 8]
        case 4:
            del changed[at:]
    return bytes(changed)


def read_mutations(name: str, count: int) -> None:
    reader, data = FILES[name]
    chance = random.Random(name)
    for _ in range(count):
        damaged = mutated(data, chance)
        for field in ("text", "pair.all"):
            found = read(reader, damaged, "f.arrow", fields={"text": field})
            lost = [each for each in found if isinstance(each, Reject)]
            held = sum(each.units for each in found)
            assert held >= ROWS or any(each.unread for each in lost) or len(damaged) < len(data)


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_no_damage_ends_the_process(name: str) -> None:
    child = multiprocessing.get_context("spawn").Process(target=read_mutations, args=(name, 75))
    child.start()
    child.join()
    assert child.exitcode == 0


def test_an_offset_that_points_outside_costs_its_batch() -> None:
    data = stream(pa.table({"text": [f"text {row:06}" for row in range(40)], "lang": ["sw"] * 40}))
    offsets = b"".join((11 * row).to_bytes(4, "little") for row in range(10))
    at = data.index(offsets)
    found = read("huggingface", data[: at + 8] + b"\xff\xff\xff\x7f" + data[at + 12 :], "f.arrow")
    (bad,) = [each for each in found if isinstance(each, Reject)]
    assert (bad.row, bad.kind, bad.units) == (1, "broken file", 10) and "offset" in bad.detail.lower()
    assert [each.row for each in found if isinstance(each, RawDocument)] == [*range(11, 41)]


def test_text_that_is_not_utf_8_does_not_hide_an_offset() -> None:
    texts = pa.array([[b"a\xff", b"b"], [b"c"], [b"d"]], pa.list_(pa.binary()))
    strings = pa.ListArray.from_buffers(
        pa.list_(pa.string()), 3, texts.buffers()[:2], children=[texts.values.cast(pa.string(), safe=False)]
    )
    batch = pa.record_batch({"text": strings})
    assert arrow.describe_damage(batch, ["text"]) == "" and kinds(list(rows(batch))) == ["invalid UTF-8"]
    offsets = pa.py_buffer(b"".join(each.to_bytes(4, "little") for each in (0, 2, 9, 4)))
    broken = pa.ListArray.from_buffers(pa.list_(pa.string()), 3, [None, offsets], children=[strings.values])
    assert arrow.describe_damage(pa.record_batch({"text": broken}), ["text"])


def rows(batch: pa.RecordBatch) -> list[RawDocument | Reject]:
    from emma.collect.config import SourceConfig

    return list(arrow.read_batch(batch, ["text"], SourceConfig(name="s", reader="parquet", path="f", licence="x"), 1))


def test_a_damaged_row_group_leaves_the_others() -> None:
    texts = [f"text {row:06}" for row in range(ROWS)]
    data = parquet(pa.table({"text": texts, "lang": ["sw"] * ROWS}), compression="none", use_dictionary=False)
    at = data.index(b"text 000012")
    found = read("parquet", data[: at - 4] + b"\xff\xff\xff\x7f" + data[at:])
    lost = [each for each in found if isinstance(each, Reject)]
    assert [each.kind for each in lost] == ["broken file"] and sum(each.units for each in found) == ROWS
    assert len(units(found)) == ROWS - lost[0].units >= ROWS - 10


@pytest.mark.parametrize("reader", ["parquet", "huggingface"])
def test_a_column_twice_is_refused_where_it_is_read(reader: str) -> None:
    twice = pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"]), pa.array(["sw"])], ["text", "text", "lang"])
    data = parquet(twice) if reader == "parquet" else stream(twice)
    assert kinds(read(reader, data, "f.arrow")) == ["column twice"]
    assert units(read(reader, data, "f.arrow", fields={"text": "lang", "lang": "none"})) == []
    inner = pa.StructArray.from_arrays([pa.array(["a"]), pa.array(["b"])], ["x", "x"])
    nested = pa.table({"pair": inner, "lang": ["sw"]})
    data = parquet(nested) if reader == "parquet" else stream(nested)
    assert kinds(read(reader, data, "f.arrow", fields={"text": "pair.x"})) == ["column twice"]


def test_what_follows_the_end_of_a_stream_is_told() -> None:
    data = stream(TABLE)
    *found, bad = read("huggingface", data + b"more", "f.arrow")
    assert len(found) == ROWS and isinstance(bad, Reject) and bad.unread == 4
    (bad,) = read("huggingface", data[:50], "f.arrow")
    assert isinstance(bad, Reject) and bad.unread == 50


def test_bytes_that_are_text() -> None:
    stream, texts = io.BytesIO(), pa.array(["ሰላም".encode(), b"caf\xe9"], pa.binary())
    pq.write_table(pa.table({"text": texts, "lang": ["am", "fr"]}), stream)
    found = read("parquet", stream.getvalue())
    assert (units(found), kinds(found)) == ([("am", "ሰላም")], ["invalid UTF-8"])
