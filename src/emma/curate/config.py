"""The `[curate]` section of a recipe."""

from typing import ClassVar, Literal

from pydantic import Field, PositiveFloat, model_validator

from emma.config.section import Section, Settings

Feature = Literal[
    "letter_share",
    "digit_share",
    "punct_share",
    "symbol_share",
    "upper_share",
    "repeated_line_share",
    "repeated_gram_share",
    "repeated_word_share",
    "label_script_share",
    "word_length",
    "line_length",
    "length_ratio",
    "copied_share",
    "numeral_share",
    "lid_score",
]
"""What rules may judge by: `schemas.FEATURES`, which this file is too light to import, and `lid_score`, how sure a
language-identification model is of the language that the label names."""


class Range(Settings):
    """Fixed limits of one feature."""

    low: float | None = None
    """Documents below are dropped. None: the language's own distribution decides; 0 never drops."""
    high: float | None = None
    """Documents above are dropped. None: the language's own distribution decides; 1 never drops a share."""


class Agreement(Settings):
    """When a document counts as being in another language than its label says. Nothing here matters unless
    `[annotate.lid]` has a model."""

    floor: float = Field(default=0.3, ge=0, le=1)
    """Least that a limit on `lid_score` may be. A language whose median score is below says nothing: the model hardly
    knows it, so nothing is dropped by it, and a flag tells."""
    ceiling: float = Field(default=0.9, ge=0, le=1)
    """Most that such a limit may be. Between the two, it is the median of the language's scores less their standard
    deviation."""
    max_drop: float = Field(default=0.2, ge=0, le=1)
    """Share of a language's documents that may be below a limit that its scores set. Where it would be more, the model
    is more likely wrong than the documents: nothing is dropped by it, a flag tells, and `emma audit` shows what the
    model says instead. A limit that you fix in `[curate.limits]` holds whatever it drops."""
    short_chars: int = Field(default=50, ge=0)
    """Characters below which nobody can tell close languages apart, so such documents are not judged; a pair of
    translations needs twice as many."""

    @model_validator(mode="after")
    def _in_order(self) -> "Agreement":
        if self.floor > self.ceiling:
            raise ValueError(f"floor {self.floor} is above ceiling {self.ceiling}")
        return self


class CurateConfig(Section):
    """Settings of the curate stage."""

    version: ClassVar[int] = 3

    min_documents: int = Field(default=30, ge=4)
    """Documents a language needs for limits of its own; with fewer, those of its script hold, then those of all
    languages. In these pools no language counts for more than this many documents."""
    fence: float = Field(default=3.0, gt=0)
    """How far from the middle half of the documents a limit lies, in widths of that middle half."""
    short_chars: int = Field(default=20, ge=0)
    """Characters below which a document is judged only by its letters and their script: in "OK" or "PDF", a share of
    upper case says nothing."""
    limits: dict[str, dict[Feature, Range]] = Field(default={})
    """Limits fixed by hand, by language label ("hin_Deva"), script ("Deva") or "*" for all; the most special wins.
    For pairs of translations, which have labels such as "eng_Latn-hin_Deva", that pair, then its scripts
    ("Latn-Deva"), then all. A feature without a rule of EMMA's own gets one this way."""
    lid: Agreement = Agreement()
    """How the labels of a language-identification model are weighed."""
    max_drop: float = Field(default=0.5, gt=0, le=1)
    """Share of a language's documents that the quality rules may drop. More stops the run and shows some."""
    decontaminate: bool = True
    """Drop documents that share text with the benchmarks of `[[collect.benchmarks]]`, and their near duplicates."""
    benchmark_grams: int = Field(default=1, ge=1)
    """Grams that a document needs to share with benchmarks to be dropped."""
    benchmark_share: float = Field(default=0.0, ge=0, le=1)
    """Share of a document's grams that must be in benchmarks, besides, for it to be dropped: raise it to keep books
    that quote one sentence."""
    near_threshold: float = Field(default=0.6, ge=0.6, le=1)
    """True Jaccard similarity of shingles from which two documents of a language are near duplicates. Lower cannot be
    promised to be found."""
    drop_boilerplate: bool = False
    """Leave lines out that stand in many documents of one source and language: menus, notices, signatures. They are
    reported in any case. Off, because verses and interface messages repeat for good reason."""
    boilerplate_documents: int = Field(default=20, ge=2)
    """Documents of one source and language in which a line stands at least before it is boilerplate."""
    boilerplate_share: float = Field(default=0.001, ge=0, le=1)
    """Share of the documents of one source and language in which it stands, besides."""
    premiums: dict[str, PositiveFloat] = Field(default={})
    """Bytes that a language needs for what English says in one, by label, where you know better than the parallel
    text at hand: `{kal_Latn = 1.3}`."""
    min_parallel: int = Field(default=100, ge=2)
    """Sentences that a language must have beside English ones for its byte premium to be measured."""
    test_share: float = Field(default=0.05, ge=0, le=0.3)
    """Share of a language's bytes for the test split."""
    test_bytes: int = Field(default=20_000, ge=0)
    """Most bytes of a language in the test split."""
    validation_share: float = Field(default=0.02, ge=0, le=0.3)
    """Share of a language's bytes for the validation split."""
    validation_bytes: int = Field(default=10_000, ge=0)
    """Most bytes of a language in the validation split."""
    held_out_share: float | None = Field(default=None, gt=0, le=0.6)
    """Most of a language's bytes in both splits together, whatever the others ask. Where no cluster of duplicates but
    the largest fits, nothing is held out, and the language is not measured. None: a tenth, or `test_share` and
    `validation_share` together where they are more."""
    min_split_documents: int = Field(default=5, ge=3)
    """Documents a language needs to be split; with fewer, all of them train."""
    seed: int = 0
    """Chooses which documents are held out."""
    buckets: int = Field(default=16, ge=1, le=4096, exclude=True)
    """Pieces in which duplicates are sought; more pieces need less memory each. Does not change the result."""
