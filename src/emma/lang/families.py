"""Families of languages from the edition of Glottolog's table that a recipe names: they are a matter of research.

`emma.lang.places` has those of the edition that EMMA brings, for maps and filters.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path

import zstandard

from emma.errors import SourceError

ISOLATE = "isolate"
COLUMNS = ("ID", "Name", "ISO639P3code", "Family_ID")


def read_families(path: Path) -> Mapping[str, str]:
    """The family of each ISO 639-3 code, by name, from Glottolog's `languages.csv` (CLDF), plain or in zstandard.

    Raises SourceError where the file is not there, or lacks a column.
    """
    rows = list(read_rows(path))
    if missing := [name for name in COLUMNS if rows and name not in rows[0]]:
        raise SourceError(f"{path} has no column '{missing[0]}'. Take languages.csv from Glottolog's CLDF data.")
    names = {row["ID"]: row["Name"] for row in rows}
    return {row["ISO639P3code"]: names.get(row["Family_ID"], ISOLATE) for row in rows if row["ISO639P3code"]}


def read_rows(path: Path) -> Iterator[dict[str, str]]:
    """Read the rows of Glottolog's `languages.csv`. Raises SourceError where the file is not there."""
    if not path.is_file():
        raise SourceError(f"There is no table of families at {path}. Take languages.csv from Glottolog's CLDF data.")
    with path.open("rb") as stream:
        source = zstandard.ZstdDecompressor().stream_reader(stream) if path.suffix == ".zst" else stream
        yield from csv.DictReader(io.TextIOWrapper(source, encoding="utf-8", newline=""))
