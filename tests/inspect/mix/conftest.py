"""A home in which something was packed, as the tests of the mix have it."""

from tests.mix.conftest import make_pack

__all__ = ["make_pack"]
