"""The `[mix]` section of a recipe."""

from typing import ClassVar

from emma.section import Section


class MixConfig(Section):
    """Settings of the mix stage."""

    version: ClassVar[int] = 1
