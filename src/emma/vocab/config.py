"""The `[vocab]` section of a recipe: how many pieces the vocabulary gains, and from what text."""

from typing import ClassVar

from pydantic import Field

from emma.section import Section


class VocabConfig(Section):
    """How the base vocabulary is expanded."""

    version: ClassVar[int] = 1

    new_pieces: int = Field(default=8000, ge=0)
    """Pieces to add at most; fewer when the text holds too few that are frequent enough. 0 keeps the base
    vocabulary."""
    sample_bytes: int = Field(default=50_000_000, gt=0)
    """UTF-8 bytes of training text to learn the pieces from."""
    temperature: float = Field(default=0.3, ge=0, le=1)
    """A language's share of the sample is in proportion to its bytes to this power: 1 keeps the proportions of the
    corpus, 0 gives every language the same."""
    boost: int = Field(default=4, ge=1)
    """A language with less text than its share of the sample is counted up to this many times."""
    character_coverage: float = Field(default=0.9999, gt=0, le=1)
    """Share of the sample's characters that are to have a piece of their own; rarer ones stay bytes."""
    character_share: float = Field(default=0.5, ge=0, le=1)
    """Share of the new pieces that may be single characters; the rest are merges."""
    minimum_count: int = Field(default=10, ge=1)
    """Times a piece must occur in the sample."""
    max_piece_chars: int = Field(default=16, ge=2)
    """Characters a new piece may have, its leading space counted."""
    fertility_bytes: int = Field(default=200_000, gt=0)
    """UTF-8 bytes of each language and domain on which its tokens are counted; held-out text where there is any."""
