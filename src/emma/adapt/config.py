"""The `[adapt]` section of a recipe."""

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from emma.config.section import Section, Settings

Init = Literal["subword_mean", "focus"]


class RopeConfig(Settings):
    """Rotary position scaling. A setting that is left out is taken from the base, or from the method's own defaults."""

    type: Literal["default", "linear", "dynamic", "ntk", "yarn", "llama3", "longrope"] | None = None
    """Kind of scaling, in Hugging Face's words; `ntk` is a theta raised for the factor, `default` takes scaling away.
    `dynamic` chooses theta by the length of each sequence: for inference without training. None: the base's kind, with
    its numbers where no others are given."""
    theta: float | None = Field(default=None, gt=0)
    """Base of the rotary frequencies. None: the base model's."""
    factor: float | None = Field(default=None, ge=1)
    """Factor by which the context becomes longer. None: `adapt.context` divided by the base's context."""
    original_context: int | None = Field(default=None, gt=0)
    """Context before scaling, in tokens. None: the base model's context."""
    low_freq_factor: float | None = None
    """Factor of low frequencies, for `llama3` only. None: 1, as in Llama 3.1."""
    high_freq_factor: float | None = None
    """Factor of high frequencies, for `llama3` only. None: 4, as in Llama 3.1."""
    beta_fast: float | None = None
    """Rotations above which a dimension is not scaled, for `yarn` only. None: 32."""
    beta_slow: float | None = None
    """Rotations below which a dimension is scaled in full, for `yarn` only. None: 1."""
    attention_factor: float | None = Field(default=None, gt=0)
    """Factor that attention is multiplied by, for `yarn` and `longrope` only. None: the method's own."""
    short_factor: tuple[float, ...] | None = None
    """Factors for short texts, one for every two dimensions of a head; for `longrope` only."""
    long_factor: tuple[float, ...] | None = None
    """Factors for long texts, one for every two dimensions of a head; for `longrope` only."""


class ArchitectureConfig(Settings):
    """The model that is made when there is no base. The defaults give about 2 M parameters at 8,000 pieces."""

    model_type: str = "llama"
    """Type of the model: any decoder that transformers knows."""
    hidden_size: int = Field(default=128, gt=0)
    """Width of the model's hidden states."""
    intermediate_size: int = Field(default=352, gt=0)
    """Width inside the feed-forward blocks."""
    layers: int = Field(default=4, gt=0)
    """Number of decoder blocks."""
    heads: int = Field(default=4, gt=0)
    """Number of attention heads."""
    kv_heads: int = Field(default=2, gt=0)
    """Number of key-value heads; as many as `heads` for plain multi-head attention."""
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


class VectorsConfig(Settings):
    """The auxiliary vectors of `focus`: of every piece, base or new, from its neighbours in the packed text
    (positive pointwise mutual information, then a truncated SVD: Levy, Goldberg and Dagan, TACL 2015)."""

    tokens: int = Field(default=5_000_000, gt=0)
    """Packed tokens to learn from at most. Each language and domain gives the same share, as far as it has so many."""
    window: int = Field(default=5, gt=0)
    """Pieces to either side that count as neighbours, inside the document."""
    width: int = Field(default=128, gt=1)
    """Dimensions of a vector."""
    minimum_count: int = Field(default=5, gt=0)
    """Least number of times that a piece must occur in those tokens to get a vector. A new piece without one becomes
    the mean of the base pieces that spell it."""


class AdaptConfig(Section):
    """Adaptation of the base model to the new vocabulary."""

    version: ClassVar[int] = 4

    init: Init = "subword_mean"
    """Start of the rows of new pieces, in the input embeddings and the head each from its own rows. `subword_mean`: the
    mean of the base pieces that spelled the same text. `focus`: base rows of pieces with similar neighbours in text, by
    sparsemax weights (arXiv 2305.14481). Others were tried and lost (docs/decisions/0019-what-a-base-keeps.md)."""
    head_init: Init | None = None
    """Start of the rows of the output head, where the model has a head of its own. None: as `init`."""
    vectors: VectorsConfig = VectorsConfig()
    """Settings of the vectors by which `focus` compares pieces."""
    untie: bool | None = None
    """True: give the model a head of its own, starting equal to its embeddings. False: insist that they are one
    matrix. None: leave as the base has it."""
    context: int | None = Field(default=None, gt=0)
    """Longest sequence of the adapted model, in tokens. None: the base's."""
    rope: RopeConfig | None = None
    """Settings of rotary scaling. None: the base's."""
    dtype: Literal["base", "fp32", "bf16", "fp16"] = "base"
    """Number format in which the weights are stored, adapted, trained and released; training itself keeps them in
    float32. `base`: that of the base's weights, and float32 where there is no base."""
    architecture: ArchitectureConfig = ArchitectureConfig()
    """Architecture of the model to start from when the recipe has no base."""
    seed: int = 0
    """Random seed of weights, rows and vectors."""

    @property
    def inits(self) -> tuple[Init, Init]:
        """The initialisations of the input embeddings and of the head."""
        return self.init, self.head_init or self.init
