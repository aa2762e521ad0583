"""The trained model as a Hugging Face folder: weights gathered from all ranks, configuration, tokenizer, record."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.distributed.checkpoint.state_dict import StateDictOptions, get_model_state_dict
from transformers import PreTrainedModel

from emma.models.configuration import write_type
from emma.models.folder import CONFIG, DTYPES, GENERATION, TRAINING, stored_type
from emma.models.resave import copy_all_but_weights, share_files
from emma.models.weights import cast_weights, quiet_transformers, weight_types
from emma.store.files import write_json
from emma.train.config import TrainConfig
from emma.train.model.config import LoraConfig
from emma.train.model.lora import merge_adapters
from emma.train.model.loss_model import LossModel
from emma.train.ranks import is_rank_zero
from emma.train.save.adapters import write_adapters

ADAPTERS = "adapters"
"""Name of the folder with adapters, beside the merged model."""


def export_model(loss_model: LossModel, source: Path, out: Path) -> None:
    """Write the weights into `out`, in the types of those in `source`, and all else that lies in `source`; the adapters
    beside it where `train.lora.save` says so.

    All ranks call it, and rank 0 writes; it holds all weights, in the main memory.
    """
    weights, lora = gather_weights(loss_model), loss_model.section.lora
    if not is_rank_zero():
        return
    write_model(loss_model.model, merge(weights, lora), source, out)
    if lora is not None and lora.save:
        write_adapters(loss_model.model, weights, lora, source, out.with_name(ADAPTERS))


def write_model(
    model: PreTrainedModel,
    weights: Mapping[str, Tensor],
    source: Path,
    out: Path,
    *,
    dtype: str | None = None,
    shard_size: str | None = None,
) -> None:
    """Write weights as a Hugging Face folder, with all that lies in `source` besides its weights: what configurations
    and tokenizer say is not training's to change.

    `model` needs no weights of its own. `dtype` is bf16, fp16 or fp32 for all weights (None: the types in `source`),
    `shard_size` the most that a file of weights may hold (None: as transformers has it).
    """
    types, kind = weight_types(source), stored_type(source)
    if dtype is not None:
        types, kind = {}, DTYPES[dtype]
    most: dict[str, Any] = {} if shard_size is None else {"max_shard_size": shard_size}
    with quiet_transformers():
        model.save_pretrained(out, state_dict=cast_weights(weights, types, getattr(torch, kind)), **most)
    # transformers writes one of its own making; the base's comes with the copy below, if there is any.
    (out / GENERATION).unlink(missing_ok=True)
    share_files(out)
    copy_all_but_weights(source, out)
    if dtype is not None:
        write_type(out / CONFIG, kind)


def gather_weights(loss_model: LossModel) -> dict[str, Tensor]:
    """All weights, unsharded, by the names of the Hugging Face model with its adapters; only rank 0 gets any."""
    options = StateDictOptions(full_state_dict=True, cpu_offload=True)
    weights: dict[str, Any] = get_model_state_dict(loss_model, options=options)
    return name_weights(weights)


def name_weights(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Weights of a `LossModel` by the names of the model in it."""
    return {name.removeprefix("model."): weight for name, weight in weights.items()}


def merge(weights: Mapping[str, Tensor], lora: LoraConfig | None) -> Mapping[str, Tensor]:
    """The weights of the Hugging Face model, adapters merged where there are any."""
    return weights if lora is None else merge_adapters(weights, lora)


def write_record(section: TrainConfig, facts: Mapping[str, object], folder: Path) -> None:
    """Write `training.json` beside a trained model: the optimiser, rates and precision that it was trained with.

    A later adaptation of the model reads it, to choose its own rates.
    """
    names = ("optimizer", "learning_rate", "embedding_lr", "head_lr", "schedule", "precision", "batch_tokens", "seed")
    record = {**{name: getattr(section, name) for name in names}, **keeping_settings(section), **facts}
    write_json(folder / TRAINING, record)


def keeping_settings(section: TrainConfig) -> dict[str, object]:
    """The settings by which a training kept what its base knew and what it learnt of its text, as far as it has any."""
    named = {"freeze", "new_row_lr", "l2_to_base", "shield", "goldfish", "lora"}
    return {name: value for name, value in section.model_dump(mode="json", include=named).items() if value}
