"""The `[curate]` section of a recipe."""

from typing import ClassVar

from emma.section import Section


class CurateConfig(Section):
    """Settings of the curate stage."""

    version: ClassVar[int] = 1
