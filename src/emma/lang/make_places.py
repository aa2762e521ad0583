"""Make the table of places from Glottolog: `python -m emma.lang.make_places languages.csv`, plain or in zstandard.

A language without a point has that of the closest languoid above it that has an ISO 639-3 code: a variety with a code
of its own stands where its language does. Codes that Glottolog keeps for its books only are left out.
"""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from emma.lang.families import ISOLATE, read_rows
from emma.lang.places import TABLE

COLUMNS = ("iso639_3", "glottocode", "latitude", "longitude", "macroarea", "family")
NO_FAMILIES = ("Bookkeeping",)
"""Groups of Glottolog's that hold what it has found to be no language, or another one."""
DIGITS = 2
"""Decimals of degrees: about a kilometre, and a tenth of a pixel of a map of the world."""

Languoid = Mapping[str, str]


def make_table(languoids: Iterable[Languoid]) -> list[tuple[str, ...]]:
    """The rows of the table, sorted by code, from those of Glottolog's `languages.csv` (CLDF)."""
    known = {languoid["ID"]: languoid for languoid in languoids}
    families = {code: row["Name"] for code, row in known.items()}
    rows = []
    for languoid in known.values():
        family = families.get(languoid["Family_ID"], languoid["Name"] if languoid["Level"] == "family" else ISOLATE)
        if languoid["ISO639P3code"] and family not in NO_FAMILIES:
            source = find_located(languoid, known)
            degrees = [shorten_degrees(source[axis]) for axis in ("Latitude", "Longitude")]
            area = languoid["Macroarea"] or source["Macroarea"]
            rows.append((languoid["ISO639P3code"], languoid["Glottocode"], *degrees, area, family))
    return sorted(rows)


def find_located(languoid: Languoid, known: Mapping[str, Languoid]) -> Languoid:
    """The languoid if it has a point, else the language that it is a variety of."""
    return languoid if languoid["Latitude"] else known.get(languoid["Language_ID"], languoid)


def shorten_degrees(text: str) -> str:
    """Degrees with a few decimals, and no zeros at their end; empty where none are known."""
    return f"{float(text):.{DIGITS}f}".rstrip("0").rstrip(".") if text else ""


def write_table(source: Path, target: Path = TABLE) -> None:
    """Write the table. Raises SourceError where the file is not there, or is not Glottolog's."""
    rows = [COLUMNS, *make_table(read_rows(source))]
    target.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write_table(Path(sys.argv[1]))
