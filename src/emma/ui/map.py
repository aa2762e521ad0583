"""A map of the world with a dot for each language: coloured by what became of it, sized by its text, linked to its row.

All in one figure of SVG and HTML: the land is drawn in `land.path`, the style stands in `map.css`, and `map.js` makes
the dots one stop of the tab key, between which arrow keys move, and shows one part of the world at a time. Without
script each dot is a link, and a link before them leads past them all.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path

from emma.lang.language import Lang
from emma.lang.places import find_place
from emma.lang.tiers import SIZE_BANDS, size_band
from emma.ui.numerals import MINUS, format_count, format_signed
from emma.ui.projection import HEIGHT, WIDTH, project
from emma.ui.scale import COLOURS, STEPS, UNMEASURED, UNSURE, ColourScale, choose_scale

HERE = Path(__file__).parent
SIZES_SHOWN = (0, 2, 5)
"""Size bands that the legend has a dot of."""
GREYS = {UNSURE: "interval includes zero, or none", UNMEASURED: "not measured"}
DOT_GAP = 4.0
"""Units of the map between dots at one place, as those of a language in two scripts."""
CREDIT = "Places: Glottolog, CC BY 4.0. Land: Natural Earth. Projection: Equal Earth."
FEW = 200
"""Languages up to which there is room for larger dots."""
GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))
WHOLE = f"0 0 {WIDTH:g} {HEIGHT:.0f}"
VIEWS: Mapping[str, tuple[float, float, float, float]] = {
    "Africa": (-20, -36, 55, 38),
    "Europe": (-25, 34, 60, 72),
    "Asia": (55, -10, 150, 60),
    "Pacific": (92, -48, 190, 22),
    "Americas": (-130, -57, -30, 62),
}
"""Parts of the world that are shown alone: west, south, east and north, in degrees."""


@dataclass(frozen=True)
class MapPoint:
    """A language on the map."""

    lang: str
    """Its label; the dot is linked to `#label`."""
    value: float | None
    """What colours it, in the unit of the map: above zero is better. None where it was not measured."""
    size: int
    """UTF-8 bytes of its text."""
    is_unsure: bool = False
    """Whether the interval of the value includes zero, or is missing."""


def draw_map(
    points: Sequence[MapPoint],
    title: str,
    unit: str = "",
    past: str = "after-map",
    ends: tuple[str, str] = ("worse", "better"),
) -> str:
    """The map with its legend, as HTML; empty where no language has a place.

    `title` is what a screen reader says of it, `past` the element that comes after it, and `ends` are the words for
    what is below and above zero. The languages without a
    place, such as Toki Pona, are named below.
    """
    placed = [point for point in points if find_place(Lang.parse(point.lang).iso639_3).point]
    if not placed:
        return ""
    scale = choose_scale((point.value for point in placed if point.value is not None and not point.is_unsure), unit)
    kind = "map few" if len(placed) < FEW else "map"
    size = f'viewBox="{WHOLE}" width="{WIDTH:g}" height="{HEIGHT:.0f}"'
    return "\n".join(
        [
            f'<figure class="{kind}"><a class="skip" href="#{escape(past)}">Skip the map</a>',
            draw_views(),
            f'<svg {size} role="group" aria-label="{escape(title)}">',
            f'<path class="land" d="{read_land()}"/>',
            *draw_dots(placed, scale),
            "</svg>",
            '<figcaption><p class="legend">',
            *draw_legend(placed, scale, ends),
            "</p>",
            *list_absent(points, placed),
            f"<p>{CREDIT}</p>",
            f'</figcaption><span id="{escape(past)}"></span>',
            "</figure>",
        ]
    )


def draw_views() -> str:
    """The buttons that show a part of the world, for `map.js`; hidden without it."""
    boxes = {"World": WHOLE, **{name: find_box(*corners) for name, corners in VIEWS.items()}}
    buttons = (
        f'<button type="button" data-box="{box}" aria-pressed="{str(box == WHOLE).lower()}">{name}</button>'
        for name, box in boxes.items()
    )
    return f'<div class="views" role="group" aria-label="Part of the world" hidden>{"".join(buttons)}</div>'


def find_box(west: float, south: float, east: float, north: float) -> str:
    """The `viewBox` that holds a part of the world."""
    sides = [project(longitude, latitude) for longitude in (west, east) for latitude in (south, 0, north)]
    left, right = min(x for x, _ in sides), max(x for x, _ in sides)
    top, bottom = project(0, north)[1], project(0, south)[1]
    return f"{left:.0f} {top:.0f} {right - left:.0f} {bottom - top:.0f}"


@lru_cache(maxsize=1)
def read_land() -> str:
    """The land as the `d` of a path."""
    return (HERE / "land.path").read_text(encoding="ascii").strip()


def draw_dots(points: Sequence[MapPoint], scale: ColourScale) -> Iterator[str]:
    """The dots in groups of one size and colour: what was not measured lies beneath, and small dots on large ones."""
    names = name_points(points)
    groups: dict[tuple[bool, int, str], list[str]] = defaultdict(list)
    for point, (x, y) in place_points(points).items():
        band = SIZE_BANDS.index(size_band(point.size))
        tip = f"{names[point]} {format_value(point.value, scale.unit)}".rstrip()
        dot = f'<a href="#{point.lang}"><title>{escape(tip)}</title><circle cx="{x:.0f}" cy="{y:.0f}"/></a>'
        groups[point.value is not None, -band, scale.find_class(point.value, point.is_unsure)].append(dot)
    for (_, band, colour), dots in sorted(groups.items()):
        yield f'<g class="s{-band} {colour}">{"".join(dots)}</g>'


def name_points(points: Iterable[MapPoint]) -> dict[MapPoint, str]:
    """The name of each language, with its script where another one on the map has the same name."""
    langs = {point: Lang.parse(point.lang) for point in points}
    count = Counter(lang.name for lang in langs.values())
    return {
        point: f"{lang.name} ({lang.script})" if count[lang.name] > 1 else lang.name for point, lang in langs.items()
    }


def format_value(value: float | None, unit: str) -> str:
    """A value in two or three digits, with its sign and unit; empty where there is none."""
    if value is None:
        return ""
    digits = 0 if abs(value) >= 10 else 1 if abs(value) >= 1 else 3
    return f"{format_signed(value, digits)} {unit}".rstrip()


def place_points(points: Iterable[MapPoint]) -> dict[MapPoint, tuple[float, float]]:
    """Where each language stands; of those at one place the others stand around the one with the most text."""
    crowds: dict[tuple[int, int], int] = Counter()
    places = {}
    for point in sorted(points, key=lambda point: (-point.size, point.lang)):
        x, y = project(*(find_place(Lang.parse(point.lang).iso639_3).point or (0.0, 0.0)))
        cell = round(x), round(y)
        # As seeds in a sunflower: the n-th at the root of n, a golden angle on from the one before.
        reach, angle = DOT_GAP * math.sqrt(crowds[cell]), crowds[cell] * GOLDEN_ANGLE
        crowds[cell] += 1
        places[point] = x + reach * math.cos(angle), y + reach * math.sin(angle)
    return places


def draw_legend(placed: Sequence[MapPoint], scale: ColourScale, ends: tuple[str, str]) -> Iterator[str]:
    """What colours and sizes stand for."""
    present = {scale.find_class(point.value, point.is_unsure) for point in placed}
    yield draw_colours([at for at, name in enumerate(COLOURS) if name in present], scale, ends)
    yield from (f'<span class="key {name}">{words}</span>' for name, words in GREYS.items() if name in present)
    yield from (f'<span class="key size s{band}">{escape(SIZE_BANDS[band])}</span>' for band in SIZES_SHOWN)


def draw_colours(present: Sequence[int], scale: ColourScale, ends: tuple[str, str]) -> str:
    """The colours from the worst to the best there is, side by side, with the values between neighbours."""
    if not present:
        return ""
    # Zero is always there: one colour on either side of it at least.
    first, last = min(STEPS - 1, *present), max(STEPS, *present)
    borders = [*map(_format_border, scale.signed_borders), ""]
    cells = "".join(
        f'<span class="{COLOURS[at]}"><i>{borders[at] if at < last else ""}</i></span>' for at in range(first, last + 1)
    )
    below, above = ends[0], f"{ends[1]}, {scale.unit}" if scale.unit else ends[1]
    return f'<span class="colours"><span>{escape(below)}</span>{cells}<span>{escape(above)}</span></span>'


def list_absent(points: Sequence[MapPoint], placed: Iterable[MapPoint]) -> Iterator[str]:
    """The languages that are nowhere on the map, if any."""
    if absent := sorted({*points} - {*placed}, key=points.index):
        names = name_points(absent).items()
        links = ", ".join(f'<a href="#{point.lang}"><bdi>{escape(name)}</bdi></a>' for point, name in names)
        yield f"<p>{format_count(len(absent))} without a place on the map: {links}.</p>"


def _format_border(value: float) -> str:
    return f"{value:+g}".replace("-", MINUS) if value else "0"


def map_style() -> str:
    """The style of the map; it needs that of `ui.html.page_style` before it."""
    return (HERE / "map.css").read_text(encoding="utf-8")


def map_script() -> str:
    """The script of the map."""
    return (HERE / "map.js").read_text(encoding="utf-8")
