"""Make the land of the map: `python -m emma.ui.make_land land-110m.json`, Natural Earth's coasts in TopoJSON.

Of each ring the points are projected and rounded to the map's units; points that fall together, and islands that
become none, are left out. `land.md` says where the coasts are from.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import orjson

from emma.ui.projection import SOUTH, project_line

TARGET = Path(__file__).with_name("land.path")
Ring = Sequence[tuple[float, float]]
"""Longitude and latitude of the corners, in degrees; the last is the first."""


def write_land(source: Path, target: Path = TARGET) -> None:
    """Write the land as the `d` of an SVG path."""
    topology = orjson.loads(source.read_bytes())
    target.write_text("".join(map(draw_ring, read_rings(topology))) + "\n", encoding="ascii", newline="\n")


def read_rings(topology: Any) -> Iterator[Ring]:
    """The rings of all polygons (TopoJSON specification 1.0, sections 2.1.3 and 2.1.4), without Antarctica's."""
    arcs = [decode_arc(arc, topology["transform"]) for arc in topology["arcs"]]
    for shape in topology["objects"]["land"]["geometries"]:
        for indices in (ring for polygon in shape["arcs"] for ring in polygon):
            # An index below zero is an arc read backwards; each arc begins where the one before it ends.
            parts = [arcs[index] if index >= 0 else arcs[~index][::-1] for index in indices]
            ring = [point for part in parts for point in part[:-1]] + parts[0][:1]
            if max(latitude for _, latitude in ring) > SOUTH:
                yield ring


def decode_arc(arc: Iterable[tuple[int, int]], transform: Any) -> list[tuple[float, float]]:
    """The points of an arc, which is written as steps on a grid."""
    steps = accumulate(arc, lambda point, step: (point[0] + step[0], point[1] + step[1]))
    (wide, high), (left, low) = transform["scale"], transform["translate"]
    return [(x * wide + left, y * high + low) for x, y in steps]


def draw_ring(ring: Ring) -> str:
    """A ring as a closed path of steps between whole numbers; empty where fewer than three points are left."""
    corners = [(round(x), round(y)) for x, y in project_line(ring)]
    steps = [(x - left, y - top) for (left, top), (x, y) in pairwise(corners) if (x, y) != (left, top)]
    if len(steps) < 3:
        return ""
    # A minus sign parts two numbers as a space does.
    drawn = " ".join(f"{x} {y}" for x, y in steps[:-1]).replace(" -", "-")
    return f"M{corners[0][0]} {corners[0][1]}l{drawn}z"


if __name__ == "__main__":
    write_land(Path(sys.argv[1]))
