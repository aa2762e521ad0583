"""The `[report]` section of a recipe."""

from typing import ClassVar, Self

from pydantic import Field, field_validator, model_validator

from emma.config.section import Section, Settings
from emma.errors import LanguageError
from emma.lang.language import Lang
from emma.models.accelerators import RATED_WATTS


class Audit(Settings):
    """What a speaker found in the documents that `emma audit` drew of a language; `emma audit --sign` writes it."""

    lang: str
    """Label of the language, such as hin_Deva."""
    by: str = Field(min_length=1)
    """The speaker's name, as the report shall say it."""
    date: str = ""
    """The day on which the documents were read."""
    corpus: str
    """Address of the corpus, as the sheet's first lines have it."""
    rows: int = Field(ge=1)
    """Documents that were read."""
    good: int = Field(ge=0)
    """How many of them are good."""
    wrong_language: int = Field(default=0, ge=0)
    """How many are in another language."""
    not_text: int = Field(default=0, ge=0)
    """How many are no text."""
    not_public: int = Field(default=0, ge=0)
    """How many should not be public."""

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        try:
            Lang.parse(self.lang)
        except LanguageError as error:
            raise ValueError(str(error)) from None
        if (found := self.good + self.wrong_language + self.not_text + self.not_public) != self.rows:
            raise ValueError(f"{self.rows} documents were read, and the marks are {found}: each has one")
        return self


class ReportConfig(Section):
    """Settings of the report stage."""

    version: ClassVar[int] = 15

    title: str = "Language adaptation report"
    """Heading of the page."""
    samples: bool = False
    """Also write every question and answer of benchmarks as lm-evaluation-harness does (`samples_*.jsonl`), about a
    kilobyte for each item, variant and model. They are in evaluate's `tasks/items.parquet` in any case."""
    named: int = Field(default=8, ge=0)
    """Name this many languages with the largest gains, and as many with the smallest gains or losses."""
    quote_derived: bool = False
    """Quote also texts of sources with `redistribution = "derived"`, for a report that stays in the house. Without it
    their length stands there. Texts of `private` sources are never quoted."""
    audits: tuple[Audit, ...] = ()
    """What speakers have found in the corpus, for the pages of their languages: a table `[[report.audits]]` for each,
    as `emma audit LANG --sign NAME` writes it."""
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
