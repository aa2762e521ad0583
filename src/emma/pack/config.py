"""The `[pack]` section of a recipe."""

from typing import ClassVar

from emma.section import Section


class PackConfig(Section):
    """Settings of the pack stage."""

    version: ClassVar[int] = 1
