"""The `[adapt]` section of a recipe."""

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from emma.config.section import Section, Settings

Init = Literal["random", "mean", "gaussian", "subword_mean", "omp", "focus"]
VECTORED = ("omp", "focus")
"""Those that go by vectors of their own, which are learnt from the packed text."""


class RopeConfig(Settings):
    """Rotary position scaling. What is left out is taken from the base, or from the method's own defaults."""

    type: Literal["default", "linear", "dynamic", "ntk", "yarn", "llama3", "longrope"] | None = None
    """Kind of scaling, in Hugging Face's words; `ntk` is a theta raised for the factor, `default` takes scaling away.
    `dynamic` chooses theta by the length of each sequence: for inference without training. None: the base's kind, with
    its numbers where no others are given."""
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


class VectorsConfig(Settings):
    """The auxiliary vectors of `omp` and `focus`: of every piece, base or new, from its neighbours in the packed text
    (positive pointwise mutual information, then a truncated SVD: Levy, Goldberg and Dagan, TACL 2015)."""

    tokens: int = Field(default=5_000_000, gt=0)
    """Packed tokens to learn from at most; each language and domain gives the same, as far as it has it."""
    window: int = Field(default=5, gt=0)
    """Pieces to either side that count as neighbours, inside the document."""
    width: int = Field(default=128, gt=1)
    """Numbers a vector."""
    minimum_count: int = Field(default=5, gt=0)
    """Times a piece must occur in those tokens to get a vector. A new piece without one becomes the mean of its base
    pieces."""


class DistilConfig(Settings):
    """Steps that teach the new input rows to stand for the base pieces they replace (AweDist: Dobler et al., arXiv
    2505.20133): the model reads the same text twice, with new pieces and as the base spelled it, and the rows move
    until its hidden states after each piece agree. All other weights stay."""

    steps: int = Field(default=200, gt=0)
    """Steps of Adam; the rate falls linearly to zero."""
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    """Of the computation. `auto`: `bf16` where the device has it in hardware, else `fp32`."""
    layer: int | None = Field(default=None, gt=0)
    """Hidden states after this many blocks are compared. None: after the last."""
    learning_rate: float = Field(default=0.05, gt=0)
    """Peak rate, as a share of the root mean square of the base's embeddings."""
    windows: int = Field(default=32, gt=0)
    """Windows of text a step, each around one occurrence of a new piece; all pieces take turns."""
    window_tokens: int = Field(default=48, gt=1)
    """Tokens a window."""
    device: str = "auto"
    """cpu, cuda, or auto: the accelerator if there is one."""


class AdaptConfig(Section):
    """How the base model takes on the new vocabulary."""

    version: ClassVar[int] = 3

    init: Init = "subword_mean"
    """Rows of new pieces, input and head each from the base's own rows: `subword_mean`, the mean of the base pieces
    that spelled the same text; `mean` of all rows; `random`, normal around that mean with the spread of each
    dimension; `gaussian`, normal with their mean and covariance, drawn close to the mean (as Hugging Face resizes);
    `focus`, base rows of pieces that stand in like company, by sparsemax weights (arXiv 2305.14481); `omp`, a sparse
    code over such pieces (arXiv 2506.06607)."""
    head_init: Init | None = None
    """The same for the rows of the output head, where the model has one of its own. None: as `init`."""
    omp_anchors: int = Field(default=4, gt=0)
    """`omp` only: base pieces a new one is coded with at most. The paper takes 64, with vectors from another model;
    with vectors learnt from the corpus, many anchors fit noise, and the rows grow long."""
    vectors: VectorsConfig = VectorsConfig()
    """How `omp` and `focus` know which pieces are alike."""
    distil: DistilConfig | None = None
    """Then teach the new input rows what the base made of the same text. Needs a head of its own (`untie`)."""
    untie: bool | None = None
    """True: give the model a head of its own, starting equal to its embeddings. False: insist that they are one
    matrix. None: leave as the base has it."""
    context: int | None = Field(default=None, gt=0)
    """Longest sequence of the adapted model, in tokens. None: the base's."""
    rope: RopeConfig | None = None
    """Rotary scaling. None: the base's."""
    dtype: Literal["base", "fp32", "bf16", "fp16"] = "base"
    """In which type the weights are stored, adapted, trained and released; training itself keeps them in float32.
    `base`: in that of the base's weights, and in float32 where there is no base."""
    architecture: ArchitectureConfig = ArchitectureConfig()
    """The model to start from when the recipe has no base."""
    seed: int = 0
    """Of random weights, rows and vectors."""

    @property
    def inits(self) -> tuple[Init, Init]:
        """Of the input embeddings, and of the head."""
        return self.init, self.head_init or self.init
