"""Four ways in which a released model is not what was trained, and still loads."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any


def swap_rows(folder: Path) -> None:
    """Two rows of the input embeddings are exchanged."""

    def alter(weights: dict[str, Any]) -> None:
        rows = weights["model.embed_tokens.weight"]
        rows[[100, 110]] = rows[[110, 100]]

    alter_weights(folder, alter)


def round_norm(folder: Path) -> None:
    """The weights of one norm are rounded to bfloat16."""
    import torch

    name = "model.layers.1.input_layernorm.weight"
    alter_weights(folder, lambda weights: weights.update({name: weights[name].to(torch.bfloat16)}))


def lose_piece(folder: Path) -> None:
    """The last piece that merges make is missing, as in a tokenizer of before it came."""

    def alter(table: dict[str, Any]) -> None:
        vocab, merges = table["model"]["vocab"], table["model"]["merges"]
        last = max((left + right for left, right in merges), key=lambda piece: vocab[piece])
        table["model"]["merges"] = [[left, right] for left, right in merges if last not in (left, right, left + right)]
        del vocab[last]

    alter_json(folder / "tokenizer.json", alter)


def other_end(folder: Path) -> None:
    """Generation stops at another token than the one that documents end with."""
    alter_json(folder / "generation_config.json", lambda fields: fields.update(eos_token_id=7))


def alter_weights(folder: Path, alter: Callable[[dict[str, Any]], None]) -> None:
    """Rewrite the one file of weights in a folder."""
    from safetensors.torch import load_file, save_file

    path = folder / "model.safetensors"
    weights = load_file(path)
    alter(weights)
    save_file(weights, path, metadata={"format": "pt"})


def alter_json(path: Path, alter: Callable[[dict[str, Any]], None]) -> None:
    """Rewrite a JSON file."""
    content = json.loads(path.read_text(encoding="utf-8"))
    alter(content)
    path.write_text(json.dumps(content), encoding="utf-8")


BROKEN: Mapping[str, Callable[[Path], None]] = {
    "two rows swapped": swap_rows,
    "a norm in bfloat16": round_norm,
    "a piece missing": lose_piece,
    "another end": other_end,
}
