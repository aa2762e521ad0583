"""Settings of the curate stage: the `[curate]` section of a recipe."""

from typing import ClassVar, Literal

from pydantic import Field, PositiveFloat, field_validator, model_validator

from emma.config.section import Section, Settings
from emma.errors import LanguageError
from emma.lang.language import Lang
from emma.work.removal.rules import Removal

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
"""The features that rules may judge by: `schemas.FEATURES`, which this file does not import since help must not load
pyarrow, and `lid_score`, how sure a language-identification model is of the language that the label names."""


class Range(Settings):
    """Fixed limits of one feature."""

    low: float | None = None
    """Drop documents below this value. None: the language's own distribution decides; 0 never drops."""
    high: float | None = None
    """Drop documents above this value. None: the language's own distribution decides; 1 never drops a share."""


class Agreement(Settings):
    """When a document counts as being in another language than its label says. Nothing here matters unless
    `[annotate.lid]` has a model."""

    floor: float = Field(default=0.3, ge=0, le=1)
    """Set no limit on `lid_score` below this. Where a language's median score is lower, the model hardly knows it:
    nothing is dropped by its scores, and a flag says so."""
    ceiling: float = Field(default=0.9, ge=0, le=1)
    """Set no limit on `lid_score` above this. Between the two, the limit is the median of the language's scores less
    their standard deviation."""
    max_drop: float = Field(default=0.2, ge=0, le=1)
    """Apply no such limit where it would drop more than this share of a language's documents: then the model is more
    likely wrong than the documents. Nothing is dropped by it, a flag says so, and `emma audit` shows what the model
    says instead. A limit that you fix in `[curate.limits]` holds whatever it drops."""
    short_chars: int = Field(default=50, ge=0)
    """Do not judge documents with fewer characters than this, in which nobody can tell close languages apart. A pair of
    translations needs twice as many."""

    @model_validator(mode="after")
    def _in_order(self) -> "Agreement":
        if self.floor > self.ceiling:
            raise ValueError(f"floor {self.floor} is above ceiling {self.ceiling}")
        return self


class CurateConfig(Section):
    """Settings of the curate stage."""

    version: ClassVar[int] = 4

    languages: tuple[str, ...] = ()
    """Keep text of these languages alone, by label (`["swh_Latn", "eng_Latn", "zxx_Zyyy"]`; `zxx_Zyyy` is program
    code), and pairs of translations between them. Empty: keep all languages."""
    removed: tuple[Removal, ...] = Field(default=(), exclude=True)  # which documents they are is part of the address
    """Leave documents out that somebody wants removed, in `[[curate.removed]]` tables. Those of the home's
    `removed.toml`, which `emma remove` writes, come on top."""
    opt_out: tuple[str, ...] = Field(default=(), exclude=True)  # as above
    """Leave out documents whose web address is in one of these domains or below it: `["example.com", "optout.txt"]`. A
    file has a domain in each line. Documents without an address cannot be told, and are counted."""
    min_documents: int = Field(default=30, ge=4)
    """Give a language limits of its own from this many documents on. With fewer, the limits of its script hold, then
    those of all languages, in which no language counts for more than this many documents."""
    fence: float = Field(default=3.0, gt=0)
    """Place limits this far from the middle half of the documents, in widths of that middle half."""
    short_chars: int = Field(default=20, ge=0)
    """Judge documents with fewer characters than this only by their letters and script: in "OK" or "PDF", a share of
    upper case says nothing."""
    limits: dict[str, dict[Feature, Range]] = Field(default={})
    """Fix limits by hand, by language label ("hin_Deva"), script ("Deva") or "*" for all; the most special wins.
    For pairs of translations, which have labels such as "eng_Latn-hin_Deva", that pair, then its scripts
    ("Latn-Deva"), then all. A feature without a rule of EMMA's own gets one this way."""
    lid: Agreement = Agreement()
    """Weigh the labels of a language-identification model by the settings of the table `[curate.lid]`."""
    max_drop: float = Field(default=0.5, gt=0, le=1)
    """Stop the run, and show examples, when the quality rules would drop more than this share of a language's
    documents."""
    decontaminate: bool = True
    """Drop documents that share text with the benchmarks of `[[collect.benchmarks]]`, and their near duplicates."""
    benchmark_grams: int = Field(default=1, ge=1)
    """Drop a document for contamination when it shares at least this many grams with benchmarks."""
    benchmark_share: float = Field(default=0.0, ge=0, le=1)
    """Drop it only if, besides, at least this share of its grams is in benchmarks. Raise it to keep books that quote
    one sentence."""
    near_threshold: float = Field(default=0.6, ge=0.6, le=1)
    """Count two documents of a language as near duplicates from this Jaccard similarity of their shingles on. The
    search does not promise to find less similar ones."""
    drop_boilerplate: bool = False
    """Leave lines out that stand in many documents of one source and language: menus, notices, signatures. They are
    reported in any case. It is off, because verses and interface messages repeat for good reason."""
    boilerplate_documents: int = Field(default=20, ge=2)
    """Count a line as boilerplate when it stands in at least this many documents of one source and language."""
    boilerplate_share: float = Field(default=0.001, ge=0, le=1)
    """And only if, besides, it stands in at least this share of the documents of that source and language."""
    premiums: dict[str, PositiveFloat] = Field(default={})
    """Set byte premiums by label, the bytes that a language needs for what English says in one, where you know better
    than the parallel text at hand: `{kal_Latn = 1.3}`."""
    min_parallel: int = Field(default=100, ge=2)
    """Measure the byte premium of a language that has at least this many sentences beside English ones."""
    test_share: float = Field(default=0.05, ge=0, le=0.3)
    """Hold out this share of a language's bytes for the test split."""
    test_bytes: int = Field(default=20_000, ge=0)
    """Hold out no more bytes of a language than this for the test split."""
    validation_share: float = Field(default=0.02, ge=0, le=0.3)
    """Hold out this share of a language's bytes for the validation split."""
    validation_bytes: int = Field(default=10_000, ge=0)
    """Hold out no more bytes of a language than this for the validation split."""
    held_out_share: float | None = Field(default=None, gt=0, le=0.6)
    """Hold out no more than this share of a language's bytes for both splits together, whatever the settings above ask.
    Where no cluster of duplicates but the largest fits, nothing is held out, and the language is not measured. None: a
    tenth, or `test_share` and `validation_share` together where they are more."""
    min_split_documents: int = Field(default=5, ge=3)
    """Split a language from this many documents on. With fewer, all of them train."""
    seed: int = 0
    """Random seed that chooses which documents are held out."""
    buckets: int = Field(default=16, ge=1, le=4096, exclude=True)
    """Search for duplicates in this many pieces: more of them need less memory each. It does not change the result."""

    @field_validator("languages")
    @classmethod
    def _check_labels(cls, labels: tuple[str, ...]) -> tuple[str, ...]:
        for label in labels:
            try:
                Lang.parse(label)
            except LanguageError as error:
                raise ValueError(str(error)) from None
        return labels
