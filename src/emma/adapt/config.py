"""The `[adapt]` section of a recipe."""

from typing import ClassVar

from emma.section import Section


class AdaptConfig(Section):
    """Settings of the adapt stage."""

    version: ClassVar[int] = 1
