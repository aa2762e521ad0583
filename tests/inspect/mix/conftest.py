"""A home in which something was packed, as the tests of the mix have it, and a recipe for it."""

from pathlib import Path

import pytest

from tests.mix.conftest import make_pack

__all__ = ["make_pack"]

RECIPE = """
[mix]
tokens = 1_600
sequence_length = 16
max_epochs = 9
[[mix.stages]]
name = "broad"
share = 0.75
strategy = "unimax"
[[mix.stages]]
name = "late"
share = 0.25
[train]
batch_tokens = 100
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "little.toml"
    path.write_text(RECIPE, encoding="utf-8")
    return path
