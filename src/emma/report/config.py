"""The `[report]` section of a recipe."""

from typing import ClassVar

from emma.section import Section


class ReportConfig(Section):
    """Settings of the report stage."""

    version: ClassVar[int] = 1
