"""The shape of a model: the numbers of its configuration that memory and operations depend on. Needs no torch."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emma.errors import RecipeError

UNGATED_TYPES = frozenset({"gpt2", "gpt_neox", "gptj", "opt", "falcon", "starcoder2", "phi", "bloom", "codegen"})
"""Types whose feed-forward part has two matrices; all others are taken to have three, as Llama has."""
CONFIG_ALIASES = {
    "hidden_size": ("hidden_size", "n_embd", "d_model"),
    "num_hidden_layers": ("num_hidden_layers", "n_layer", "num_layers"),
    "num_attention_heads": ("num_attention_heads", "n_head"),
    "intermediate_size": ("intermediate_size", "n_inner", "ffn_dim"),
    "vocab_size": ("vocab_size",),
}
EXPERT_KEYS = ("num_local_experts", "num_experts", "n_routed_experts")


@dataclass(frozen=True)
class Shape:
    """A dense decoder."""

    layers: int
    width: int
    inner: int
    """Width inside the feed-forward blocks."""
    heads: int
    kv_heads: int
    head_width: int
    rows: int
    """Rows of the embeddings and of the head: the vocabulary, padded."""
    tied: bool = False
    gated: bool = True
    """Whether the feed-forward blocks have three matrices or two."""

    @property
    def matrices(self) -> list[tuple[int, int]]:
        """The matrices of a block, (out, in)."""
        query, key = self.heads * self.head_width, self.kv_heads * self.head_width
        attention = [(query, self.width), (key, self.width), (key, self.width), (self.width, query)]
        return [*attention, *[(self.inner, self.width)] * (1 + self.gated), (self.width, self.inner)]

    @property
    def block(self) -> int:
        """Weights of a block: its matrices and two norms; biases, where there are any, are too few to matter."""
        return sum(out * into for out, into in self.matrices) + 2 * self.width

    @property
    def embedding(self) -> int:
        """Weights of the input embeddings, and of a head of its own."""
        return self.rows * self.width

    @property
    def outside(self) -> int:
        """Weights outside the blocks: embeddings, head, last norm."""
        return self.embedding * (1 if self.tied else 2) + self.width

    @property
    def weights(self) -> int:
        """All weights."""
        return self.layers * self.block + self.outside

    def adapter_weights(self, rank: int) -> int:
        """Weights of low-rank adapters on every matrix of the blocks."""
        return self.layers * rank * sum(out + into for out, into in self.matrices)

    def flops_per_token(
        self, sequence_length: int, *, lora_rank: int | None = None, trains_ends: bool = False
    ) -> float:
        """Operations to train on one token, counted as in `emma.train.model.flops`: 6 N + 12 L d S, embeddings free.

        With adapters of rank `lora_rank` the blocks are frozen, and what is outside them too unless `trains_ends`: a
        frozen weight takes 4, as it has no gradient.
        """
        outside = self.outside - (0 if self.tied else self.embedding)
        whole = 6 * (self.layers * self.block + outside)
        attention = 12 * self.layers * self.heads * self.head_width * sequence_length
        if lora_rank is None:
            return float(whole + attention)
        frozen = self.layers * self.block + (0 if trains_ends else outside)
        return float(whole + attention - 2 * frozen + 6 * self.adapter_weights(lora_rank))


def shape_from_config(config: Mapping[str, Any], name: str) -> Shape:
    """The shape of a configuration given as a table."""
    if any(config.get(key) for key in EXPERT_KEYS):
        raise RecipeError(f"{name} is a mixture of experts; the plan knows dense decoders only.")
    values: dict[str, Any] = {
        key: next((config[alias] for alias in aliases if config.get(alias) is not None), None)
        for key, aliases in CONFIG_ALIASES.items()
    }
    kind = str(config.get("model_type", ""))
    if values["intermediate_size"] is None and kind in UNGATED_TYPES and values["hidden_size"] is not None:
        # What these types have where the configuration leaves it out.
        values["intermediate_size"] = 4 * values["hidden_size"]
    if wrong := [key for key, value in values.items() if not isinstance(value, int) or value < 1]:
        raise RecipeError(
            f"{name} has no whole number above 0 for {', '.join(wrong)}; the plan needs the shape of a decoder."
        )
    width, layers, heads, inner, rows = values.values()
    kv_heads = int(config.get("num_key_value_heads") or heads)
    head_width = int(config.get("head_dim") or width // heads)
    tied = bool(config.get("tie_word_embeddings", kind in TIED_TYPES))
    return Shape(layers, width, inner, heads, kv_heads, head_width, rows, tied, kind not in UNGATED_TYPES)


TIED_TYPES = frozenset({"gpt2", "opt", "gemma", "gemma2", "gemma3_text", "bloom", "falcon"})
"""Types whose configuration leaves out `tie_word_embeddings` when it is true, as that is their default."""
