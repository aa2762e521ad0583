"""The audit sheet as plain values, from which the terminal's and the printer's are made, and which `--json` prints."""

from typing import NotRequired, TypedDict

from emma.curate.quality.limits import LimitRow
from emma.schemas import Row


class Example(TypedDict):
    """A document that is shown."""

    id: str
    source: str
    lang: str
    text: str
    lang2: str | None
    text2: str | None
    value: NotRequired[float]
    """The feature for which it was chosen."""


class SplitSize(TypedDict):
    """The size of the language in one split."""

    split: str
    documents: int
    bytes: int


class SourceSize(TypedDict):
    """The size of the language in one source, and what of it is kept."""

    source: str
    licence: str
    redistribution: str | None
    origin: str | None
    domain: str | None
    priority: int | None
    documents: int
    bytes: int
    kept: int
    kept_bytes: int


class ScriptShare(TypedDict):
    """Documents of the language that are written in one script."""

    script: str
    agrees: bool
    """Whether the label allows the script."""
    documents: int
    share: float
    examples: list[Example]


class LabelCount(TypedDict):
    """Documents that language identification gives one label."""

    label: str
    documents: int


class OtherLabel(LabelCount):
    """A label other than the language's, with examples."""

    share: float
    examples: list[Example]


class DoubtedDocuments(TypedDict):
    """Documents whose scores are below the limit, applied or not, and what they are taken for."""

    documents: int
    share: float
    said: list[LabelCount]
    examples: list[Example]


class LabelAgreement(TypedDict):
    """The labels that language identification gives the documents."""

    agrees: int
    asked: int
    """Documents that it gave any label."""
    limit: LimitRow | None
    doubted: DoubtedDocuments
    others: list[OtherLabel]


class RuleDrops(TypedDict):
    """The documents that one quality rule dropped."""

    rule: str
    documents: int
    share: float
    limits: list[LimitRow]
    examples: list[Example]


class Cluster(TypedDict):
    """A cluster of duplicates, named by its first document."""

    cluster: str
    documents: int


class Duplicates(TypedDict):
    """The number of documents dropped as copies, and the largest clusters."""

    exact: int
    near: int
    share: float
    examples: list[Example]
    clusters: list[Cluster]


class Contamination(TypedDict):
    """The documents that share text with a benchmark."""

    benchmarks: list[Row]
    """Rows of curate's `contamination.parquet`."""
    examples: list[Example]
    near: list[Example]
    """Near duplicates of such documents."""


class Sheet(TypedDict):
    """Everything that a speaker of the language is shown."""

    run: NotRequired[str]
    lang: str
    corpus: str
    """Address of the curate artifact."""
    seed: int
    about: list[list[str]]
    """Names and values that `emma lang` shows."""
    documents: int
    pairs: int
    second: int
    """Pairs whose second side is in the language: other tables count them under the label of the first."""
    bytes: int
    splits: list[SplitSize]
    tier: Row | None
    """The language's row of `tiers.parquet`."""
    test_limit: NotRequired[int | None]
    """`curate.test_bytes`, where it leaves the test split few documents."""
    flags: list[str]
    sources: list[SourceSize]
    scripts: list[ScriptShare]
    labels: LabelAgreement | None
    """None where no language was identified."""
    rules: list[RuleDrops]
    duplicates: Duplicates
    boilerplate: list[Row]
    """Rows of `boilerplate.parquet`."""
    contamination: Contamination | None
    """None where no benchmark was named."""
    rows: list[Example]
