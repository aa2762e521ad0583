"""The decoder blocks: what is done to them before they are sharded (adapters, 8 bits, checkpointing, compilation).

Activation checkpointing computes part of each block's forward pass again in the backward pass instead of keeping it.
What `selective` keeps is a list, after torchtitan's: results that cost much to compute and little to keep.

Compilation goes block by block: the same code serves all layers, and sharding works around it. Only the forward
function is compiled, so hooks of the module (which gather and free its weights) stay outside.

Products in 8 bits are torchao's Float8 training: weights stay in float32; they and the activations are scaled tensor by
tensor to the range of the format when they are multiplied (arXiv 2209.05433). Embeddings and head are left alone: they
decide about rare pieces.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from typing import Any

import torch
import torch.nn.attention.flex_attention
import torch.nn.attention.varlen  # both are imported for the operators they define
from torch import nn
from torch.utils.checkpoint import CheckpointPolicy, checkpoint, create_selective_checkpoint_contexts
from transformers import PreTrainedModel

from emma.config.extras import need
from emma.errors import RecipeError
from emma.train.config import TrainConfig
from emma.train.model.freeze import freeze_weights
from emma.train.model.lora import add_adapters

SAVED_OPERATORS = (
    "aten.mm",
    "aten.addmm",
    "aten.bmm",
    "aten.linear",
    "aten._scaled_mm",
    "aten._scaled_dot_product_efficient_attention",
    "aten._scaled_dot_product_flash_attention",
    "aten._scaled_dot_product_flash_attention_for_cpu",
    "aten._scaled_dot_product_cudnn_attention",
    "torch_attn._varlen_attn",
    "higher_order.flex_attention",
)
"""Operators whose results `selective` keeps: matrix products and attention."""
BACKEND = "inductor"
MAX_RECOMPILES = 64
"""How often a block may be compiled for another shape before torch gives up and runs it uncompiled."""
MIN_FP8_CAPABILITY = (8, 9)
"""Compute capability of the first GPUs that multiply in 8 bits (Ada; Hopper is 9.0)."""
FP8_MULTIPLE = 16
"""Both sides of a matrix must be a multiple of it."""
FP8_SKIPPED_LAYERS = ("lora_",)
"""Layers whose names hold this are too small to gain."""


def find_decoder_blocks(model: nn.Module) -> list[nn.Module]:
    """The decoder layers, in order: what is sharded, compiled and checkpointed one by one.

    Raises RecipeError when the model has no list of as many layers as its configuration says.
    """
    config: Any = next(module.config for module in model.modules() if isinstance(module, PreTrainedModel))
    layers = config.get_text_config().num_hidden_layers
    for module in model.modules():
        if isinstance(module, nn.ModuleList) and len(module) == layers:
            return list(module)
    raise RecipeError(
        f"Models of type {config.model_type} have no list of {layers} layers that could be trained one by one. "
        "Choose another base."
    )


def prepare_model(model: PreTrainedModel, section: TrainConfig) -> None:
    """Make a model, in place, what the section asks for; before it is sharded, and in an order that works.

    Adapters are layers, products in 8 bits are a kind of layer, what is computed again is made of layers, and what is
    compiled must hold all of it. Raises RecipeError or ExtraError when model or machine cannot.
    """
    layers = find_decoder_blocks(model)
    if section.lora is not None:
        add_adapters(model, layers, section.lora)
    freeze_weights(model, layers, section)
    if section.precision == "fp8":
        convert_to_float8(layers)
    checkpoint_blocks(layers, section.activation_checkpointing)
    if section.compile:
        compile_blocks(layers)


def checkpoint_blocks(blocks: Sequence[nn.Module], policy: str) -> None:
    """Wrap the forward passes of the blocks, in place; names of weights stay. `policy`: none, full or selective."""
    if policy == "none":
        return
    options: dict[str, Any] = {"context_fn": make_checkpoint_contexts} if policy == "selective" else {}
    for block in blocks:
        forward: Callable[..., Any] = block.forward
        block.forward = partial(checkpoint, forward, use_reentrant=False, **options)


def make_checkpoint_contexts() -> Any:
    """The pair of contexts, of the forward pass and of the second one, that keeps the results of SAVED_OPERATORS."""
    return create_selective_checkpoint_contexts(recompute_policy)  # type: ignore[no-untyped-call]


def recompute_policy(_context: Any, operator: Any, *_: Any, **__: Any) -> CheckpointPolicy:
    """Whether the result of an operator is kept."""
    return CheckpointPolicy.MUST_SAVE if operator in SAVED_OVERLOADS else CheckpointPolicy.PREFER_RECOMPUTE


def _operators() -> frozenset[Any]:
    """The operators of SAVED_OPERATORS that this torch has, in all their overloads."""
    operators = set()
    for name in SAVED_OPERATORS:
        space, _, word = name.partition(".")
        if (operator := getattr(getattr(torch.ops, space), word, None)) is not None:
            operators |= (
                {getattr(operator, overload) for overload in operator.overloads()}
                if space != "higher_order"
                else {operator}
            )
    return frozenset(operators)


SAVED_OVERLOADS = _operators()


def compile_blocks(blocks: Sequence[nn.Module]) -> None:
    """Compile the forward functions of the blocks, in place; names of weights stay.

    Shapes are constants to the compiler. There are few: a last batch that is smaller, and documents by powers of two.
    """
    dynamo: Any = torch._dynamo.config
    dynamo.recompile_limit = max(dynamo.recompile_limit, MAX_RECOMPILES)
    for block in blocks:
        block.forward = torch.compile(block.forward, dynamic=False, backend=BACKEND)


def convert_to_float8(blocks: Sequence[nn.Module], emulate: bool = False) -> None:
    """Let the linear layers of the blocks multiply in 8 bits, in place. `emulate` computes the same without such a GPU.

    Raises ExtraError without torchao, RecipeError where the machine cannot.
    """
    if not emulate:
        check_float8_support()
    need("torchao", "lowbit")
    float8: Any = import_module("torchao.float8")
    for block in blocks:
        float8.convert_to_float8_training(
            block, config=float8.Float8LinearConfig(emulate=emulate), module_filter_fn=is_convertible
        )


def is_convertible(module: nn.Module, name: str) -> bool:
    """Whether a layer can and should multiply in 8 bits."""
    if not isinstance(module, nn.Linear) or any(part in name for part in FP8_SKIPPED_LAYERS):
        return False
    return module.in_features % FP8_MULTIPLE == 0 and module.out_features % FP8_MULTIPLE == 0


def check_float8_support() -> None:
    """RecipeError unless there is a GPU that multiplies in 8 bits."""
    capability = torch.cuda.get_device_capability() if torch.cuda.is_available() else None
    if capability is None or capability < MIN_FP8_CAPABILITY:
        has = "has no CUDA device" if capability is None else f"has one of {capability[0]}.{capability[1]}"
        raise RecipeError(
            f"train.precision = 'fp8' needs a GPU of compute capability {'.'.join(map(str, MIN_FP8_CAPABILITY))} or "
            f"more (Ada, Hopper, Blackwell), and this machine {has}. Set it to bf16."
        )
