"""JSON Lines, and JSON that is one value a file.

The source's `fields` say under which keys of a record text and language are. With `text2` among them records are
pairs: `{text = "src", lang = "src_code", text2 = "tgt", lang2 = "tgt_code"}`.
"""

from collections.abc import Iterator
from dataclasses import replace

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile, decode
from emma.collect.formats.json_text import BrokenJSON, Keys, loads, opened, records, values_in
from emma.collect.formats.record import Fields
from emma.collect.readers import always, reader
from emma.collect.records import RawDocument, Reject

BLANK = b" \t\xef\xbb\xbf"
MARK = b"\xef\xbb\xbf"
WHOLE = "the file seems to be one JSON value and no lines of them: use the reader 'json'"


@reader(rows_are_lines=always)
def read_jsonl(file: InputFile, source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """One unit a line; a line that is not a JSON object with texts under these keys is a reject."""
    fields = Fields(source)
    keys = Keys(fields.columns)
    is_whole: bool | None = None
    for line in file.read_lines():
        if isinstance(line, Reject):
            yield line
        elif content := line[1].strip(BLANK):
            if is_whole is None:
                is_whole = not file.row and looks_whole(content.removeprefix(MARK))
            unit = _line_unit(*line, fields, keys, file)
            yield replace(unit, detail=f"{unit.detail}; {WHOLE}") if is_whole and isinstance(unit, Reject) else unit


def looks_whole(first: bytes) -> bool:
    """Whether a file with this first line is one array or one object, over several lines."""
    return first.startswith(b"[") or first == b"{"


def _line_unit(row: int, line: bytes, fields: Fields, keys: Keys, file: InputFile) -> RawDocument | Reject:
    if file.encoding is not None:
        text = file.decode(line, row)
        if isinstance(text, Reject):
            return text
        line = text.encode()
    try:
        record = loads(line.removeprefix(MARK), keys)
    except UnicodeDecodeError as error:
        return Reject(row, "invalid UTF-8", f"byte {error.start} ({error.reason})", line)
    except BrokenJSON as error:
        return Reject(row, "broken JSON", str(error), line, units=values_in(line.decode()))
    if not isinstance(record, dict):
        return Reject(row, "missing field", "the line is not a JSON object", line)
    return fields.unit(row, record, line)


@reader(options={"records": str})
def read_json(file: InputFile, source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """One unit a record, numbered from 1; where the JSON is broken, the records before, and a reject for the rest."""
    reading = opened(file)
    if isinstance(reading, Reject):
        yield reading
        return
    fields, row = Fields(source), 0
    path = [key for key in str(source.options.get("records", "")).split(".") if key]
    try:
        for row, (record, raw) in enumerate(records(reading, path), 1):
            yield _record_unit(row, record, raw, fields)
        reading.end()
    except BrokenJSON as error:
        yield reading.unread(row + 1, error)


def _record_unit(row: int, record: object, raw: bytes, fields: Fields) -> RawDocument | Reject:
    if isinstance(text := decode(raw, row), Reject):
        return text
    if not isinstance(record, dict):
        return Reject(row, "missing field", "the record is not an object", raw)
    return fields.unit(row, record, raw)
