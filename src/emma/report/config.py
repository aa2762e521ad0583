"""The `[report]` section of a recipe."""

from typing import ClassVar

from pydantic import Field, field_validator

from emma.config.section import Section
from emma.models.accelerators import RATED_WATTS


class ReportConfig(Section):
    """Settings of the report stage."""

    version: ClassVar[int] = 9

    title: str = "Language adaptation report"
    """Heading of the page."""
    samples: bool = False
    """Also write every question and answer of benchmarks as lm-evaluation-harness does (`samples_*.jsonl`), about a
    kilobyte for each item, variant and model. They are in evaluate's `tasks/items.parquet` in any case."""
    named: int = Field(default=8, ge=0)
    """Name this many languages with the largest gains, and as many with the smallest gains or losses."""
    gpu: str = "H100"
    """The accelerator that the section on cost estimates hours and energy for, whatever it was trained on: A100, B200,
    GH200, H100, H200, L40S, MI250X, MI300X or RTX 4090."""
    price: float | None = Field(default=None, gt=0)
    """The price of an hour of that accelerator, in any currency: the section on cost then has a sum."""

    @field_validator("gpu")
    @classmethod
    def _known_gpu(cls, gpu: str) -> str:
        if gpu not in RATED_WATTS:
            raise ValueError(f"not known; there are: {', '.join(sorted(RATED_WATTS))}")
        return gpu
