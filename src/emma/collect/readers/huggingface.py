"""Data sets of the Hugging Face world: streamed from the hub, or a folder that `save_to_disk` wrote.

`path = "hub:owner/name@revision"` streams a split through `datasets`; the options `config` and `split` ("train" unless
said) choose it. `path = "folder"` takes the Arrow files that the folder's state names, or the Parquet files below it.
"""

from collections.abc import Iterator

import pyarrow as pa

from emma.collect import arrow, hub
from emma.collect.config import SourceConfig
from emma.collect.readers import parquet
from emma.collect.record import Fields
from emma.collect.streams import InputFile
from emma.collect.unit import Bad, Unit

OPTIONS = {"config": str, "split": str}


def read(file: InputFile, source: SourceConfig) -> Iterator[Unit | Bad]:
    """One unit a row, in order."""
    if hub.is_hub(file.location):
        fields = Fields(source)
        for row, record in enumerate(hub.rows(file.location), 1):
            yield arrow.unit(fields, row, record)
    elif file.inner.suffix == ".parquet":
        yield from parquet.read(file, source)
    else:
        yield from _saved(file, source)


def _saved(file: InputFile, source: SourceConfig) -> Iterator[Unit | Bad]:
    """A file of Arrow batches, one after the other, as `datasets` writes them."""
    try:
        stream = pa.ipc.open_stream(file.stream)
    except arrow.BROKEN as error:
        yield arrow.broken(0, error)
        return
    columns = arrow.wanted(stream.schema, source)
    if isinstance(columns, Bad):
        yield columns
    else:
        yield from arrow.units(stream, columns, source)
