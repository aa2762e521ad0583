"""Files of texts for other programs: Parquet, JSON Lines compressed with Zstandard, and plain text."""

import re
import shutil
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path

import orjson
import pyarrow as pa
import zstandard

from emma.store.shards import FAST, SMALL, ShardWriter, TableWriter

BLANK_LINES = re.compile(r"\n\s*\n")
LINE_ENDS = re.compile(r"\s*[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]\s*")
"""All that Python, or another program, takes for the end of a line, with the space around it."""

ROWS_AT_ONCE = 1_000
"""Rows that are Python objects at the same time."""


class JsonLinesWriter:
    """Rows as JSON objects, a line each, null where a column has nothing; one frame of Zstandard.

    A compressor holds more than a megabyte for as long as its frame is open, and a task has hundreds of languages. So
    lines go into a file beside it, in frames of their own, and are compressed as one when it is closed.
    """

    def __init__(self, path: Path, _schema: pa.Schema) -> None:
        self._path, self._pieces = path, path.with_name(f"{path.name}.pieces")
        self._pieces.touch()

    def add_table(self, table: pa.Table) -> None:
        """Add the rows of a table; no file stays open."""
        with zstandard.open(self._pieces, "ab", cctx=zstandard.ZstdCompressor(level=FAST)) as stream:
            for batch in table.to_batches(ROWS_AT_ONCE):
                for row in batch.to_pylist():
                    stream.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))

    def close(self) -> None:
        """Compress what was added; the file is complete afterwards."""
        with (
            self._pieces.open("rb") as pieces,
            zstandard.ZstdDecompressor().stream_reader(pieces, read_across_frames=True) as lines,
            zstandard.open(self._path, "wb", cctx=zstandard.ZstdCompressor(level=SMALL)) as stream,
        ):
            shutil.copyfileobj(lines, stream)
        self._pieces.unlink()


class TextFileWriter:
    """Texts alone, an empty line between two: no empty line stands within one, so the reader `text` finds them again
    with `unit = "paragraph"`.

    Pairs go into two files beside it, a line each, as Moses has them: `train.khm_Khmr-bod_Tibt.khm_Khmr`.
    """

    def __init__(self, path: Path, _schema: pa.Schema) -> None:
        self._path = path

    def add_table(self, table: pa.Table) -> None:
        """Add the texts of a table; no file stays open, since a language may have pairs with a thousand others."""
        texts: dict[str, list[str]] = defaultdict(list)
        for row in table.select(["text", "lang", "text2", "lang2"]).to_pylist():
            if row["text2"] is None:
                texts["txt"].append(BLANK_LINES.sub("\n", row["text"].strip()) + "\n\n")
                continue
            for side in ("", "2"):
                suffix = f"{row['lang']}-{row['lang2']}.{row[f'lang{side}']}"
                texts[suffix].append(LINE_ENDS.sub(" ", row[f"text{side}"].strip()) + "\n")
        for suffix, lines in texts.items():
            with self._path.with_suffix(f".{suffix}").open("a", encoding="utf-8", newline="\n") as stream:
                stream.writelines(lines)

    def close(self) -> None:
        """Nothing is left to write."""


def open_parquet(path: Path, schema: pa.Schema) -> ShardWriter:
    """A writer of Parquet, compressed harder than shards of the store: written once, and downloaded often."""
    return ShardWriter(path, schema, SMALL)


FORMATS: Mapping[str, Callable[[Path, pa.Schema], TableWriter]] = {
    "parquet": open_parquet,
    "jsonl.zst": JsonLinesWriter,
    "txt": TextFileWriter,
}
"""Writers by the end of the files' names."""
