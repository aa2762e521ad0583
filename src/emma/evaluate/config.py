"""The `[evaluate]` section of a recipe."""

from typing import ClassVar

from emma.section import Section


class EvaluateConfig(Section):
    """Settings of the evaluate stage."""

    version: ClassVar[int] = 1
