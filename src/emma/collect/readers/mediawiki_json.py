"""Messages of MediaWiki's interface: a flat JSON object a language, named after its wiki code (`be-tarask.json`).

A file without `@metadata` is not certain to be one of them: its name counts where it is unmistakable.

Messages keep their markup and parameters; those that are nothing else (`$1 ($2)`) are rejected.
"""

from collections.abc import Iterator

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile
from emma.collect.formats.json_text import BrokenJSON
from emma.collect.formats.messages import json_message, opened_object, outermost
from emma.collect.records import RawDocument, Reject

METADATA = "@metadata"
"""The key under which MediaWiki's files name their translators; what has it is named as MediaWiki names files."""


def read(file: InputFile, source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """One unit a message, in the file's order; `@metadata` names the translators and is left out."""
    reading = opened_object(file)
    if isinstance(reading, Reject):
        yield reading
        return
    code = file.plain_name.stem if source.lang_from is None and METADATA in outermost(reading) else ""
    seen, row = set[str](), 0
    try:
        for row, key in enumerate(map(str, reading.items()), 1):
            reading.peek()
            start, value = reading.at, reading.value()
            if key != METADATA:
                raw = reading.since(start)
                yield json_message(row, key, value, raw, code, is_again=key in seen)
            seen.add(key)
        reading.end()
    except BrokenJSON as error:
        yield reading.unread(row + 1, error)
