"""The `[vocab]` section of a recipe."""

from typing import ClassVar

from emma.section import Section


class VocabConfig(Section):
    """Settings of the vocab stage."""

    version: ClassVar[int] = 1
