"""The trained model as a Hugging Face folder: weights gathered from all processes, configuration, tokenizer."""

import shutil
from pathlib import Path
from typing import Any

import torch
from torch.distributed.checkpoint.state_dict import StateDictOptions, get_model_state_dict

from emma.models.folder import CONFIG, GENERATION, stored_type
from emma.models.weights import in_types, types_of
from emma.train.ledger import first
from emma.train.lora import merged
from emma.train.model import Trainee

WEIGHTS = (".safetensors", ".bin", ".index.json")
"""How files of a model folder end that hold weights."""


def export(trainee: Trainee, source: Path, out: Path) -> None:
    """Write the weights into `out`, in the types of those in `source`, and all else that lies in `source`: what the
    configurations and the tokenizer say is not training's to change.

    All processes call it, and the first writes; it holds all weights, in the main memory.
    """
    weights = gather(trainee)
    if not first():
        return
    kind = getattr(torch, stored_type(source))
    trainee.model.save_pretrained(out, state_dict=in_types(weights, types_of(source), kind))
    (out / GENERATION).unlink(missing_ok=True)
    for each in out.glob("*.safetensors"):
        each.chmod((out / CONFIG).stat().st_mode)  # safetensors lets nobody else read it
    shutil.copytree(source, out, dirs_exist_ok=True, copy_function=shutil.copyfile, ignore=weight_names)


def weight_names(_folder: str, names: list[str]) -> list[str]:
    """Of some names of files those that hold weights."""
    return [each for each in names if each.endswith(WEIGHTS)]


def gather(trainee: Trainee) -> dict[str, Any]:
    """All weights, whole, by the names of the Hugging Face model, adapters merged; only the first process has any."""
    options = StateDictOptions(full_state_dict=True, cpu_offload=True)
    weights: dict[str, Any] = get_model_state_dict(trainee, options=options)
    named = {name.removeprefix("model."): each for name, each in weights.items()}
    return named if trainee.section.lora is None else merged(named, trainee.section.lora)
