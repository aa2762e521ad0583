"""What the headline of a report is made of: the contents of `report.json`."""

from typing import TypedDict

from emma.report.cost import Cost
from emma.report.task_summary import TaskSummary


class LanguageCounts(TypedDict):
    """Numbers of languages; every name but the first is a word of `emma.lang.coverage` or about the gain."""

    languages: int
    languages_collected: int
    languages_kept: int
    languages_planned: int
    languages_trained: int
    languages_measured: int
    languages_improved: int
    languages_worse: int
    languages_compared: int
    """Languages that were measured with the base model too."""
    languages_unsure: int
    """Languages compared, of which the interval includes zero or is missing."""
    languages_base_above_8: int
    """Languages in which the base was worse than guessing bytes, so that a gain says little."""
    languages_without_interval: int


class Averages(TypedDict):
    """Macro averages over languages; None where nothing was measured."""

    averaged: int
    """Languages that the bits per byte are averaged over."""
    bpb_base: float | None
    bpb_adapted: float | None
    tokens_per_byte_base: float | None
    tokens_per_byte: float | None


class BandSummary(LanguageCounts, Averages):
    """The languages of one size band."""

    size_band: str


class Change(TypedDict):
    """Bits per byte before and after, and the gain with its 95 % interval."""

    bpb_base: float | None
    bpb_adapted: float | None
    gain: float | None
    low: float | None
    high: float | None


class NamedChange(Change):
    """The change of a language that is named among the largest or smallest."""

    lang: str
    name: str


class DataTotals(TypedDict):
    """Documents and bytes, collected and kept, and rows that were rejected."""

    documents: int
    bytes: int
    documents_kept: int
    bytes_kept: int
    rejects: int


class TrainingEnds(TypedDict):
    """Steps and tokens of training, and its first and last loss in nats per token; None where nothing was logged."""

    steps: int | None
    tokens: int | None
    loss_first: float | None
    loss_last: float | None


class Headline(LanguageCounts, Averages):
    """The contents of `report.json`."""

    differences: list[str]
    """Why these numbers of languages differ, in sentences."""
    by_size_band: list[BandSummary]
    english: Change | None
    code: Change | None
    best: list[NamedChange]
    worst: list[NamedChange]
    data: DataTotals
    training: TrainingEnds
    benchmarks: TaskSummary | None
    """None where no benchmark was run."""
    cost: Cost | None
