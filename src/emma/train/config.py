"""The `[train]` section of a recipe."""

from typing import ClassVar, Literal

from pydantic import Field

from emma.section import Section

Precision = Literal["fp32", "bf16"]


class TrainConfig(Section):
    """How the adapted model is trained on the planned mixture. All weights are trained."""

    version: ClassVar[int] = 1

    learning_rate: float = Field(default=3e-3, gt=0)
    """Peak learning rate. The default suits models of a few million weights; 1e-4 or less from a billion on."""
    min_lr_ratio: float = Field(default=0.1, ge=0, le=1)
    """Learning rate at the end, as a share of the peak (cosine decay)."""
    warmup: float = Field(default=0.02, ge=0, lt=1)
    """Share of the steps in which the learning rate rises linearly from zero."""
    weight_decay: float = Field(default=0.1, ge=0)
    """AdamW's decoupled weight decay, on matrices only."""
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
    device: str = Field(default="auto", exclude=True)
    """cpu, cuda, or auto: the accelerator if there is one."""
