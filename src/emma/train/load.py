"""From a folder of weights to a model that is spread over the processes, without a copy for each of them."""

from pathlib import Path
from typing import Any

import torch
from torch import distributed
from torch.distributed.checkpoint.state_dict import StateDictOptions, set_model_state_dict
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedModel

from emma.train.config import TrainConfig
from emma.train.model import Trainee, check_model, load_model, prepare
from emma.train.parallel import mesh_of, own_device, parallelise


def load(folder: Path, section: TrainConfig, sequence_length: int) -> Trainee:
    """The model of a Hugging Face folder, checked, prepared and sharded.

    The first process reads it; the others build it without memory and get their shards from the first, a weight at a
    time. So no process but the first ever holds all of it, and that one holds it in the main memory.
    """
    device = own_device(section)
    first, alone = distributed.get_rank() == 0, distributed.get_world_size() == 1
    model = load_model(folder, torch.device("cpu")) if first else empty_model(folder)
    if first:
        check_model(model, sequence_length)
    prepare(model, section)
    trainee = Trainee(model, section)
    whole = trainee.state_dict() if first and not alone else {}
    parallelise(trainee, section, mesh_of(section, device))
    if not alone:
        hand_out(trainee, whole, device)
    return trainee


def hand_out(trainee: Trainee, whole: dict[str, Any], device: torch.device) -> None:
    """Give every process its shards of the first one's `whole` state, and a copy of its buffers."""
    if distributed.get_rank() != 0:
        trainee.to_empty(device=device)
        trainee.model.tie_weights()  # which emptying has untied
    set_model_state_dict(trainee, whole, options=StateDictOptions(full_state_dict=True, broadcast_from_rank0=True))
    # Those that are not saved, such as rotary frequencies, are in no state.
    for each in trainee.buffers():
        distributed.broadcast(each, src=0)


def empty_model(folder: Path) -> PreTrainedModel:
    """The model of a Hugging Face folder with neither weights nor the memory for them."""
    auto: Any = AutoModelForCausalLM
    config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    with torch.device("meta"):
        model: PreTrainedModel = auto.from_config(config, dtype=torch.float32, trust_remote_code=False)
    model.train()
    return model
