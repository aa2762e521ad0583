"""The map of the report: what every language gained, where it is spoken.

Dots are coloured by the gain as a share of the base's bits per byte: a byte says less in Devanagari than in
Latin, so that differences of bits per byte cannot be compared between scripts.
"""

from collections.abc import Sequence

from emma.lang.coverage import is_language
from emma.report.languages import LanguageRow
from emma.ui.map import MapPoint, draw_map

ENDS = ("loss", "gain in bits per byte")
"""What the colours of the map go from, and to."""


def draw_world(rows: Sequence[LanguageRow]) -> str:
    """A figure in HTML with a dot for each language, linked to `#label`; empty where none has a place.

    A page that has it needs `ui.map.map_style` and `map_script` too.
    """
    points = [make_point(row) for row in rows if is_language(row.lang)]
    languages = "1 language" if len(points) == 1 else f"{len(points)} languages"
    return draw_map(points, f"World map of {languages}, coloured by the gain in bits per byte", "%", ends=ENDS)


def make_point(row: LanguageRow) -> MapPoint:
    """A language on the map; grey where it is not sure that it gained or lost."""
    return MapPoint(row.lang, row.gain_percent, row.train_bytes, row.verdict == "unsure")
