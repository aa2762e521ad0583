"""The Equal Earth projection: a map on which areas keep their size, and the density of dots its meaning.

Šavrič, Patterson and Jenny 2018, The Equal Earth map projection, International Journal of Geographical Information
Science 33 (3), equations 1 and 2.
"""

import math
from collections.abc import Sequence

A1, A2, A3, A4 = 1.340264, -0.081106, 0.000893, 0.003796
MIDDLE = 11.0
"""The meridian in the middle, degrees east: the edges of the map then run through the Bering Strait, and part no land
but a little ice, and the islands of the Pacific stand side by side."""
WIDTH = 1100.0
"""Units of the map, about a pixel each on a wide screen: dots and coasts stand at whole numbers."""
NORTH, SOUTH = 84.0, -57.0
"""Parallels at which the map ends: beyond them nobody lives. Degrees."""


def project(longitude: float, latitude: float) -> tuple[float, float]:
    """A point in degrees as x and y on the map, 0 to WIDTH from west to east and 0 to HEIGHT from north to south."""
    return project_line([(longitude, latitude)])[0]


def project_line(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The points of a line, of which none is torn away from the one before it: an island at the edge stays whole."""
    placed, near = [], 0.0
    for longitude, latitude in points:
        near = turn_near(longitude - MIDDLE, near)
        x, y = _project_sphere(near, latitude)
        placed.append((WIDTH / 2 + x * SCALE, (TOP - y) * SCALE))
    return placed


def turn_near(degrees: float, near: float) -> float:
    """The same angle, less than half a turn away from another: from -180 up to 180, if that is 0."""
    return (degrees - near + 180) % 360 - 180 + near


def _project_sphere(longitude: float, latitude: float) -> tuple[float, float]:
    """The projection itself, for a sphere of radius 1 and degrees from the middle meridian; up is more."""
    theta = math.asin(math.sqrt(3) / 2 * math.sin(math.radians(latitude)))
    slope = 9 * A4 * theta**8 + 7 * A3 * theta**6 + 3 * A2 * theta**2 + A1
    x = 2 * math.sqrt(3) / 3 * math.radians(longitude) * math.cos(theta) / slope
    return x, A4 * theta**9 + A3 * theta**7 + A2 * theta**3 + A1 * theta


SCALE = WIDTH / (2 * _project_sphere(180.0, 0.0)[0])
TOP = _project_sphere(0.0, NORTH)[1]
HEIGHT = (TOP - _project_sphere(0.0, SOUTH)[1]) * SCALE
