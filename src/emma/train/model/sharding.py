"""Sharding (FSDP2): from a folder of weights to a model that is spread over the ranks, never a copy for each."""

from pathlib import Path
from typing import Any

import torch
from torch import distributed, nn
from torch.distributed.checkpoint.state_dict import StateDictOptions, set_model_state_dict
from torch.distributed.device_mesh import DeviceMesh, init_device_mesh
from torch.distributed.fsdp import MixedPrecisionPolicy, fully_shard
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedModel

from emma.errors import RecipeError
from emma.train.config import BF16_PRECISIONS, TrainConfig
from emma.train.model.blocks import find_decoder_blocks, prepare_model
from emma.train.model.loss_model import LossModel, check_model, load_model
from emma.train.ranks import choose_own_device, is_rank_zero


def load_sharded(folder: Path, section: TrainConfig, sequence_length: int) -> LossModel:
    """The model of a Hugging Face folder, checked, prepared and sharded.

    Rank 0 reads it; the others build it without memory and get their shards from rank 0, a weight at a time. So no
    process but the first ever holds all of it, and that one holds it in the main memory.
    """
    device, alone = choose_own_device(section), distributed.get_world_size() == 1
    model = load_model(folder, torch.device("cpu")) if is_rank_zero() else empty_model(folder)
    if is_rank_zero():
        check_model(model, sequence_length)
    prepare_model(model, section)
    loss_model = LossModel(model, section)
    weights = loss_model.state_dict() if is_rank_zero() and not alone else {}
    shard_model(loss_model, section, make_mesh(section, device))
    if not alone:
        broadcast_weights(loss_model, weights, device)
    return loss_model


def broadcast_weights(loss_model: LossModel, weights: dict[str, Any], device: torch.device) -> None:
    """Give every rank its shards of rank 0's `weights`, and a copy of its buffers."""
    if not is_rank_zero():
        loss_model.to_empty(device=device)
        loss_model.model.tie_weights()  # which emptying has untied
    set_model_state_dict(loss_model, weights, options=StateDictOptions(full_state_dict=True, broadcast_from_rank0=True))
    # Buffers that are not saved, such as rotary frequencies, are in no state.
    for buffer in loss_model.buffers():
        distributed.broadcast(buffer, src=0)


def empty_model(folder: Path) -> PreTrainedModel:
    """The model of a Hugging Face folder with neither weights nor the memory for them."""
    auto: Any = AutoModelForCausalLM
    config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    with torch.device("meta"):
        model: PreTrainedModel = auto.from_config(config, dtype=torch.float32, trust_remote_code=False)
    model.train()
    return model


def make_mesh(section: TrainConfig, device: torch.device) -> DeviceMesh:
    """All ranks in a row, over which everything is sharded; or rows of `shard_over` ranks, each with a whole copy.

    Raises RecipeError when `shard_over` does not divide the number of ranks.
    """
    world_size = distributed.get_world_size()
    row = section.shard_over or world_size
    if world_size % row:
        raise RecipeError(
            f"train.shard_over = {row} does not divide the {world_size} processes. Take a divisor of {world_size}: the "
            "number of processes on one machine."
        )
    if row == world_size:
        return init_device_mesh(device.type, (world_size,), mesh_dim_names=("shard",))
    return init_device_mesh(device.type, (world_size // row, row), mesh_dim_names=("copy", "shard"))


def shard_model(loss_model: nn.Module, section: TrainConfig, mesh: DeviceMesh, *, reshard: bool = True) -> None:
    """Shard each block, and all the rest as one, over the mesh; weights, gradients and moments with them.

    `reshard` drops a block's gathered weights after its forward pass and gathers them again for the backward pass.
    """
    policy = choose_precision_policy(section, mesh)
    # From the inside out: what a block has sharded is left alone when the whole is.
    for block in find_decoder_blocks(loss_model):
        fully_shard(block, mesh=mesh, mp_policy=policy, reshard_after_forward=reshard)
    fully_shard(loss_model, mesh=mesh, mp_policy=policy)


def choose_precision_policy(section: TrainConfig, mesh: DeviceMesh) -> MixedPrecisionPolicy:
    """The types of gathered weights and of summed gradients: bfloat16 to compute with, float32 to keep and to sum.

    On a CPU the weights are gathered as they are and the model casts what is worth it (autocast): at the demo's size
    that is 12 % faster, since a CPU has bfloat16 products and little else in bfloat16.
    """
    if section.precision not in BF16_PRECISIONS or mesh.device_type == "cpu":
        return MixedPrecisionPolicy()
    return MixedPrecisionPolicy(param_dtype=torch.bfloat16, reduce_dtype=torch.float32)
