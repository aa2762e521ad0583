"""The `[collect]` section of a recipe."""

from typing import ClassVar

from emma.section import Section


class CollectConfig(Section):
    """Settings of the collect stage."""

    version: ClassVar[int] = 1
