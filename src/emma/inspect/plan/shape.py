"""The shape of a model: the numbers of its configuration that memory and operations depend on.

Read from a Hugging Face `config.json`, from a recipe's architecture, or named. No weights and no torch are needed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from emma.adapt.config import ArchitectureConfig
from emma.errors import RecipeError
from emma.models.folder import read_model_json

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

    def flops_per_token(self, sequence_length: int) -> float:
        """Operations to train on one token, counted as in `emma.train.model.flops`: 6 N + 12 L d S, embeddings free."""
        counted = self.weights - (0 if self.tied else self.embedding)
        attention = 12 * self.layers * self.heads * self.head_width * sequence_length
        return float(6 * counted + attention)


NAMED_SHAPES: Mapping[str, Shape] = {
    "llama2-7b": Shape(32, 4096, 11008, 32, 32, 128, 32000),
    "llama2-13b": Shape(40, 5120, 13824, 40, 40, 128, 32000),
    "llama3-8b": Shape(32, 4096, 14336, 32, 8, 128, 128256),
    "llama3.2-1b": Shape(16, 2048, 8192, 32, 8, 64, 128256, tied=True),
    "qwen3-0.6b": Shape(28, 1024, 3072, 16, 8, 128, 151936, tied=True),
    "qwen3-8b": Shape(36, 4096, 12288, 32, 8, 128, 151936),
    "gemma2-2b": Shape(26, 2304, 9216, 8, 4, 256, 256000, tied=True),
}
"""Shapes by the names that their makers gave them; from their published `config.json`."""


def with_new_pieces(shape: Shape, new_pieces: int, pad_to: int) -> Shape:
    """The shape with rows for new pieces, padded as the vocabulary is."""
    return replace(shape, rows=pad_rows(shape.rows + new_pieces, pad_to)) if new_pieces else shape


def pad_rows(rows: int, pad_to: int) -> int:
    """`rows` rounded up to a multiple of `pad_to`."""
    return -(-rows // pad_to) * pad_to


def find_named_shape(name: str) -> Shape:
    """A shape by name, or from a configuration at that path. Raises RecipeError when it is neither."""
    if name.lower() in NAMED_SHAPES:
        return NAMED_SHAPES[name.lower()]
    path = Path(name)
    config = path / "config.json" if path.is_dir() else path
    if config.is_file():
        return read_shape(config)
    raise RecipeError(
        f"--shape {name}: no such file, and none of the names {', '.join(NAMED_SHAPES)}. Give the path of a "
        "config.json."
    )


def read_shape(path: Path) -> Shape:
    """The shape that a Hugging Face `config.json` describes.

    Raises RecipeError, naming what is missing, for anything but a dense decoder.
    """
    if not path.is_file():
        raise RecipeError(
            f"{path.parent} is no model folder: it has no {path.name}. Set `base` to one that has, or name the shape "
            f"with --shape: {', '.join(NAMED_SHAPES)}, or the path of a config.json."
        )
    config = read_model_json(path)
    return shape_from_config({**config, **config.get("text_config", {})}, str(path))


def shape_of_gguf(file: Path) -> Shape:
    """The shape of the model in a GGUF file, by what the file says of it. Needs torch, since transformers reads it."""
    from emma.models.gguf import read_gguf_config
    from emma.models.gguf_file import open_gguf

    return shape_from_config(read_gguf_config(open_gguf(file)), str(file))


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


def shape_from_architecture(architecture: ArchitectureConfig, rows: int) -> Shape:
    """The shape of a model that a recipe makes."""
    return Shape(
        layers=architecture.layers,
        width=architecture.hidden_size,
        inner=architecture.intermediate_size,
        heads=architecture.heads,
        kv_heads=architecture.kv_heads,
        head_width=architecture.hidden_size // architecture.heads,
        rows=rows,
        tied=architecture.tie,
        gated=architecture.model_type not in UNGATED_TYPES,
    )
