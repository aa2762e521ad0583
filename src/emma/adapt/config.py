"""The `[adapt]` section of a recipe."""

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from emma.section import Section, Settings

Init = Literal["subword_mean", "mean", "random"]


class RopeConfig(Settings):
    """Rotary position scaling. What is left out is taken from the base, or from the method's own defaults."""

    type: Literal["default", "linear", "dynamic", "ntk", "yarn", "llama3", "longrope"] = "default"
    """Kind of scaling, in Hugging Face's words; `ntk` is a theta raised for the factor, and `default` with a `theta`
    a plain change of theta. `dynamic` chooses theta by the length of each sequence: for inference without training."""
    theta: float | None = Field(default=None, gt=0)
    """Base of the rotary frequencies. None: the base model's."""
    factor: float | None = Field(default=None, ge=1)
    """How many times longer the context becomes. None: `adapt.context` over the base's."""
    original_context: int | None = Field(default=None, gt=0)
    """Context before scaling, in tokens. None: the base model's context."""
    low_freq_factor: float | None = None
    """llama3 only: 1 when left out, as in Llama 3.1."""
    high_freq_factor: float | None = None
    """llama3 only: 4 when left out, as in Llama 3.1."""
    beta_fast: float | None = None
    """yarn only: 32 when left out."""
    beta_slow: float | None = None
    """yarn only: 1 when left out."""
    attention_factor: float | None = Field(default=None, gt=0)
    """yarn and longrope only."""
    short_factor: tuple[float, ...] | None = None
    """longrope only: one number for every two dimensions of a head."""
    long_factor: tuple[float, ...] | None = None
    """longrope only: one number for every two dimensions of a head."""


class ArchitectureConfig(Settings):
    """The model that is made when there is no base. The defaults give about 2 M parameters at 8,000 pieces."""

    model_type: str = "llama"
    """Any decoder type that transformers knows."""
    hidden_size: int = Field(default=128, gt=0)
    """Width of the model."""
    intermediate_size: int = Field(default=352, gt=0)
    """Width inside the feed-forward blocks."""
    layers: int = Field(default=4, gt=0)
    """Number of blocks."""
    heads: int = Field(default=4, gt=0)
    """Attention heads."""
    kv_heads: int = Field(default=2, gt=0)
    """Key-value heads; as many as `heads` for plain multi-head attention."""
    context: int = Field(default=512, gt=0)
    """Longest sequence, in tokens."""
    tie: bool = False
    """Whether input embeddings and output head are one matrix."""
    init_std: float = Field(default=0.02, gt=0)
    """Standard deviation of the random weights."""

    @model_validator(mode="after")
    def _divides(self) -> "ArchitectureConfig":
        if self.hidden_size % self.heads or self.heads % self.kv_heads:
            raise ValueError("heads must divide hidden_size, and kv_heads must divide heads")
        return self


class AdaptConfig(Section):
    """How the base model takes on the new vocabulary."""

    version: ClassVar[int] = 1

    init: Init = "subword_mean"
    """New embedding rows: the mean of the base pieces of the same text (input and head each from its own rows), the
    mean of all rows, or normal around that mean with the spread of the base's rows."""
    untie: bool | None = None
    """True: give the model a head of its own, starting equal to its embeddings. False: insist that they are one
    matrix. None: leave as the base has it."""
    context: int | None = Field(default=None, gt=0)
    """Longest sequence of the adapted model, in tokens. None: the base's."""
    rope: RopeConfig | None = None
    """Rotary scaling. None: the base's."""
    architecture: ArchitectureConfig = ArchitectureConfig()
    """The model to start from when the recipe has no base."""
    seed: int = 0
    """Of random weights and rows."""
