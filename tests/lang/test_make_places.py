"""The table of places from Glottolog's: made again it is the same."""

from pathlib import Path

import pytest

from emma.lang.make_places import make_table, shorten_degrees, write_table
from emma.lang.places import TABLE

GLOTTOLOG = Path(__file__).parents[3] / "shared" / "data" / "ref" / "glottolog" / "languages.csv.zst"


def languoid(code: str, iso: str = "", **more: str) -> dict[str, str]:
    empty = dict.fromkeys(("Macroarea", "Latitude", "Longitude", "Family_ID", "Language_ID"), "")
    return {
        "ID": code,
        "Glottocode": code,
        "Name": code.title(),
        "ISO639P3code": iso,
        "Level": "language",
        **empty,
        **more,
    }


def test_a_variety_stands_with_its_language_and_bookkeeping_is_left_out() -> None:
    rows = make_table(
        [
            languoid("book", Level="family", Name="Bookkeeping"),
            languoid("fami", "xfa", Level="family"),
            languoid("lang", "xla", Latitude="-8.25700", Longitude="10.0", Macroarea="Africa", Family_ID="fami"),
            languoid("vari", "xva", Level="dialect", Language_ID="lang", Family_ID="fami"),
            languoid("gone", "xgo", Family_ID="book"),
            languoid("lone", "xlo"),
            languoid("unna"),
        ]
    )
    assert rows == [
        ("xfa", "fami", "", "", "", "Fami"),
        ("xla", "lang", "-8.26", "10", "Africa", "Fami"),
        ("xlo", "lone", "", "", "", "isolate"),
        ("xva", "vari", "-8.26", "10", "Africa", "Fami"),
    ]


@pytest.mark.parametrize(("text", "short"), [("", ""), ("0.004", "0"), ("100.0", "100"), ("-0.5", "-0.5")])
def test_degrees_are_short(text: str, short: str) -> None:
    assert shorten_degrees(text) == short


@pytest.mark.skipif(not GLOTTOLOG.exists(), reason="../shared/data is not here")
def test_the_table_is_what_glottolog_says(tmp_path: Path) -> None:
    write_table(GLOTTOLOG, tmp_path / "places.tsv")
    assert (tmp_path / "places.tsv").read_bytes() == TABLE.read_bytes()
