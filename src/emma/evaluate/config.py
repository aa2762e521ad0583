"""The `[evaluate]` section of a recipe."""

from typing import ClassVar, Literal

from pydantic import Field

from emma.config.section import Section


class EvaluateConfig(Section):
    """Bits per UTF-8 byte of the test split, for the base and for the adapted model."""

    version: ClassVar[int] = 4

    max_bytes_per_lang: int = Field(default=20_000, gt=0)
    """Score at most this much test text of each language, in UTF-8 bytes. Documents are taken in the order of a hash of
    their id until the limit is reached, so the last may go beyond. Both models are scored on the same documents."""
    context: int | None = Field(default=None, gt=1)
    """Longest window in tokens; longer documents slide by half of it. None: each model's own context."""
    batch_tokens: int = Field(default=8192, gt=0)
    """Tokens that go through a model at once, padding included. This bounds the memory."""
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    """Precision of the computation; sums are in float64 either way. `auto` is `bf16` where the device has it in
    hardware, else `fp32`; the run's record says which."""
    position_streams: int = Field(default=16, ge=0)
    """Number of languages whose loss by position is measured, those with the most test text first. 0: not measured."""
    position_tokens: int | None = Field(default=None, gt=1)
    """Measure loss by position up to this many tokens, also for a model with a shorter context. None: up to the longest
    context of the models."""
    bootstrap: int = Field(default=1000, ge=100)
    """Draw the documents of a language this many times for its 95 % interval."""
    seed: int = 0
    """Random seed of the bootstrap."""
    device: str = "auto"
    """Device to compute on: cpu, cuda, or auto for the accelerator if there is one. Results agree between devices only
    up to rounding."""
