"""The `[mix]` section of a recipe: how many training tokens each language and domain gives."""

from typing import Annotated, ClassVar

from pydantic import Field

from emma.section import Section


class MixConfig(Section):
    """What to train on, and how often."""

    version: ClassVar[int] = 1

    tokens: int = Field(default=2_000_000, gt=0)
    """Training tokens in all."""
    sequence_length: int = Field(default=256, gt=0)
    """Tokens a training sequence; `tokens` is rounded down to whole sequences."""
    temperature: float = Field(default=0.3, ge=0, le=1)
    """A language gets a share in proportion to its tokens to this power: 1 keeps the proportions of the corpus,
    0 treats all languages alike (with `max_epochs`: UniMax, arXiv 2304.09151). Within a language, domains keep
    their proportions."""
    max_epochs: float = Field(default=8.0, gt=0)
    """How often any token may be seen, replayed ones included. What a small language cannot give goes to the others."""
    replay: dict[str, Annotated[float, Field(gt=0, le=1)]] = Field(default={})
    """Fixed shares of the training tokens, by language or domain, for what must not be forgotten:
    `{"eng_Latn" = 0.15, "code" = 0.10}`. A text that two keys name counts for its domain."""
    allow_short: bool = False
    """Train on fewer tokens than asked for when `max_epochs` of everything is less. Otherwise that is an error, since
    the learning-rate schedule would end elsewhere than planned."""
    seed: int = 0
    """Of the order of the samples."""
