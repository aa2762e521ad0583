"""Settings of training a language-identification model. Imports nothing heavy: recipes are made of it."""

from pydantic import Field

from emma.config.section import Settings


class LidTraining(Settings):
    """Settings of a model that is trained from the corpus' own clean sources."""

    lines: int = Field(default=2000, ge=10)
    """Lines that a language contributes at most, chosen by hash; an epoch sees the largest languages' lines once."""
    alpha: float = Field(default=0.5, ge=0, le=1)
    """Repeat smaller languages by this exponent: one with a share s of the largest one's lines is seen as if it had
    s to the power `alpha`. 1 repeats nothing; 0 shows all languages equally often."""
    held_out: float = Field(default=0.1, ge=0, lt=1)
    """Share of the lines, chosen by hash, that the model is not trained on but measured with."""
    dimension: int = Field(default=32, ge=1)
    """Length of the vectors."""
    buckets: int = Field(default=131_072, ge=1)
    """Vectors that the character n-grams share by hash; with the dimension they make the model's size."""
    grams: tuple[int, int] = (1, 4)
    """Characters of the shortest and of the longest n-gram, the marks of a word's ends counted. Single characters tell
    languages of large scripts apart (Han, Hangul, Ethiopic)."""
    epochs: int = Field(default=5, ge=1)
    """Times the lines are gone through."""
    learning_rate: float = Field(default=1.0, gt=0)
    """Step size at the beginning; it falls to zero in a straight line."""
    seed: int = 1
    """Random seed of the initial vectors and of the order of lines."""
