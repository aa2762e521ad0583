"""The trained model as a Hugging Face folder: weights gathered from all ranks, configuration, tokenizer, record."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.distributed.checkpoint.state_dict import StateDictOptions, get_model_state_dict

from emma.models.folder import CONFIG, GENERATION, TRAINING, stored_type
from emma.models.weights import cast_weights, weight_types
from emma.store.files import write_json
from emma.train.config import TrainConfig
from emma.train.lora import merge_adapters
from emma.train.model import LossModel
from emma.train.ranks import is_rank_zero

WEIGHT_SUFFIXES = (".safetensors", ".bin", ".index.json")
"""Endings of files of a model folder that hold weights."""


def export_model(loss_model: LossModel, source: Path, out: Path) -> None:
    """Write the weights into `out`, in the types of those in `source`, and all else that lies in `source`: what the
    configurations and the tokenizer say is not training's to change.

    All ranks call it, and rank 0 writes; it holds all weights, in the main memory.
    """
    weights = gather_weights(loss_model)
    if not is_rank_zero():
        return
    kind = getattr(torch, stored_type(source))
    loss_model.model.save_pretrained(out, state_dict=cast_weights(weights, weight_types(source), kind))
    # transformers writes one of its own making; the base's comes with the copy below, if there is any.
    (out / GENERATION).unlink(missing_ok=True)
    for path in out.glob("*.safetensors"):
        path.chmod((out / CONFIG).stat().st_mode)  # safetensors lets nobody else read it
    shutil.copytree(source, out, dirs_exist_ok=True, copy_function=shutil.copyfile, ignore=ignore_weights)


def ignore_weights(_folder: str, names: list[str]) -> list[str]:
    """The names of files that hold weights, as `shutil.copytree` asks for what to leave out."""
    return [name for name in names if name.endswith(WEIGHT_SUFFIXES)]


def gather_weights(loss_model: LossModel) -> dict[str, Tensor]:
    """All weights, unsharded, by the names of the Hugging Face model, adapters merged; only rank 0 gets any."""
    options = StateDictOptions(full_state_dict=True, cpu_offload=True)
    weights: dict[str, Any] = get_model_state_dict(loss_model, options=options)
    named = {name.removeprefix("model."): weight for name, weight in weights.items()}
    return named if loss_model.section.lora is None else merge_adapters(named, loss_model.section.lora)


def write_record(section: TrainConfig, facts: Mapping[str, object], folder: Path) -> None:
    """Write `training.json` beside a trained model: the optimiser, rates and precision that it was trained with.

    A later adaptation of the model reads it, to choose its own rates.
    """
    names = ("optimizer", "learning_rate", "embedding_lr", "head_lr", "schedule", "precision", "batch_tokens", "seed")
    record = {**{name: getattr(section, name) for name in names}, **keeping_settings(section), **facts}
    write_json(folder / TRAINING, record)


def keeping_settings(section: TrainConfig) -> dict[str, object]:
    """The settings by which a training kept what its base knew, as far as it has any."""
    return section.model_dump(mode="json", include={"freeze", "new_row_lr", "l2_to_base"}, exclude_defaults=True)
