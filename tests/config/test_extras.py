"""A package that an extra brings: its absence names the extra."""

import pytest

from emma.config.extras import need
from emma.errors import ExtraError


def test_a_missing_extra_is_named() -> None:
    with pytest.raises(ExtraError, match=r"pip install '\.\[train\]'"):
        need("a_package_nobody_has", "train")
