"""The `[annotate]` section of a recipe."""

from typing import ClassVar

from pydantic import Field

from emma.section import Section


class AnnotateConfig(Section):
    """Settings of the annotate stage: it measures, and `[curate]` decides."""

    version: ClassVar[int] = 3

    gram_words: int = Field(default=13, ge=5)
    """Words that a document must share with a benchmark, in the same order, to count as having it."""
    gram_chars: int = Field(default=50, ge=20)
    """The same in characters, for scripts that do not put spaces between words; wide ones (Han, kana) count double."""
