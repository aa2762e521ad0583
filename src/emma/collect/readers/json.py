"""Readers of JSON Lines and of JSON that is one value a file.

The source's `fields` say under which keys of a record text and language are. With `text2` among them records are
pairs: `{text = "src", lang = "src_code", text2 = "tgt", lang2 = "tgt_code"}`.
"""

from collections.abc import Iterator
from dataclasses import replace

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile, decode
from emma.collect.formats.json_text import BrokenJSON, DuplicateScan, count_values, find_records, open_json, parse_json
from emma.collect.formats.record import Fields
from emma.collect.readers.reader import Option, always, reader
from emma.collect.records import RawDocument, Reject

BLANK_BYTES = b" \t\xef\xbb\xbf"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
ONE_VALUE_ADVICE = "the file seems to be one JSON value and no lines of them: use the reader 'json'"


@reader(
    rows_are_lines=always,
    reads_lines=True,
    purpose="JSON Lines, an object a line: a document an object, or a pair of translations with `text2` in `fields`",
    language="The key `lang`, or the one that `fields` names for it.",
    suffixes=(".jsonl", ".ndjson"),
    has_fields=True,
    metadata={"*": "a key, with a dot one inside of it"},
    example="""\
path = "news/*.jsonl"
fields = { text = ["title", "body"], lang = "meta.language" }
""",
)
def read_jsonl(file: InputFile, source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """Read JSON Lines: a document a line; a line that is not a JSON object with texts under these keys is rejected."""
    fields = Fields(source)
    keys = DuplicateScan(fields.columns)
    is_one_value: bool | None = None
    for line in file.read_lines():
        if isinstance(line, Reject):
            yield line
        elif content := line[1].strip(BLANK_BYTES):
            if is_one_value is None:  # known from the first line of the file that is not blank
                is_one_value = not file.row and looks_like_one_value(content.removeprefix(BYTE_ORDER_MARK))
            document = _read_line(*line, fields, keys, file)
            if is_one_value and isinstance(document, Reject):
                document = replace(document, detail=f"{document.detail}; {ONE_VALUE_ADVICE}")
            yield document


def looks_like_one_value(first: bytes) -> bool:
    """Whether a file with this first line is one array or one object that goes over several lines."""
    return first.startswith(b"[") or first == b"{"


def _read_line(row: int, line: bytes, fields: Fields, keys: DuplicateScan, file: InputFile) -> RawDocument | Reject:
    """The document in a line, or a reject that says why there is none."""
    if file.encoding is not None:
        text = file.decode(line, row)
        if isinstance(text, Reject):
            return text
        line = text.encode()
    try:
        record = parse_json(line.removeprefix(BYTE_ORDER_MARK), keys)
    except UnicodeDecodeError as error:
        return Reject(row, "invalid UTF-8", f"byte {error.start} ({error.reason})", line)
    except BrokenJSON as error:
        return Reject(row, "broken JSON", str(error), line, units=count_values(line.decode()))
    if not isinstance(record, dict):
        return Reject(row, "missing field", "the line is not a JSON object", line)
    return fields.read_record(row, record, line)


@reader(
    options={
        "records": Option(
            str,
            'The keys that lead to the records, as in "data.paragraphs", through every element of a list on the way. '
            "Unless said, the file is a list of records, or one record.",
        )
    },
    purpose="JSON that is one value a file: a document a record, or a pair of translations with `text2` in `fields`",
    language="The key `lang` of a record, or the one that `fields` names for it.",
    suffixes=(".json",),
    has_fields=True,
    metadata={"*": "a key, with a dot one inside of it"},
    example="""\
path = "quiz/*.json"
fields = { text = "question", lang = "language" }
options = { records = "data.items" }
""",
)
def read_json(file: InputFile, source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """Read JSON that is one value a file: a list of records, or the records that the option `records` leads to.

    `records = "data.paragraphs"` goes down by keys and into every element of a list. Documents are numbered from 1;
    where the JSON is broken, the records before that are read, and the rest is one reject.
    """
    cursor = open_json(file)
    if isinstance(cursor, Reject):
        yield cursor
        return
    fields, row = Fields(source), 0
    path = [key for key in str(source.options.get("records", "")).split(".") if key]
    try:
        for row, (record, raw) in enumerate(find_records(cursor, path), 1):
            yield _read_record(row, record, raw, fields)
        cursor.expect_end()
    except BrokenJSON as error:
        yield cursor.reject_rest(row + 1, error)


def _read_record(row: int, record: object, raw: bytes, fields: Fields) -> RawDocument | Reject:
    """The document in a record, or a reject that says why there is none."""
    if isinstance(text := decode(raw, row), Reject):  # bytes that are no UTF-8 cost the record that they are in
        return text
    if not isinstance(record, dict):
        return Reject(row, "missing field", "the record is not an object", raw)
    return fields.read_record(row, record, raw)
