"""The `[train]` section of a recipe."""

from typing import ClassVar, Literal

from pydantic import Field

from emma.section import Section

Precision = Literal["fp32", "bf16"]


class TrainConfig(Section):
    """How the adapted model is trained on the planned mixture. All weights are trained."""

    version: ClassVar[int] = 1

    optimizer: Literal["adamw", "muon"] = "adamw"
    """`adamw` for all weights (arXiv 1711.05101), or `muon` for the matrices inside the blocks and AdamW for the rest
    (Jordan et al. 2024), which learns much more from few tokens, above all in a model with random weights."""
    learning_rate: float = Field(default=3e-3, gt=0)
    """Peak learning rate. The default suits AdamW on a few million weights; about 0.02 with Muon; with AdamW from a
    billion weights on, 1e-4 or less."""
    embedding_lr: float | None = Field(default=None, gt=0)
    """Peak learning rate of the input embeddings (and of a head tied to them). None: as `learning_rate`. A row is
    moved only when its piece occurs, so small models with many new pieces want much more: 0.1 is a good start."""
    head_lr: float | None = Field(default=None, gt=0)
    """Peak learning rate of an output head of its own, of norms and of biases. None: as `learning_rate`."""
    min_lr_ratio: float = Field(default=0.1, ge=0, le=1)
    """Learning rates at the end, as a share of their peaks (cosine decay)."""
    warmup: float = Field(default=0.02, ge=0, lt=1)
    """Share of the steps in which the learning rates rise linearly from zero."""
    weight_decay: float = Field(default=0.1, ge=0)
    """Decoupled weight decay of the matrices inside the blocks. Embeddings are spared: rows of rare pieces would fade
    between their occurrences."""
    beta1: float = Field(default=0.9, ge=0, lt=1)
    """AdamW's memory of the gradient."""
    beta2: float = Field(default=0.95, ge=0, lt=1)
    """AdamW's memory of the squared gradient."""
    grad_clip: float = Field(default=1.0, gt=0)
    """Gradients with a larger norm are scaled down to it."""
    batch_tokens: int = Field(default=4096, gt=0)
    """Tokens an optimiser step, rounded to whole sequences."""
    micro_batch: int = Field(default=16, gt=0)
    """Sequences that go through the model at once; gradients are accumulated over a batch. Bounds the memory."""
    precision: Precision = "fp32"
    """Of the computation. `bf16` computes most products in bfloat16 and keeps weights, gradients and optimiser in
    float32: faster where the processor has bfloat16 instructions."""
    seed: int = 0
    """Of dropout, where the model has any. The order of the data has the mix's seed."""
    log_every: int = Field(default=10, gt=0)
    """Steps a row of `metrics.jsonl` and of `losses.parquet`."""
    checkpoint_every: int = Field(default=200, gt=0, exclude=True)
    """Steps a checkpoint; a killed run goes on from the last one."""
    device: str = "auto"
    """cpu, cuda, or auto: the accelerator if there is one. Results agree between devices only up to rounding, so a
    store that is shared by different machines should say which."""
