"""The `[train]` section of a recipe."""

from typing import ClassVar

from emma.section import Section


class TrainConfig(Section):
    """Settings of the train stage."""

    version: ClassVar[int] = 1
