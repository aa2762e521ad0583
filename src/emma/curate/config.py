"""The `[curate]` section of a recipe."""

from typing import ClassVar, Literal

from pydantic import Field

from emma.section import Section, Settings

Feature = Literal[
    "letter_share",
    "digit_share",
    "punct_share",
    "upper_share",
    "repeated_line_share",
    "repeated_gram_share",
    "label_script_share",
    "word_length",
]
"""The features that rules may judge by: `schemas.FEATURES`, which this file is too light to import."""


class Range(Settings):
    """Fixed limits of one feature."""

    low: float | None = None
    """Documents below are dropped. None: the language's own distribution decides; 0 never drops."""
    high: float | None = None
    """Documents above are dropped. None: the language's own distribution decides; 1 never drops a share."""


class CurateConfig(Section):
    """Settings of the curate stage."""

    version: ClassVar[int] = 1

    min_documents: int = Field(default=30, ge=4)
    """Documents a language needs for limits of its own; with fewer, those of its script hold, then those of all
    languages. In these pools no language counts for more than this many documents."""
    fence: float = Field(default=3.0, gt=0)
    """How far from the middle half of the documents a limit lies, in widths of that middle half."""
    short_chars: int = Field(default=20, ge=0)
    """Characters below which a document is judged only by its letters and their script: in "OK" or "PDF", a share of
    upper case says nothing."""
    limits: dict[str, dict[Feature, Range]] = Field(default={})
    """Limits fixed by hand, by language label ("hin_Deva"), script ("Deva") or "*" for all; the most special wins."""
    max_drop: float = Field(default=0.5, gt=0, le=1)
    """Share of a language's documents that the quality rules may drop. More stops the run and shows some."""
    near_threshold: float = Field(default=0.8, ge=0.5, le=1)
    """Estimated Jaccard similarity from which two documents are near duplicates."""
    test_share: float = Field(default=0.05, ge=0, le=0.3)
    """Share of a language's bytes for the test split."""
    test_bytes: int = Field(default=20_000, ge=0)
    """Most bytes of a language in the test split."""
    validation_share: float = Field(default=0.02, ge=0, le=0.3)
    """Share of a language's bytes for the validation split."""
    validation_bytes: int = Field(default=10_000, ge=0)
    """Most bytes of a language in the validation split."""
    min_split_documents: int = Field(default=5, ge=3)
    """Documents a language needs to be split; with fewer, all of them train."""
    seed: int = 0
    """Chooses which documents are held out."""
    buckets: int = Field(default=16, ge=1, le=4096, exclude=True)
    """Pieces in which duplicates are sought; more pieces need less memory each. Does not change the result."""
