"""The most memory that training takes on one rank, term by term.

Names: T tokens of a micro-batch (sequences x length S), d width, f inner width, q and k widths of all query and of all
key heads, V rows, c bytes of a number in the computation (2 in bfloat16 on a GPU, 4 in float32), n ranks that share
a copy of the weights.

**States**, for as long as training goes: float32 weights, 4 bytes per weight and 1/n of them; the moments likewise, 8
bytes in float32, 4 in bfloat16, 2 + 8/256 in 8 bits (a scale of 4 bytes for 256 values, of each moment), 4 for Muon's
one. Frozen blocks have no moments and no gradients; frozen rows have both. **Gradients** are float32 and sharded like
the weights, or whole with `whole_gradients`. They are there throughout when a step has more than one micro-batch; when
it has one, they take the place that activations leave.

**Gathered weights**: FSDP2 gathers a block's weights, c bytes each, before it is used, and the next one's while it is:
two blocks. What is outside the blocks (embeddings, head) stays gathered from the forward pass to the end.

**Activations**: what autograd keeps of each block for its backward pass. Counted in a Llama block of transformers,
operator by operator (a test counts them with autograd's own hooks); bytes per token and block:

    two norms           input in float32, normed in c, result in c          2 d (4 + 2 c) + 8
    attention           queries, keys, values, result; log-sums in float32  c (2 q + 2 k) + 4 heads
    feed-forward        gate, its activation, up, their product             4 c f          (2 c f without a gate)
    a dense mask        keys and values spread to all heads; the mask       c (2 q - 2 k) + c S

Where `selective` recomputes all but products and attention, it keeps their results and the block's input; `full` keeps
the input alone, c d. Either way one block at a time is whole again in the backward pass. A compiled block keeps its
input, the middle of its residual stream, what attention takes and gives, gate and up: the rest is recomputed inside
fused kernels. bfloat16 on a CPU is autocast: norms stay in float32, and each product keeps its own bfloat16 copies of
input and weights.

**Loss**: hidden states and their gradient, 2 c d a token; one chunk of logits, in float32 raw and as log-shares; the
head's gradient in float32, and in bfloat16 a product of its size that is being added to it.

**Backward**: the gradient of one gathered block, and its float32 copy that is being summed over the ranks; inside
the block, gradients of what lies between its matrices, (2 f + d) c a token. In the end, float32 copies of the gradients
of all that is outside the blocks are being summed; activations and gathered weights are gone by then.

The peak is at the loss, at the first block of the backward pass, or at its end, whichever is largest.
"""

from dataclasses import dataclass
from math import ceil

from emma.models.shape import Shape
from emma.train.config import BF16_PRECISIONS, STATES_BLOCK, TrainConfig
from emma.train.model.config import LOGITS_PER_CHUNK, MIN_CHUNK_ROWS, frozen_blocks

LOGIT_BYTES = 8
"""A logit's share of a chunk at its worst: raw, and the log-share that becomes its gradient."""


@dataclass(frozen=True)
class TrainingSetting:
    """Settings that memory depends on beside the shape."""

    section: TrainConfig
    sequence_length: int
    ranks: int = 1
    kind: str = "cuda"
    """cuda or cpu."""

    @property
    def tokens(self) -> int:
        """Tokens of a micro-batch, padding included."""
        return min(self.section.micro_batch, self.sequences_per_rank) * self.sequence_length

    @property
    def sequences_per_rank(self) -> int:
        """Sequences of a step on each rank."""
        return ceil(self.section.sequences_per_step(self.sequence_length) / self.ranks)

    @property
    def ranks_per_copy(self) -> int:
        """Ranks that share one copy of the weights."""
        return self.section.shard_over or self.ranks

    @property
    def accumulates(self) -> bool:
        """Whether gradients are there when a forward pass begins."""
        return self.sequences_per_rank > self.section.micro_batch

    @property
    def is_autocast(self) -> bool:
        """Whether weights are cast product by product (autocast) instead of gathered in bfloat16."""
        return self.kind == "cpu" and self.section.precision in BF16_PRECISIONS

    @property
    def number_bytes(self) -> int:
        """Bytes of a number in the computation: c."""
        return 4 if self.section.precision not in BF16_PRECISIONS or self.kind == "cpu" else 2

    @property
    def has_dense_mask(self) -> bool:
        """Whether attention uses a mask of tokens times tokens."""
        kernel = self.kind == "cuda" and self.section.attention != "sdpa" and self.section.precision in BF16_PRECISIONS
        return self.section.document_masks and not kernel


@dataclass(frozen=True)
class MemoryPeak:
    """Bytes on one rank when it has most of them."""

    when: str
    """At the loss, at the first block of the backward pass, or at its end."""
    weights: float
    gradients: float
    moments: float
    gathered: float
    """Whole copies of weights that are being used, and gradients of such copies."""
    activations: float
    loss: float
    """The chunk of logits, the head's gradient, hidden states."""

    @property
    def total(self) -> float:
        """The sum of all terms."""
        return self.weights + self.gradients + self.moments + self.gathered + self.activations + self.loss


def find_memory_peak(shape: Shape, setting: TrainingSetting) -> MemoryPeak:
    """The peak of one rank's memory, by the terms in the text above."""
    return max(peak_candidates(shape, setting), key=lambda candidate: candidate.total)


def peak_candidates(shape: Shape, setting: TrainingSetting) -> list[MemoryPeak]:
    """The memory at the three times of a step when it may be largest."""
    c, section = setting.number_bytes, setting.section
    inside, outside = trained_weights(shape, section)
    adapters = inside if section.lora else 0
    # With `l2_to_base` the weights as they were before are there too.
    weights = 4 * (shape.weights * (2 if section.l2_to_base else 1) + adapters) / setting.ranks_per_copy
    moments = moment_bytes(inside, outside, section) / setting.ranks_per_copy
    gradients = 4 * (inside + outside) / (1 if section.whole_gradients else setting.ranks_per_copy)
    accumulated = gradients if setting.accumulates else 0.0
    kept = shape.layers * activation_bytes(shape, setting)
    chunk, ends = loss_bytes(shape, setting)
    # Weights of one block and of the next, the gradient of one, and its copy that is summed over the ranks.
    gathered = 2 * c * (shape.block + adapters / shape.layers) + (c + 4) * inside / shape.layers
    root = c * shape.outside
    return [
        MemoryPeak("loss", weights, accumulated, moments, root, kept, chunk + ends),
        MemoryPeak(
            "first block", weights, accumulated, moments, root + gathered, kept + backward_bytes(shape, setting), ends
        ),
        MemoryPeak("end", weights, gradients, moments, 4.0 * outside, 0.0, 0.0),
    ]


def trains_embeddings(setting: TrainingSetting) -> bool:
    """Whether embeddings and head are trained."""
    return setting.section.lora is None or setting.section.lora.train_embeddings


def trained_weights(shape: Shape, section: TrainConfig) -> tuple[float, float]:
    """Weights that are trained inside the blocks and outside."""
    layers = shape.layers - len(frozen_blocks(section.freeze, shape.layers))
    if section.lora is None:
        return layers * shape.block, shape.outside
    adapters = sum(out + into for out, into in shape.matrices) * section.lora.rank * layers
    return adapters, shape.outside if section.lora.train_embeddings else 0


def moment_bytes(inside: float, outside: float, section: TrainConfig) -> float:
    """Bytes of the optimisers' moments, over all ranks."""
    plain = {"fp32": 8.0, "bf16": 4.0, "int8": 4.0}[section.optimizer_states]
    if section.optimizer == "muon":
        return 4 * inside + plain * outside
    small = 2 + 8 / STATES_BLOCK if section.optimizer_states == "int8" else plain
    return small * inside + plain * outside


def activation_bytes(shape: Shape, setting: TrainingSetting) -> float:
    """Bytes that one block keeps of a micro-batch until its backward pass."""
    if setting.section.activation_checkpointing == "full":
        return setting.tokens * setting.number_bytes * shape.width
    if setting.section.activation_checkpointing == "selective":
        return setting.tokens * selective_bytes(shape, setting)
    return full_block_bytes(shape, setting)


def full_block_bytes(shape: Shape, setting: TrainingSetting) -> float:
    """Bytes that one block keeps when nothing of it is recomputed."""
    if setting.section.compile:
        return setting.tokens * compiled_bytes(shape, setting)
    if setting.is_autocast:
        copies = 2 * (shape.block - 2 * shape.width)
        return setting.tokens * autocast_bytes(shape, setting) + copies
    return setting.tokens * eager_bytes(shape, setting)


def backward_bytes(shape: Shape, setting: TrainingSetting) -> float:
    """Bytes of the block that the backward pass is in: gradients, and what is recomputed."""
    recomputed = 0.0 if setting.section.activation_checkpointing == "none" else full_block_bytes(shape, setting)
    return recomputed + setting.tokens * setting.number_bytes * (2 * shape.inner + shape.width)


def eager_bytes(shape: Shape, setting: TrainingSetting) -> float:
    """Bytes per token that a block keeps, operator by operator."""
    c, d, (q, k) = setting.number_bytes, shape.width, attention_widths(shape)
    norms = 2 * d * (4 + 2 * c) + 8
    attention = c * (2 * q + 2 * k) + 4 * shape.heads
    mask = (c * (2 * q - 2 * k) + c * setting.sequence_length) if setting.has_dense_mask else 0
    return norms + attention + mask + feed_forward_bytes(shape, c)


def feed_forward_bytes(shape: Shape, c: int) -> float:
    """Bytes per token of what lies between the matrices of the feed-forward part."""
    return (4 if shape.gated else 2) * c * shape.inner


def autocast_bytes(shape: Shape, setting: TrainingSetting) -> float:
    """Bytes per token that a block keeps under autocast: norms in float32, products in bfloat16, each with a copy of
    what it multiplies."""
    d, (q, k) = shape.width, attention_widths(shape)
    inputs = 2 * d * (3 + (2 if shape.gated else 1))
    attention = 2 * (2 * q + 2 * k) + 4 * shape.heads
    mask = (2 * (2 * q - 2 * k) + 2 * setting.sequence_length) if setting.has_dense_mask else 0
    return 2 * d * 8 + 8 + inputs + attention + mask + feed_forward_bytes(shape, 2)


def compiled_bytes(shape: Shape, setting: TrainingSetting) -> float:
    """Bytes per token that a compiled block keeps."""
    c, (q, k) = 2 if setting.section.precision in BF16_PRECISIONS else 4, attention_widths(shape)
    return c * (2 * shape.width + 2 * q + 2 * k + (1 + shape.gated) * shape.inner) + 4 * shape.heads + 8


def selective_bytes(shape: Shape, setting: TrainingSetting) -> float:
    """Bytes per token of a block's input and the results of its matrix products and attention."""
    c, (q, k) = 2 if setting.section.precision in BF16_PRECISIONS else 4, attention_widths(shape)
    products = q + 2 * k + 2 * shape.width + (1 + shape.gated) * shape.inner
    return setting.number_bytes * shape.width + c * (products + q) + 4 * shape.heads


def attention_widths(shape: Shape) -> tuple[int, int]:
    """Width of all query heads and of all key heads together."""
    return shape.heads * shape.head_width, shape.kv_heads * shape.head_width


def loss_bytes(shape: Shape, setting: TrainingSetting) -> tuple[float, float]:
    """Bytes of the chunk of logits, and of what outlives it: hidden states, their gradient, the head's gradient."""
    c = 2 if setting.section.precision in BF16_PRECISIONS else 4
    rows = min(setting.tokens, max(MIN_CHUNK_ROWS, LOGITS_PER_CHUNK[setting.kind] // shape.rows))
    head = 4 * shape.embedding if trains_embeddings(setting) else 0
    copy = c * shape.embedding if setting.is_autocast else 0
    # A product in float32 is added where it is made; in bfloat16 it needs a place of its own first.
    added = head if setting.section.precision in BF16_PRECISIONS else 0
    chunk = LOGIT_BYTES * rows * shape.rows + added + copy
    return chunk, setting.tokens * shape.width * (setting.number_bytes + 2 * c) + head
