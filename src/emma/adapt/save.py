"""Writing the adapted model's folder: all that the base says of itself, and what changed, with the reasons."""

import json
import shutil
from pathlib import Path
from typing import NotRequired, TypedDict

import torch
from transformers import PreTrainedModel

from emma.adapt.config import AdaptConfig
from emma.adapt.model import read_config
from emma.errors import RecipeError
from emma.models.configuration import explain_changes, merge_config, with_rotary, write_configs
from emma.models.folder import CONFIG, GENERATION, TRAINING, read_model_json, stored_type
from emma.models.folder import WEIGHT_TYPES as STORED
from emma.models.tokenizer_class import TOKENIZER_CONFIG
from emma.models.weights import cast_weights, weight_types

TYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


class Origin(TypedDict):
    """The contents of `origin.json`: whose weights they were, and what became of the base's configuration."""

    base: bool
    """Whether the weights were trained before."""
    optimizer: NotRequired[str | None]
    """The optimiser that the base was trained with, where its folder says so."""
    changed: NotRequired[dict[str, str]]
    """Fields of `config.json` that differ from the base's, with the reason of each."""
    first_new_row: NotRequired[int]
    """Row from which on embeddings and head are not the base's, where the vocabulary gained pieces."""


def save_model(model: PreTrainedModel, base: Path | None, tokenizer: Path, section: AdaptConfig, out: Path) -> Origin:
    """Write the model's folder, with all that the base says of itself and the tokenizer; returns where it is from."""
    kind, types = storage_type(section, base), {}
    if base is not None and section.dtype == "base":
        # Tensor by tensor: a base in bfloat16 may hold its norms in float32.
        types = weight_types(base)
    model.save_pretrained(out, state_dict=cast_weights(model.state_dict(), types, kind))
    model.config.dtype = kind
    copy_tokenizer_files(tokenizer, out)
    if section.context is not None:
        raise_max_length(out / TOKENIZER_CONFIG, section.context)
    if base is None:
        written = {**read_model_json(out / CONFIG), "dtype": str(kind).removeprefix("torch.")}
        (out / CONFIG).write_text(json.dumps(with_rotary(written, written), indent=2) + "\n", encoding="utf-8")
        return {"base": False}
    own = read_model_json(base / CONFIG)
    config = merge_config(own, read_config(base).to_dict(), model.config.to_dict())
    write_configs(out, config, base / GENERATION)
    return {
        "base": True,
        "optimizer": read_model_json(base / TRAINING).get("optimizer"),
        "changed": explain_changes(own, config),
    }


def storage_type(section: AdaptConfig, base: Path | None) -> torch.dtype:
    """The type in which the weights are stored. RecipeError for a base's that EMMA does not write."""
    if section.dtype != "base" or base is None:
        return TYPES["fp32" if section.dtype == "base" else section.dtype]
    kind = stored_type(base)
    if kind not in STORED:
        raise RecipeError(
            f"The weights in {base} are stored as {kind}, which EMMA does not write. Set adapt.dtype to bf16, fp16 or "
            "fp32."
        )
    return TYPES[STORED[kind]]


def raise_max_length(path: Path, context: int) -> None:
    """Let the tokenizer know of a longer context; a limit that is higher, or none, stays."""
    config = read_model_json(path)
    if config.get("model_max_length", context) < context:
        config["model_max_length"] = context
        path.write_text(json.dumps(config, indent=1, sort_keys=True, ensure_ascii=False), encoding="utf-8")


def copy_tokenizer_files(source: Path, to: Path) -> None:
    """Copy the tokenizer's files, and folders such as that of several chat templates."""
    shutil.copytree(source, to, dirs_exist_ok=True, copy_function=shutil.copyfile)
