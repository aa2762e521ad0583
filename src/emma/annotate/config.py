"""The `[annotate]` section of a recipe."""

from typing import ClassVar

from emma.section import Section


class AnnotateConfig(Section):
    """Settings of the annotate stage. It has none: it measures, and `[curate]` decides."""

    version: ClassVar[int] = 2
