"""Families by code, from a table in Glottolog's form."""

from pathlib import Path

import pytest
import zstandard

from emma.errors import SourceError
from emma.lang.families import read_families

TABLE = """ID,Name,Macroarea,ISO639P3code,Level,Family_ID
atla1278,Atlantic-Congo,Africa,,family,
swah1253,Swahili,Africa,swh,language,atla1278
basq1248,Basque,Eurasia,eus,language,
"""


def test_families_are_named(tmp_path: Path) -> None:
    path = tmp_path / "languages.csv.zst"
    path.write_bytes(zstandard.compress(TABLE.encode()))
    assert read_families(path) == {"swh": "Atlantic-Congo", "eus": "isolate"}


def test_another_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "languages.csv"
    with pytest.raises(SourceError, match="no table of families"):
        read_families(path)
    path.write_text("ID,Name\nx,y\n")
    with pytest.raises(SourceError, match="no column 'ISO639P3code'"):
        read_families(path)
