"""One line of `speed_7b`, in a process of its own: so many steps of EMMA's training, and what they took.

The weights are random and made on the device, the documents synthetic; everything between a batch and the updated
weights is what `emma train` runs.
"""

import argparse
import json
import statistics
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import AutoModelForCausalLM, LlamaConfig

from benchmarks.gpu.lines import DRY, FULL, LINES, Line, Size
from emma.inspect.plan.memory import TrainingSetting, find_memory_peak
from emma.models.accelerators import known_peak_flops
from emma.models.shape import shape_from_config
from emma.train.batch import IGNORE, Batch, count_positions, split_micro_batches
from emma.train.config import TrainConfig
from emma.train.model import blocks
from emma.train.model.blocks import prepare_model
from emma.train.model.flops import flops_per_token
from emma.train.model.loss_model import LossModel
from emma.train.model.sharding import make_mesh, shard_model
from emma.train.optimizer.optimizers import make_optimizers
from emma.train.ranks import process_group
from emma.train.step import optimise

Facts = dict[str, Any]


def measure(line: Line, size: Size, device: torch.device, deadline: float) -> Facts:
    """Run the line's steps; those that are left out because time is up are missing from `steps`."""
    section = TrainConfig(**size.settings(line))
    predicted = predict_memory(config_of(line, size), section, size, device)
    with process_group(section):
        loss_model = build(section, config_of(line, size), device)
        optimizers = make_optimizers(loss_model.model, section)
        seconds: list[float] = []
        losses: list[float] = []
        made = batches(line, size, section, 8)
        for step in range(line.warmup + line.steps):
            batch = made[step % len(made)]
            start = time.perf_counter()
            parts = split_micro_batches(batch, section.micro_batch, -(-len(batch.inputs) // section.micro_batch))
            nats, norm = optimise(loss_model, optimizers, parts, batch.predicted, section)
            wait(device)
            seconds.append(time.perf_counter() - start)
            losses.append(float(nats.mean()))
            say(f"step {step}: {seconds[-1]:.2f} s, loss {losses[-1]:.3f}, norm {norm:.2f}")
            if time.perf_counter() > deadline and step >= line.warmup:
                break
        timed = seconds[line.warmup :]
        return {
            "steps": len(timed),
            "warmup_seconds": sum(seconds[: line.warmup]),
            "tokens_a_step": made[0].inputs.size,
            "losses": [losses[0], losses[-1]],
            **speed(loss_model, timed, made, device),
            **memory(predicted, device),
            **compilation(),
            "attention": loss_model.attention.kind if loss_model.attention else None,
            "section": size.settings(line),
        }


def build(section: TrainConfig, config: LlamaConfig, device: torch.device) -> LossModel:
    """A loss_model with random weights that were never anywhere but on the device, in its shards."""
    auto: Any = AutoModelForCausalLM
    with torch.device("meta"):
        model = auto.from_config(config, dtype=torch.float32).train()
    prepare_model(model, section)
    loss_model = LossModel(model, section)
    shard_model(loss_model, section, make_mesh(section, device))
    loss_model.to_empty(device=device)
    model.tie_weights()
    fill(loss_model, config)
    return loss_model


@torch.no_grad()
def fill(loss_model: LossModel, config: LlamaConfig) -> None:
    """Weights as Llama's are at the beginning, and rotary frequencies."""
    torch.manual_seed(0)
    for each in loss_model.parameters():
        local = each.to_local() if hasattr(each, "to_local") else each
        local.fill_(1.0) if each.dim() == 1 else local.normal_(0.0, config.initializer_range)
    rotary = loss_model.model.model.rotary_emb
    fresh = type(rotary)(config=config)
    for name, each in rotary.named_buffers():
        each.copy_(dict(fresh.named_buffers())[name])


def config_of(line: Line, size: Size) -> LlamaConfig:
    pieces = size.pieces if line.pieces is None else size.many_pieces
    return LlamaConfig(vocab_size=pieces, **size.shape)


def batches(line: Line, size: Size, section: TrainConfig, count: int) -> list[Batch]:
    """Packed documents whose lengths are log-normal, and tokens of which few are frequent."""
    random, pieces = np.random.default_rng(0), config_of(line, size).vocab_size
    sequences = section.batch_tokens // size.tokens
    found = []
    for _ in range(count):
        tokens = (pieces * random.random((sequences, size.tokens + 1)) ** 3).astype(np.int64)
        begins = np.stack([beginnings(random, size) for _ in range(sequences)])
        targets = np.where(begins[:, 1:], IGNORE, tokens[:, 1:])
        places = count_positions(begins[:, :-1])
        padding = np.zeros_like(targets, dtype=np.bool_)
        found.append(Batch(tokens[:, :-1], targets, places, np.zeros(sequences, np.int64), padding))
    return found


def beginnings(random: np.random.Generator, size: Size) -> np.ndarray:
    """Where documents begin in a window of a long stream of them."""
    lengths = np.maximum(1, random.lognormal(np.log(size.median), size.sigma, 4 * size.tokens)).astype(np.int64)
    starts = np.cumsum(lengths) - random.integers(0, 20 * size.median)
    begins = np.zeros(size.tokens + 1, np.bool_)
    begins[starts[(starts > 0) & (starts <= size.tokens)]] = True
    begins[0] = True
    return begins


def speed(loss_model: LossModel, timed: list[float], made: list[Batch], device: torch.device) -> Facts:
    """Tokens a second, and the shares of the peak that they are, by three ways to count attention."""
    tokens = made[0].inputs.size
    rate = tokens * len(timed) / sum(timed)
    length = made[0].inputs.shape[1]
    square, causal = (flops_per_token(loss_model.model, length, causal=each) for each in (False, True))
    seen = statistics.mean(float((batch.positions + 1).mean()) for batch in made)
    masked = causal - (square - causal) * (1 - 2 * seen / length)
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else ""
    return {
        "tokens_a_second": rate,
        "median_seconds": statistics.median(timed),
        "slowest_seconds": max(timed),
        "documents_a_sequence": statistics.mean(float((batch.positions == 0).sum(1).mean()) for batch in made),
        "flops_a_token": {"full square": square, "causal": causal, "documents": masked},
        "peak": known_peak_flops(name),
        "device": name or "CPU",
    }


def memory(predicted: Facts, device: torch.device) -> Facts:
    """The peak of the device's memory in bytes, beside what was predicted."""
    if device.type != "cuda":
        return predicted
    return {
        **predicted,
        "peak_bytes": torch.cuda.max_memory_allocated(device),
        "reserved_bytes": torch.cuda.max_memory_reserved(device),
    }


def predict_memory(config: LlamaConfig, section: TrainConfig, size: Size, device: torch.device) -> Facts:
    """What `emma plan` says the peak should be. Raises MemoryError where the device has less."""
    shape = shape_from_config(config.to_dict(), "the benchmark's model")
    wanted = find_memory_peak(shape, TrainingSetting(section, size.tokens, 1, device.type)).total
    there = torch.cuda.get_device_properties(device).total_memory if device.type == "cuda" else None
    if there is not None and wanted > there:
        raise MemoryError(f"it takes {wanted / 1e9:.0f} GB by the plan, and the device has {there / 1e9:.0f}")
    return {"predicted_bytes": wanted}


def compilation() -> Facts:
    """How many graphs were compiled, and where the compiler gave up."""
    counters = torch._dynamo.utils.counters
    return {"graphs": counters["stats"]["unique_graphs"], "breaks": sum(counters["graph_break"].values())}


def wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    """Measure one line and write its facts, or why there are none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("line", choices=sorted(LINES))
    parser.add_argument("out", type=Path)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--set", action="append", default=[], help="a setting of [train], as name=value")
    parser.add_argument("--dry", action="store_true", help="a tiny model on a processor")
    given = parser.parse_args()
    deadline = time.perf_counter() + given.seconds
    torch.set_float32_matmul_precision("high")
    device = torch.device("cpu" if given.dry else "cuda")
    size, line = (DRY if given.dry else FULL), LINES[given.line].changed(given.set)
    if given.dry:
        torch.set_num_threads(1)
        blocks.BACKEND = line.backend
        # Products in 8 bits are computed from the numbers that 8 bits hold.
        blocks.convert_to_float8 = partial(blocks.convert_to_float8, emulate=True)
    try:
        facts = line.run(size, device, deadline) if line.run else measure(line, size, device, deadline)
    except Exception as error:  # whatever it is, the other lines go on
        memory_was = torch.cuda.max_memory_allocated(device) if device.type == "cuda" else None
        facts = {"error": f"{type(error).__name__}: {error}"[:2000], "peak_bytes": memory_was}
    given.out.write_text(json.dumps(facts, default=str), encoding="utf-8")


if __name__ == "__main__":
    main()
