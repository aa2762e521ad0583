"""One bad record costs one record: for every reader of no XML and no web archives, each sort of damage it can have.

Damage stands at the first, a middle and the last place of a file of n records. What is right: the n - 1 other
documents, and a reject; or, where the format cannot be read on, or not in such small parts, some of them, and rejects
that stand for all of the rest, in units or in bytes that were not read.
"""

import importlib
import importlib.util
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from emma.collect.config import SourceConfig
from emma.collect.documents import UniqueRows
from emma.collect.files.streams import InputFile
from emma.collect.readers.registry import BUILT_IN, find_reader
from emma.collect.records import RawDocument, Reject, reject_document
from tests.conftest import TEXTS

RECORDS = [f"{text} {row}" for row, text in enumerate(TEXTS.values())]
PLACES = [0, len(RECORDS) // 2, len(RECORDS) - 1]
LONG = b"# text = " + b"x" * 200_000
"""More than a row may have."""
Damage = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Format:
    """How texts become a file, and what can be wrong with it."""

    record: Callable[[str], bytes]
    """A text as a record."""
    build: Callable[[Sequence[bytes]], bytes]
    """A file of such records."""
    one: Mapping[str, Damage] = field(default_factory=dict)
    """Damage to a record that costs no other."""
    more: Mapping[str, Damage] = field(default_factory=dict)
    """Damage to a record that may cost others."""
    file: Mapping[str, Callable[[bytes, bytes], bytes]] = field(default_factory=dict)
    """Damage to a file at the place of a record that may cost others."""
    name: str = "file"
    source: Mapping[str, Any] = field(default_factory=dict)
    beside: bool = False
    """Whether there is a second file, with translations."""


def put(part: bytes, inserted: bytes) -> Damage:
    """Bytes behind the first such part of a record."""
    return lambda record: record.replace(part, part + inserted, 1)


def swap(part: bytes, by: bytes) -> Damage:
    """Bytes in place of the first such part of a record."""
    return lambda record: record.replace(part, by, 1)


def become(content: bytes) -> Damage:
    """Other bytes in place of a record."""
    return lambda _: content


def lines(records: Sequence[bytes]) -> bytes:
    return b"".join(record + b"\n" for record in records)


def row(text: str) -> bytes:
    return json.dumps({"text": text, "lang": "sw"}, ensure_ascii=False).encode()


def quoted(text: str) -> bytes:
    return json.dumps(text, ensure_ascii=False).encode()


def messages(records: Sequence[bytes]) -> bytes:
    return b"{\n" + b",\n".join(b'"k%d": %s' % each for each in enumerate(records)) + b"}"


def catalogue(records: Sequence[bytes]) -> bytes:
    header = b'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    return header + b"\n".join(b'msgid "k%d"\n%s\n' % each for each in enumerate(records))


def table(records: Sequence[bytes]) -> pa.Table:
    texts = pa.array([None if record == b"null" else record for record in records], pa.binary())
    return pa.table({"text": texts.cast(pa.string(), safe=False), "lang": ["sw"] * len(records)})


def parquet(records: Sequence[bytes]) -> bytes:
    out = io.BytesIO()
    pq.write_table(table(records), out, row_group_size=3, compression="none", use_dictionary=False)
    return out.getvalue()


def arrow(records: Sequence[bytes]) -> bytes:
    out, content = io.BytesIO(), table(records)
    with pa.ipc.new_stream(out, content.schema) as writer:
        writer.write_table(content, 3)
    return out.getvalue()


def offsets_before(data: bytes, record: bytes) -> bytes:
    """Damage to the offsets of an Arrow batch, which stand before the texts."""
    at = data.index(record) - data.index(record) % 8 - 16
    return data[:at] + b"\xff\xff\xff\x7f" * 2 + data[at + 8 :]


def length_before(data: bytes, record: bytes) -> bytes:
    """Damage to the length of a text in a page of Parquet."""
    at = data.index(record) - 4
    return data[:at] + b"\xff\xff\xff\x7f" + data[at + 4 :]


def cut(data: bytes, record: bytes) -> bytes:
    """A file that ends inside of a record."""
    return data[: data.index(record) + len(record) // 2]


def indented(text: str) -> bytes:
    return f'def f():\n    """{text}"""\n'.encode()


JSON_ROW = {
    "bytes": put(b'"text": "', b"\xff"),
    "null": become(b'{"text": null}'),
    "number": become(b'{"text": 5}'),
    "absent": swap(b"text", b"body"),
    "list": become(b'["text"]'),
    "key twice": swap(b"{", b'{"text": "other", '),
    "language twice": swap(b"{", b'{"lang": "th", '),
    "nested": become(b'{"text": ' + b"[" * 400 + b"]" * 400 + b"}"),
}
JSON_BROKEN = {
    "quote": put(b'"text": "', b'"'),
    "comma": swap(b", ", b" "),
    "half": lambda record: record[: len(record) // 2],
    "control": put(b'"text": "', b"\x01"),
    "too deep": become(b"[" * 5_000),
}
JSON_MESSAGE = {
    "bytes": put(b'"', b"\xff"),
    "null": become(b"null"),
    "number": become(b"12345678901234567890123"),
    "placeholders": become(b'"$1 {x}"'),
}
MESSAGE_BROKEN = {"quote": put(b'"', b'"'), "open": become(b'"open'), "too deep": become(b"[" * 5_000)}
LINE = {"bytes": put(b"", b"\xff"), "long": become(LONG), "empty": become(b"\xef\xbb\xbf\xff")}
FILE = {"bytes": put(b"", b"\xff"), "long": become(LONG)}
PYTHON = {"broken": become(b"def f(:"), "null": put(b"", b"\0"), "nested": become(b"-" * 9_000 + b"1")}


def join(records: Sequence[bytes]) -> bytes:
    """Of readers of one document a file: the only record, which has no neighbours to lose."""
    return records[0]


READERS = {
    "csv": Format(
        lambda text: f"{text},sw".encode(),
        lambda records: b"text,lang\n" + lines(records),
        {
            "bytes": put(b"", b"\xff"),
            "more cells": put(b"", b"more,"),
            "fewer cells": become(b"rubbish"),
            "unclosed quote": put(b"", b'"'),
            "stray quote": put(b"", b'"a"'),
            "quote to the end": swap(b",sw", b',"sw'),
            "bytes in a quote": lambda record: b'"line\n\xff\n' + record.replace(b",sw", b'",sw'),
            "long": become(LONG + b",sw"),
        },
    ),
    "jsonl": Format(row, lines, JSON_ROW | JSON_BROKEN),
    "json": Format(row, lambda records: b"[" + b",\n".join(records) + b"]", JSON_ROW, JSON_BROKEN, {"cut": cut}),
    "messages_json": Format(quoted, messages, JSON_MESSAGE, MESSAGE_BROKEN, {"cut": cut}),
    "mediawiki_json": Format(quoted, messages, JSON_MESSAGE | {"list": become(b'["x"]')}, MESSAGE_BROKEN, {"cut": cut}),
    "parquet": Format(
        str.encode,
        parquet,
        {"bytes": put(b"", b"\xff"), "null": become(b"null")},
        file={"cut": cut, "length": length_before},
    ),
    "huggingface": Format(
        str.encode,
        arrow,
        {"bytes": put(b"", b"\xff"), "null": become(b"null")},
        file={"cut": cut, "offsets": offsets_before},
        name="data.arrow",
    ),
    "moses": Format(
        str.encode, lines, LINE, {"lost": become(b"one\ntwo"), "all": become(b"")}, name="news.sw", beside=True
    ),
    "gettext": Format(
        lambda text: f'msgstr "{text}"'.encode(),
        catalogue,
        {
            "bytes": put(b'"', b"\xff"),
            "quote": put(b'"', b'mal "'),
            "unterminated": lambda record: record.removesuffix(b'"'),
            "conflict": lambda record: b"<<<<<<< HEAD\n" + record + b"\n=======\n" + record + b"\n>>>>>>> x",
            "mark": put(b"", b"=======\n"),
            "twice": lambda record: record + b"\n" + record,
            "word": become(b"msgstring"),
            "plural": swap(b"msgstr", b"msgstr[x]"),
            "hole": swap(b"msgstr", b"msgstr[1]"),
            "fuzzy": lambda record: b"#, fuzzy\n" + record,
            "placeholders": become(b'msgstr "%(count)d"'),
        },
    ),
    "conllu": Format(
        lambda text: f"# text = {text}".encode(),
        lambda records: b"".join(record + b"\n1\tword\t_\n\n" for record in records),
        {
            "bytes": put(b"= ", b"\xff"),
            "absent": swap(b"text", b"sent_id"),
            "long": become(b"# text = " + b"x" * 200_000),
        },
    ),
    "text": Format(str.encode, lines, LINE, source={"options": {"unit": "line"}, "encoding": "utf-8"}),
    "topics": Format(
        quoted,
        lambda records: b"topics = {\n" + b",\n".join(b"%d: %s" % each for each in enumerate(records)) + b"}",
        {},
        {"quote": put(b'"', b'"'), "bytes": put(b'"', b"\xff"), "nested": become(b"-" * 9_000 + b"1")},
        {"cut": cut},
    ),
    "docstrings": Format(
        indented,
        lines,
        {},
        {"indent": put(b"", b" "), "bytes": put(b'"""', b"\xff"), "null": put(b'"""', b"\0")},
    ),
    "code": Format(str.encode, join, FILE),
    "markdown": Format(str.encode, join, FILE),
    "storybook": Format(str.encode, join, FILE),
    "html": Format(str.encode, join, {"empty": become(b"<p></p>"), "long": become(LONG)}),
}
"""By reader, a format that it reads."""
ONE = [(reader, sort) for reader, each in READERS.items() for sort in each.one]
MORE = [(reader, sort) for reader, each in READERS.items() for sort in [*each.more, *each.file]]


def found(reader: str, data: bytes) -> tuple[list[str], list[Reject]]:
    """Texts and rejects of a file, as `reading` counts them."""
    form = READERS[reader]
    source = SourceConfig.model_validate({"name": "s", "reader": reader, "path": "f", "licence": "x", **form.source})
    file = InputFile(form.name, io.BytesIO(data), 100_000)
    if form.beside:
        file.companions = (InputFile("news.en", io.BytesIO(b"line\n" * len(RECORDS)), 100_000),)
    every = list(UniqueRows(find_reader(source).read(file, source)))
    empty = [
        reject_document(each, "empty text") for each in every if isinstance(each, RawDocument) and not each.text
    ]  # rejected later
    rejects = [each for each in every if isinstance(each, Reject)] + empty
    assert "row twice" not in {each.kind for each in rejects}
    return [each.text for each in every if isinstance(each, RawDocument) and each.text], rejects


@pytest.mark.parametrize("reader", READERS)
def test_without_damage_all_is_read(reader: str) -> None:
    form = READERS[reader]
    expected = RECORDS[:1] if form.build is join else RECORDS
    assert found(reader, form.build([form.record(text) for text in RECORDS])) == (expected, [])


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("reader", "sort"), ONE)
def test_one_bad_record_costs_one_record(reader: str, sort: str, place: int) -> None:
    form = READERS[reader]
    records = [form.record(text) for text in RECORDS]
    place = 0 if form.build is join else place
    records[place] = form.one[sort](records[place])
    texts, rejects = found(reader, form.build(records))
    assert texts == ([] if form.build is join else RECORDS[:place] + RECORDS[place + 1 :])
    assert rejects and (len(rejects) == 1 or reader in ("csv", "gettext"))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("reader", "sort"), MORE)
def test_what_else_is_lost_is_counted(reader: str, sort: str, place: int) -> None:
    form = READERS[reader]
    records = [form.record(text) for text in RECORDS]
    if sort in form.more:
        records[place] = form.more[sort](records[place])
        data = form.build(records)
    else:
        data = form.file[sort](form.build(records), records[place])
    texts, rejects = found(reader, data)
    assert set(texts) <= set(RECORDS) and len(set(texts)) == len(texts)
    assert rejects, "nothing is lost in silence"
    assert len(texts) + sum(each.units for each in rejects) >= len(RECORDS) or any(each.unread for each in rejects)


def test_every_reader_is_in_a_table() -> None:
    """Those of XML and web archives are in the table of `test_one_bad_element`."""
    if importlib.util.find_spec("tests.collect.readers.test_one_bad_element") is None:
        pytest.skip("the other table is not there")
    others = importlib.import_module("tests.collect.readers.test_one_bad_element").READERS
    assert set(BUILT_IN) <= {*READERS, *others}
