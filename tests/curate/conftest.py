"""The bench for every test here."""

from tests.curate.corpus import bench

__all__ = ["bench"]
