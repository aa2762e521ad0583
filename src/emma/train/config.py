"""The `[train]` section of a recipe."""

from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, field_validator, model_validator

from emma.config.section import Section
from emma.train.keep.config import GoldfishConfig, ShieldConfig
from emma.train.model.config import LoraConfig, check_parts

STATES_BLOCK = 256
"""Values that share a scale in 8-bit optimiser states."""

Precision = Literal["auto", "fp32", "bf16", "fp8"]
BF16_PRECISIONS = ("bf16", "fp8")
"""Precisions that compute in bfloat16, or in 8 bits on top of it."""
Rate = Annotated[float, Field(gt=0)]
Attention = Literal["auto", "sdpa", "flex", "varlen"]
Checkpointing = Literal["none", "full", "selective"]
Schedule = Literal["cosine", "linear", "wsd", "rewarm"]
States = Literal["fp32", "bf16", "int8"]


class TrainConfig(Section):
    """Training of the adapted model on the planned mixture. All weights are trained unless `lora` is there."""

    version: ClassVar[int] = 3
    # `from` is a word of Python, so that attribute has another name than its key.
    model_config = ConfigDict(serialize_by_alias=True)

    start: str | None = Field(default=None, alias="from", pattern=r"^[\w-][\w.-]*(@\d+)?$")
    """Start from the weights of another run of this home, and not from the adapted base: `RUN` for what its training
    ended with, `RUN@400` for its checkpoint after 400 steps. For more tokens, other rates or a new stage of the mix.
    Vocabularies must be the same; the optimiser, the schedule and the order of the data begin anew."""
    optimizer: Literal["adamw", "muon"] = "adamw"
    """The optimiser: `adamw` for all weights (arXiv 1711.05101), or `muon` for the matrices inside the blocks and AdamW
    for the rest (Jordan et al. 2024), which learns much more from few tokens, above all in a model with random
    weights."""
    optimizer_states: States = "fp32"
    """Storage of AdamW's two moments: `bf16` takes half the memory, `int8` a quarter inside the blocks and half
    elsewhere. Both follow a `beta2` of at most 0.99."""
    learning_rate: Rate | Literal["auto"] = "auto"
    """Peak learning rate. `auto` goes by optimiser and size: AdamW 3e-3 on a million weights, 6e-4 on 125 M, 1.6e-4
    on 7 B (6e-4 · (125 M / weights)^⅓, after arXiv 2005.14165, table 2.1); Muon 0.02 on random weights, and on a
    base the rate at which its steps are as large as AdamW's. With `auto`, embeddings and head get AdamW's unless they
    have their own; with a number, they get that number."""
    embedding_lr: float | None = Field(default=None, gt=0)
    """Peak learning rate of the input embeddings (and of a head tied to them). None: as `learning_rate`. A row is
    moved only when its piece occurs, so small models with many new pieces want much more: 0.1 is a good start."""
    head_lr: float | None = Field(default=None, gt=0)
    """Peak learning rate of an output head of its own, of norms and of biases. None: as `learning_rate`."""
    new_row_lr: float | None = Field(default=None, gt=0)
    """Peak learning rate of the rows of new pieces, in the input embeddings and in a head of its own. None: that of the
    rows around them. New rows have all to learn and nothing to forget, so they bear much more: with it, the rates of
    the rest can be low enough for the base."""
    freeze: tuple[str, ...] = ()
    """Parts of the model that stay as they are, to the bit: `old_rows` (the rows of the base's pieces, in embeddings
    and head), `blocks`, one of them as `blocks.3`, a range as `blocks.0-11`, or `all_but_new_rows`. What is frozen
    forgets nothing and learns nothing. Frozen blocks also save their gradients and moments."""
    l2_to_base: float | None = Field(default=None, gt=0)
    """Pull all weights but those of new rows back to where they began (L2-SP, arXiv 1802.01483), decoupled as weight
    decay is: each step goes the share rate · `l2_to_base` of the way. It takes 4 bytes a weight. As weight decay pulls
    to zero instead, set `weight_decay` to 0 beside it. None: no pull."""
    goldfish: GoldfishConfig | None = None
    """Leave some tokens out of the loss, so that text which repeats is not learnt by heart. None: learn every token."""
    shield: ShieldConfig | None = None
    """Freeze the columns of matrices that matter most to the base's own text. None: freeze none."""
    merge: float | tuple[float, ...] | None = None
    """Merge the trained model with the one that training began with: alpha · initial + (1 - alpha) · trained, on all
    weights but new rows, which gives back some of what was forgotten and gives up some of what was learnt (arXiv
    2606.00284). A number, or a list, of which the one with the fewest bits per byte on held-out text (mean over
    languages) within `max_forgetting` is taken. None or 0: no merging."""
    schedule: Schedule = "cosine"
    """Schedule of the rates after the warm-up: `cosine` or `linear` to the floor; `wsd` stays at the peak and falls
    over the last `decay` of the steps (arXiv 2404.06395); `rewarm` is a cosine that begins anew, warm-up included, with
    every stage of the mix (arXiv 2403.08763)."""
    warmup: float = Field(default=0.02, ge=0, lt=1)
    """Share of the steps in which the learning rates rise linearly."""
    warmup_from: float = Field(default=0.0, ge=0, le=1)
    """Learning rate from which the warm-up rises, as a share of the peak. To re-warm a base, set it to where the base's
    own schedule ended."""
    decay: float = Field(default=0.2, gt=0, le=1)
    """Share of the steps in which the learning rates fall, at the end of the run; used by `wsd` only."""
    min_lr_ratio: float = Field(default=0.1, ge=0, le=1)
    """Learning rates at the end, as a share of their peaks."""
    weight_decay: float = Field(default=0.1, ge=0)
    """Decoupled weight decay of the matrices inside the blocks. Embeddings are spared: rows of rare pieces would fade
    between their occurrences."""
    beta1: float = Field(default=0.9, ge=0, lt=1)
    """Decay rate of AdamW's running mean of the gradient (first moment)."""
    beta2: float = Field(default=0.95, ge=0, lt=1)
    """Decay rate of AdamW's running mean of the squared gradient (second moment)."""
    grad_clip: float = Field(default=1.0, gt=0)
    """Scale the gradient down to this norm where it is larger."""
    spike_factor: float | None = Field(default=None, gt=1)
    """Leave out the update of a step whose gradient norm is more than this many times the median of the last 64 steps.
    None: such steps are logged with their documents, and their update is made."""
    batch_tokens: int = Field(default=4096, gt=0)
    """Tokens per optimiser step, summed over ranks and rounded down to whole sequences."""
    micro_batch: int = Field(default=16, gt=0)
    """Sequences that go through the model at once on each rank. Gradients are accumulated until `batch_tokens` are
    reached, so a smaller number takes less memory and gives the same model up to rounding."""
    document_masks: bool = True
    """Let tokens attend to their own document only. False: they see whatever came before in their sequence."""
    attention: Attention = "auto"
    """Kernel that computes attention: `flex` (FlexAttention) or `varlen` need a GPU to be fast, `sdpa` runs anywhere;
    `auto` takes the fastest that the machine and the model have."""
    precision: Precision = "auto"
    """Number format of the computation. `bf16` computes in bfloat16 and keeps weights, gradients and optimiser in
    float32. `fp8` does the products inside the blocks in 8 bits on top of that (needs the extra `lowbit` and a recent
    GPU). `auto` is `bf16` where the device has it in hardware (CUDA from compute capability 8.0, CPUs with AVX512-BF16
    or AMX, Apple's GPUs), else `fp32`; the run's record says which."""
    compile: bool = False
    """Compile every block with torch.compile, which is worth it on GPUs."""
    activation_checkpointing: Checkpointing = "none"
    """Part of the forward pass that is computed again in the backward pass instead of kept in memory: `full` all of
    each block, `selective` all but the results of matrix products and attention, `none` nothing."""
    lora: LoraConfig | None = None
    """Train low-rank adapters instead of all weights; they are merged into the model at the end."""
    seed: int = 0
    """Random seed for dropout, where the model has any. The order of the data follows the mix's seed."""
    log_every: int = Field(default=10, gt=0)
    """Write a row of `metrics.jsonl` and of `losses.parquet` every N steps."""
    evaluate_every: int | None = Field(default=None, gt=0)
    """Score the held-out text of every language before the first step, every N steps and after the last, in bits per
    byte: in `validation.parquet`, the logs and the report. None: never."""
    evaluate_tokens: int = Field(default=4096, gt=0)
    """Score at most this many held-out tokens of each language. Documents are taken in the order of a hash of their
    ids, the same ones at every step."""
    probes: tuple[str, ...] = ()
    """What must not be forgotten, besides English and program code where text of them is held out: keys as in `[mix]`
    (`["fra_Latn", "news", "spa_Latn/wiki"]`). Forgetting is how much its bits per byte rise over those before the first
    step."""
    max_forgetting: float | None = Field(default=None, gt=0)
    """Share by which the bits per byte of a probe may rise, such as 0.03. Where one rises more, there is an alarm: a
    line while training, and in record and report."""
    on_forgetting: Literal["warn", "stop"] = "warn"
    """What an alarm does: `warn` goes on training; `stop` ends it, and the best weights so far within `max_forgetting`
    are the result."""
    keep_best: bool = False
    """Take the weights with the lowest bits per byte, on average over languages, of all evaluations within
    `max_forgetting` as the result, instead of the last ones. A checkpoint of them stays on the disk until the end."""
    checkpoint_every: int = Field(default=200, gt=0, exclude=True)
    """Save a checkpoint every N steps; a killed run goes on from the last one."""
    checkpoints_kept: int = Field(default=2, gt=0, exclude=True)
    """Number of checkpoints that stay on the disk; older ones are deleted."""
    shard_over: int | None = Field(default=None, gt=0, exclude=True)
    """Number of ranks that share one copy of the weights; every further group of so many ranks holds another copy.
    None: all ranks share one. Where the network between machines is slow, set it to the number of accelerators of one
    machine."""
    whole_gradients: bool = Field(default=False, exclude=True)
    """Sum gradients over the ranks once per step instead of after every micro-batch. It takes less traffic, and 4 bytes
    per weight more memory on each rank."""
    wandb_project: str | None = Field(default=None, exclude=True)
    """Also send the curves to this project of Weights & Biases; needs the Python package `wandb`."""
    device: str = "auto"
    """Device to train on: `cpu`, `cuda`, or `auto` for the accelerator if there is one. Results agree between devices
    only up to rounding, so recipes for a store that is shared by different machines should name it."""

    @field_validator("freeze")
    @classmethod
    def _can_be_frozen(cls, parts: tuple[str, ...]) -> tuple[str, ...]:
        check_parts(parts)
        return parts

    @field_validator("merge")
    @classmethod
    def _has_alphas(cls, merge: float | tuple[float, ...] | None) -> float | tuple[float, ...] | None:
        alphas = merge if isinstance(merge, tuple) else (merge or 0,)
        if not alphas or not all(0 <= alpha <= 1 for alpha in alphas):
            raise ValueError("name one alpha or a list of them, from 0 (as trained) to 1 (as before)")
        return merge or None

    @model_validator(mode="after")
    def _adapters_have_no_base(self) -> "TrainConfig":
        if self.lora is not None and (named := [name for name in ("l2_to_base", "shield") if getattr(self, name)]):
            raise ValueError(
                f"{named[0]} and lora do not go together: adapters leave the base's weights alone; set lora.rank lower "
                "to change less"
            )
        return self

    @model_validator(mode="after")
    def _check_evaluation(self) -> "TrainConfig":
        needing = {"probes": self.probes, "max_forgetting": self.max_forgetting, "keep_best": self.keep_best}
        if self.evaluate_every is None and (names := [name for name, value in needing.items() if value]):
            raise ValueError(f"{names[0]} needs evaluate_every, the steps from one evaluation to the next")
        if self.on_forgetting == "stop" and self.max_forgetting is None:
            raise ValueError("on_forgetting = 'stop' needs max_forgetting, the rise at which training stops")
        return self

    @property
    def needs_base(self) -> str | None:
        """The first of the settings that keep what a base knows, if any is set."""
        names = ("freeze", "new_row_lr", "l2_to_base", "shield", "merge")
        return next((name for name in names if getattr(self, name)), None)

    def sequences_per_step(self, sequence_length: int) -> int:
        """Sequences per optimiser step, summed over ranks: at least one."""
        return max(1, self.batch_tokens // sequence_length)
