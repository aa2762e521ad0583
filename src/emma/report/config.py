"""The `[report]` section of a recipe."""

from typing import ClassVar

from pydantic import Field

from emma.config.section import Section


class ReportConfig(Section):
    """Settings of the report stage."""

    version: ClassVar[int] = 6

    title: str = "Language adaptation report"
    """Heading of the page."""
    samples: bool = False
    """Also write every question and answer of benchmarks as lm-evaluation-harness does (`samples_*.jsonl`), about a
    kilobyte for each item, variant and model. They are in evaluate's `tasks/items.parquet` in any case."""
    named: int = Field(default=8, ge=0)
    """Name this many languages with the largest gains, and as many with the smallest gains or losses."""
