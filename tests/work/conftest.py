"""A real Ray with two cores, started once for all tests that want it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from emma.work.on_ray import OnRay


@pytest.fixture(scope="package")
def said_by_ray() -> list[str]:
    """What the Ray executor told its user."""
    return []


@pytest.fixture(scope="package")
def ray(said_by_ray: list[str]) -> "Iterator[OnRay]":
    pytest.importorskip("ray", reason="needs the ray extra")
    from emma.work.on_ray import OnRay

    with OnRay(workers=2, say=said_by_ray.append) as executor:
        yield executor
