"""Settings of what keeps the base as it was, and of what keeps text from being learnt by heart."""

from pydantic import Field

from emma.config.section import Settings


class GoldfishConfig(Settings):
    """Goldfish loss (Hans et al., arXiv 2406.10209): text that repeats is not learnt by heart, because one token in
    `every` is read but never learnt to be predicted, the same ones each time. The defaults are those of Apertus
    (arXiv 2509.14233)."""

    every: int = Field(default=50, gt=1)
    """One token in so many is left out of the loss. The paper that invented it takes 4."""
    context: int = Field(default=50, gt=0)
    """Whether a token is left out goes by a hash of so many tokens before it. Text that repeats shorter passages than
    this can still be learnt by heart; the paper takes 13."""


class ShieldConfig(Settings):
    """Source-Shielded Updates (Yamaguchi et al., arXiv 2512.04844): the columns of the matrices inside the blocks that
    matter most to some text, by size and by what they multiply, stay as they are. In the paper models of 7 B lost 3.4 %
    of what they could do in the base's own language, where training all weights lost 20.3 %."""

    sources: tuple[str, ...] = Field(min_length=1)
    """Keys, as in `[mix]`, of the text in the mix that must not be forgotten, such as `["eng_Latn", "code"]`."""
    share: float = Field(default=0.5, gt=0, lt=1)
    """Share of the columns of each matrix that stay."""
    tokens: int = Field(default=65_536, gt=0)
    """Tokens of that text that go through the model before training to find those columns."""
