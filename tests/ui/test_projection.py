"""The projection, against the bounds that EPSG:8857 has, and against what it promises: areas keep their size."""

import math

import pytest

from emma.ui import projection
from emma.ui.projection import HEIGHT, MIDDLE, NORTH, SCALE, SOUTH, WIDTH, project, project_line, turn_near

AUTHALIC_RADIUS = 6371007.181
"""Metres: the radius of a sphere with WGS 84's surface."""


def test_the_sphere_ends_where_epsg_says() -> None:
    """EPSG:8857 (Equal Earth Greenwich): 17243959.06 m to the east, 8392927.60 m to the north."""
    assert projection._project_sphere(180, 0)[0] * AUTHALIC_RADIUS == pytest.approx(17243959.06, abs=0.01)
    assert projection._project_sphere(0, 90)[1] * AUTHALIC_RADIUS == pytest.approx(8392927.60, abs=0.01)


@pytest.mark.parametrize("latitude", [-55, -8, 0, 23.5, 45, 69])
@pytest.mark.parametrize("longitude", [-120, 11, 37, 168])
def test_areas_keep_their_size(longitude: float, latitude: float) -> None:
    step = 1e-4
    x, y = project(longitude, latitude)
    east, north = project(longitude + step, latitude), project(longitude, latitude + step)
    drawn = abs((east[0] - x) * (north[1] - y) - (east[1] - y) * (north[0] - x)) / SCALE**2
    assert drawn == pytest.approx(math.radians(step) ** 2 * math.cos(math.radians(latitude)), rel=1e-4)


def test_the_map_is_filled() -> None:
    assert project(MIDDLE, 0)[0] == WIDTH / 2
    assert project(MIDDLE - 180, 0)[0] == pytest.approx(0)
    assert project(MIDDLE, NORTH)[1] == pytest.approx(0)
    assert project(MIDDLE, SOUTH)[1] == pytest.approx(HEIGHT)
    assert project(180, 5) == pytest.approx(project(-180, 5))


def test_samoa_stands_beside_fiji_and_hawaii_at_the_other_edge() -> None:
    assert project(-172, -14)[0] > project(178, -18)[0] > WIDTH * 0.9
    assert project(-155, 20)[0] < WIDTH * 0.1


def test_an_island_at_the_edge_stays_whole() -> None:
    """Saint Lawrence Island, from 171.8 to 168.7 degrees west, lies on both sides of the edge."""
    west, east = (x for x, _ in project_line([(-171.8, 63.5), (-168.7, 63.3)]))
    assert 0 < east - west < 10
    assert turn_near(-179.0, 179.0) == 181.0
    assert turn_near(190.0, 0.0) == -170.0
