"""Shapes to plan with: by name, from a model's files, or from a recipe's architecture. No weights are needed."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from emma.adapt.config import ArchitectureConfig
from emma.errors import RecipeError
from emma.models.folder import read_model_json
from emma.models.shape import UNGATED_TYPES, Shape, shape_from_config

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
