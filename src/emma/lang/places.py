"""Where languages are spoken: a point, a macroarea and a family of each ISO 639-3 code, from Glottolog (CC BY 4.0).

The table beside this file is made by `python -m emma.lang.make_places`; `places.md` says from what. A point is the one
that Glottolog gives a language: near its middle or where it came from, and not where all its speakers live. A
macrolanguage, which Glottolog does not have, stands where a member of it does.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from emma.lang.cldr import representative
from emma.lang.macro import members_of

TABLE = Path(__file__).with_name("places.tsv")
UNKNOWN = ""


@dataclass(frozen=True)
class Place:
    """What Glottolog says of a language. Texts are empty, and the point is None, where it says nothing."""

    glottocode: str
    latitude: float | None
    """Degrees north."""
    longitude: float | None
    """Degrees east, from -180 to 180."""
    macroarea: str
    """Glottolog's (Hammarström and Donohue 2014): of much the same size as areas of language contact."""
    family: str
    """The name of its top-level family; `isolate` where it is alone in its own."""

    @property
    def point(self) -> tuple[float, float] | None:
        """Longitude and latitude, in degrees; None where they are not known."""
        return None if self.latitude is None or self.longitude is None else (self.longitude, self.latitude)


NOWHERE = Place(UNKNOWN, None, None, UNKNOWN, UNKNOWN)


@lru_cache(maxsize=16_384)
def find_place(iso639_3: str) -> Place:
    """The place of a language; of a macrolanguage that of the member that stands for it; NOWHERE where none is known.

    The member is CLDR's representative (`arb` of `ara`), else the one nearest to the middle of all.
    """
    table = read_places()
    if iso639_3 in table:
        return table[iso639_3]
    if (members := [member for member in members_of(iso639_3) if member in table]) == []:
        return NOWHERE
    main = representative(iso639_3)
    return table[main] if main in table else find_middle([table[member] for member in members])


def find_middle(places: Sequence[Place]) -> Place:
    """The place nearest to the middle of all, on the sphere; the first of those without a point if none has one."""
    known = [place for place in places if place.point]
    if not known:
        return places[0]
    directions = [_to_direction(place) for place in known]
    middle = [sum(axis) for axis in zip(*directions, strict=True)]
    # Unit vectors: the larger the product, the smaller the angle to the middle.
    nearness = [sum(a * b for a, b in zip(direction, middle, strict=True)) for direction in directions]
    return known[nearness.index(max(nearness))]


def _to_direction(place: Place) -> tuple[float, float, float]:
    east, north = (math.radians(degrees) for degrees in place.point or (0.0, 0.0))
    return math.cos(north) * math.cos(east), math.cos(north) * math.sin(east), math.sin(north)


@lru_cache(maxsize=1)
def read_places() -> Mapping[str, Place]:
    """The place of each ISO 639-3 code that Glottolog has."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines[1:])
    return {iso: _read_place(*fields) for iso, *fields in rows}


def _read_place(glottocode: str, latitude: str, longitude: str, macroarea: str, family: str) -> Place:
    north, east = (float(text) if text else None for text in (latitude, longitude))
    return Place(glottocode, north, east, macroarea, family)
