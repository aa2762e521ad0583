"""The land from a small topology, ring by ring."""

import json
from pathlib import Path

from emma.ui.make_land import decode_arc, draw_ring, read_rings, write_land
from emma.ui.map import read_land

GRID = {"scale": [1.0, 0.5], "translate": [10.0, -5.0]}


def topology(*rings: list[int]) -> dict[str, object]:
    """A square in two arcs, one of which is read backwards, and one far in the south."""
    arcs = [[[0, 0], [20, 0], [0, 40]], [[0, 0], [0, 40], [20, 0]], [[0, -150], [20, 0], [0, 8], [-20, -8]]]
    polygons = {"type": "MultiPolygon", "arcs": [[ring] for ring in rings]}
    return {"arcs": arcs, "transform": GRID, "objects": {"land": {"geometries": [polygons]}}}


def test_arcs_are_sums_of_steps_on_the_grid() -> None:
    assert decode_arc([(0, 0), (20, 0), (0, 40)], GRID) == [(10, -5), (30, -5), (30, 15)]


def test_rings_are_put_together_and_antarctica_is_left_out() -> None:
    assert list(read_rings(topology([0, -2], [2]))) == [[(10, -5), (30, -5), (30, 15), (10, 15), (10, -5)]]


def test_a_ring_is_drawn_in_steps_that_lead_back(tmp_path: Path) -> None:
    source, target = tmp_path / "land.json", tmp_path / "land.path"
    source.write_text(json.dumps(topology([0, -2])))
    write_land(source, target)
    start, steps = target.read_text().strip().removeprefix("M").removesuffix("z").split("l")
    numbers = [int(word) for word in steps.replace("-", " -").split()]
    assert len(numbers) == 6
    assert start == "547 286"
    # The last step is the one that closes the path: three of a square's four are written.
    assert numbers[:2] == [61, 0]


def test_an_island_smaller_than_a_unit_is_left_out() -> None:
    assert draw_ring([(10, 5), (10.1, 5), (10.1, 5.1), (10, 5)]) == ""


def test_the_land_of_the_package_is_closed_rings() -> None:
    rings = read_land().split("M")[1:]
    assert len(rings) > 80
    assert all(ring.endswith("z") for ring in rings)
    assert len(read_land()) < 20_000
