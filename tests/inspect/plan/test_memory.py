"""What the plan says of memory, against autograd's own count of what it keeps, and the numbers of a known model."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from emma.inspect.plan.memory import TrainingSetting, activation_bytes, find_memory_peak, moment_bytes, peak_candidates
from emma.inspect.plan.shape import NAMED_SHAPES
from emma.models.shape import Shape
from emma.train.config import TrainConfig
from emma.train.model.blocks import prepare_model
from emma.train.model.config import LoraConfig
from emma.train.model.loss_model import LossModel

SMALL = Shape(layers=2, width=64, inner=176, heads=4, kv_heads=2, head_width=16, rows=128)
SEVEN = NAMED_SHAPES["llama2-7b"]
WHOLE = {"batch_tokens": 4096, "micro_batch": 1}


def kept(shape: Shape, section: TrainConfig, tokens: int, kind: torch.dtype) -> int:
    """Bytes that autograd keeps of a forward pass over two sequences of this shape, weights left out."""
    config = LlamaConfig(
        hidden_size=shape.width,
        intermediate_size=shape.inner,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.kv_heads,
        vocab_size=shape.rows,
        max_position_embeddings=tokens,
    )
    model = LlamaForCausalLM(config).to(kind).train()
    prepare_model(model, section)
    loss_model, found = LossModel(model, section), {}
    weights = {each.untyped_storage().data_ptr() for each in model.parameters()}

    def note(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights:
            found[storage.data_ptr()] = storage.nbytes()
        return tensor

    ids = torch.zeros(2, tokens, dtype=torch.long)
    places = torch.arange(tokens).remainder(tokens // 2).expand(2, tokens).contiguous()
    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        loss_model(ids, places, ids)
    return sum(found.values())


@pytest.mark.parametrize(
    ("fields", "kind", "machine"),
    [
        ({}, torch.float32, "cpu"),
        ({"document_masks": False}, torch.float32, "cpu"),
        ({"activation_checkpointing": "full"}, torch.float32, "cpu"),
        ({"precision": "bf16"}, torch.float32, "cpu"),
        ({"precision": "bf16", "attention": "sdpa"}, torch.bfloat16, "cuda"),
        ({"precision": "bf16", "document_masks": False}, torch.bfloat16, "cuda"),
        ({"precision": "bf16", "activation_checkpointing": "full"}, torch.bfloat16, "cuda"),
    ],
)
def test_a_block_keeps_what_autograd_says(fields: dict[str, Any], kind: torch.dtype, machine: str) -> None:
    section, tokens = TrainConfig(micro_batch=2, **fields), 128
    one, two = (kept(replace(SMALL, layers=layers), section, tokens, kind) for layers in (1, 2))
    assert activation_bytes(SMALL, TrainingSetting(section, tokens, 1, machine)) == pytest.approx(two - one, rel=0.01)


def test_selective_lies_between() -> None:
    found = [
        activation_bytes(SEVEN, TrainingSetting(TrainConfig(activation_checkpointing=each, precision="bf16"), 4096))
        for each in ("full", "selective", "none")
    ]
    assert all(one < other for one, other in pairwise(found))


@pytest.mark.parametrize(
    ("fields", "gigabytes"),
    [({}, 107.8), ({"optimizer_states": "bf16"}, 80.9), ({"optimizer": "muon"}, 81.9)],
)
def test_states_of_seven_billion(fields: dict[str, Any], gigabytes: float) -> None:
    """16 bytes a weight of 6.74 B; 12 with bfloat16 moments; Muon has 4 a weight less, inside the blocks."""
    end = peak_candidates(SEVEN, TrainingSetting(TrainConfig(precision="bf16", **WHOLE, **fields), 4096))[-1]
    assert (end.weights + end.gradients + end.moments) / 1e9 == pytest.approx(gigabytes, rel=0.002)


def test_eight_bits_are_a_quarter_inside_the_blocks() -> None:
    inside = moment_bytes(1e9, 0, TrainConfig(optimizer_states="int8")) / moment_bytes(1e9, 0, TrainConfig())
    outside = moment_bytes(0, 1e9, TrainConfig(optimizer_states="int8")) / moment_bytes(0, 1e9, TrainConfig())
    assert (inside, outside) == (pytest.approx(0.25, rel=0.02), 0.5)


def test_more_processes_share_the_states_and_nothing_else() -> None:
    section = TrainConfig(precision="bf16", batch_tokens=1 << 22, micro_batch=2)
    one, eight = (find_memory_peak(SEVEN, TrainingSetting(section, 4096, ranks)) for ranks in (1, 8))
    for name in ("weights", "gradients", "moments"):
        assert getattr(eight, name) == pytest.approx(getattr(one, name) / 8)
    assert (eight.activations, eight.loss) == (one.activations, one.loss)
    copies = find_memory_peak(SEVEN, TrainingSetting(section.model_copy(update={"shard_over": 1}), 4096, 8))
    assert copies == one


def test_gradients_wait_only_where_there_are_more_micro_batches() -> None:
    once, twice = (
        peak_candidates(SMALL, TrainingSetting(TrainConfig(batch_tokens=sequences * 64, micro_batch=2), 64))[0]
        for sequences in (2, 4)
    )
    assert (once.gradients, twice.gradients) == (0, 4 * SMALL.weights)


def test_whole_gradients_cost_four_bytes_a_weight() -> None:
    section = TrainConfig(whole_gradients=True, batch_tokens=1 << 22, micro_batch=1)
    assert find_memory_peak(SEVEN, TrainingSetting(section, 4096, 64)).gradients == 4 * SEVEN.weights


def test_adapters_leave_most_states_out() -> None:
    section = TrainConfig(lora=LoraConfig(rank=8, train_embeddings=False), precision="bf16", **WHOLE)
    found = find_memory_peak(SEVEN, TrainingSetting(section, 4096))
    # 8 · (in + out) over the seven matrices of 32 blocks: 20 M weights
    assert found.moments == pytest.approx(8 * 19_988_480)
    assert found.weights == pytest.approx(4 * (SEVEN.weights + 19_988_480))


def test_what_is_frozen_has_no_moments_and_the_pull_a_copy_of_the_weights() -> None:
    section = TrainConfig(freeze=("blocks.0-15", "old_rows"), l2_to_base=1.0)
    found = find_memory_peak(SEVEN, TrainingSetting(section, 4096))
    assert found.moments == pytest.approx(8 * (16 * SEVEN.block + SEVEN.outside))
    assert found.weights == 8 * SEVEN.weights


def test_a_head_of_260_thousand_pieces_fits_by_chunks() -> None:
    section = TrainConfig(precision="bf16", micro_batch=4, batch_tokens=1 << 22, activation_checkpointing="full")
    found = peak_candidates(replace(SEVEN, rows=260_164), TrainingSetting(section, 4096, 8))[0]
    logits_at_once = 4 * 4096 * 260_164 * 10
    assert found.loss < logits_at_once / 3
