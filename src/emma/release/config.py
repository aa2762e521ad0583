"""The `[release]` section of a recipe."""

from typing import ClassVar

from emma.section import Section


class ReleaseConfig(Section):
    """Settings of the release stage."""

    version: ClassVar[int] = 1
