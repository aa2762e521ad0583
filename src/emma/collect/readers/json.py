"""JSON that is one value a file: a list of records, or the records that the option `records` leads to.

`records = "data.paragraphs"` goes down by keys and into every element of a list. The source's `fields` say under
which keys of a record text and language are.
"""

from collections.abc import Iterator

import orjson

from emma.collect.config import SourceConfig
from emma.collect.record import Fields, values
from emma.collect.streams import InputFile
from emma.collect.unit import Bad, Unit

OPTIONS = {"records": str}


def read(file: InputFile, source: SourceConfig) -> Iterator[Unit | Bad]:
    """One unit a record, numbered from 1."""
    content = file.text()
    if isinstance(content, Bad):
        yield content
        return
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        yield Bad(0, "broken JSON", str(error), content.encode())
        return
    fields = Fields(source)
    for row, record in enumerate(values(found, str(source.options.get("records", ""))), 1):
        if isinstance(record, dict):
            yield fields.unit(row, record, orjson.dumps(record))
        else:
            yield Bad(row, "missing field", "the record is not an object", orjson.dumps(record))
