"""The trained model as a Hugging Face folder: weights gathered from all processes, configuration, tokenizer."""

import shutil
from pathlib import Path
from typing import Any

from torch.distributed.checkpoint.state_dict import StateDictOptions, get_model_state_dict

from emma.train.ledger import first
from emma.train.lora import merged
from emma.train.model import Trainee

WEIGHTS = (".safetensors", ".bin", ".index.json")
"""How files of a model folder end that hold weights; configurations are written with them."""


def export(trainee: Trainee, source: Path, out: Path) -> None:
    """Write the model into `out`, and beside it what lies beside the weights in `source`: the tokenizer's files.

    All processes call it, and the first writes; it holds all weights, in the main memory.
    """
    weights = gather(trainee)
    if not first():
        return
    trainee.model.save_pretrained(out, state_dict=weights)
    for each in sorted(source.iterdir()):
        if not (out / each.name).exists() and not each.name.endswith(WEIGHTS):
            shutil.copyfile(each, out / each.name)


def gather(trainee: Trainee) -> dict[str, Any]:
    """All weights, whole, by the names of the Hugging Face model, adapters merged; only the first process has any."""
    options = StateDictOptions(full_state_dict=True, cpu_offload=True)
    weights: dict[str, Any] = get_model_state_dict(trainee, options=options)
    named = {name.removeprefix("model."): each for name, each in weights.items()}
    return named if trainee.section.lora is None else merged(named, trainee.section.lora)
