"""JSON that is one value a file: a list of records, or the records that the option `records` leads to.

`records = "data.paragraphs"` goes down by keys and into every element of a list. The source's `fields` say under
which keys of a record text and language are.
"""

from collections.abc import Iterator

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile, decode
from emma.collect.formats.json_text import BrokenJSON, opened, records
from emma.collect.formats.record import Fields
from emma.collect.records import RawDocument, Reject

OPTIONS = {"records": str}


def read(file: InputFile, source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """One unit a record, numbered from 1; where the JSON is broken, the records before, and a reject for the rest."""
    reading = opened(file)
    if isinstance(reading, Reject):
        yield reading
        return
    fields, row = Fields(source), 0
    path = [key for key in str(source.options.get("records", "")).split(".") if key]
    try:
        for row, (record, raw) in enumerate(records(reading, path), 1):
            yield _unit(row, record, raw, fields)
        reading.end()
    except BrokenJSON as error:
        yield reading.unread(row + 1, error)


def _unit(row: int, record: object, raw: bytes, fields: Fields) -> RawDocument | Reject:
    if isinstance(text := decode(raw, row), Reject):
        return text
    if not isinstance(record, dict):
        return Reject(row, "missing field", "the record is not an object", raw)
    return fields.unit(row, record, raw)
