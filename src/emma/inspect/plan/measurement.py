"""Measuring the time of one step, instead of assuming it, from two small stacks of the blocks that are planned.

Time is taken to be a part that every step has (embeddings, head, loss) and a part for each block, so stacks of
one and of two blocks give both. The stacks are trained by the trainer's own code, on random tokens.
"""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np

from emma.config.extras import need
from emma.inspect.plan.memory import TrainingSetting
from emma.models.shape import Shape

REPEATS = 5
"""Times that each piece of work is timed; the median counts."""
DOCUMENTS_PER_SEQUENCE = 4
"""Documents in a random sequence, all of one length."""


def measure_speed(shape: Shape, setting: TrainingSetting) -> float:
    """Tokens per second of one rank with this shape and setting, on this machine."""
    need("torch", "train")
    need("transformers", "train")
    from emma.train.ranks import process_group

    with process_group(setting.section):
        (one, update_one), (two, update_two) = (measure_stack(shape, layers, setting) for layers in (1, 2))
    parts = -(-setting.sequences_per_rank // setting.section.micro_batch)
    # Two stacks, so that the part that every step has is counted once however many blocks there are.
    through = one + (two - one) * (shape.layers - 1)
    update = update_one + (update_two - update_one) * (shape.layers - 1)
    return setting.sequences_per_rank * setting.sequence_length / (parts * through + update)


def measure_stack(shape: Shape, layers: int, setting: TrainingSetting) -> tuple[float, float]:
    """Seconds for a micro-batch, and for an update of the weights, with this many blocks."""
    from emma.train.optimizer.optimizers import make_optimizers
    from emma.train.step import accumulate

    loss_model = build_stack(shape, layers, setting)
    # How large a step is does not matter to how long it takes.
    optimizers = make_optimizers(loss_model.model, setting.section.model_copy(update={"learning_rate": 1e-4}))
    batch = draw_random_batch(shape.rows, setting)

    def run_micro_batch() -> None:
        accumulate(loss_model, [batch], batch.predicted, setting.section)

    def update() -> None:
        for optimizer in optimizers:
            optimizer.step()

    # The first calls compile and allocate, and are not timed.
    run_micro_batch()
    update()
    return time_median(run_micro_batch), time_median(update)


def build_stack(shape: Shape, layers: int, setting: TrainingSetting) -> Any:
    """A Llama of this many such blocks with random weights, ready to train."""
    from transformers import LlamaConfig, LlamaForCausalLM

    from emma.train.model.blocks import prepare_model
    from emma.train.model.loss_model import LossModel
    from emma.train.model.sharding import make_mesh, shard_model
    from emma.train.ranks import choose_own_device

    config = LlamaConfig(
        vocab_size=shape.rows,
        hidden_size=shape.width,
        intermediate_size=shape.inner,
        num_hidden_layers=layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.kv_heads,
        head_dim=shape.head_width,
        tie_word_embeddings=shape.tied,
        max_position_embeddings=setting.sequence_length,
    )
    device = choose_own_device(setting.section)
    model: Any = LlamaForCausalLM(config).to(device)  # type: ignore[arg-type]
    # A stack does not have all the blocks that could be frozen. With frozen ones a step takes less than is measured.
    prepare_model(model, setting.section.model_copy(update={"freeze": ()}))
    loss_model = LossModel(model, setting.section)
    shard_model(loss_model, setting.section, make_mesh(setting.section, device))
    return loss_model


def draw_random_batch(rows: int, setting: TrainingSetting) -> Any:
    """A micro-batch of random tokens in documents of equal length."""
    from emma.train.batch import Batch

    shape = (setting.tokens // setting.sequence_length, setting.sequence_length)
    generator = np.random.default_rng(0)
    # Documents of equal length stand for those of the corpus: attention costs by their length.
    places = np.arange(shape[1]) % max(1, shape[1] // DOCUMENTS_PER_SEQUENCE)
    inputs, targets = (generator.integers(0, rows, shape) for _ in range(2))
    return Batch(inputs, targets, np.broadcast_to(places, shape).copy(), np.zeros(shape[0], np.int64), targets < 0)


def time_median(do: Callable[[], None]) -> float:
    """The median of a few calls, with the accelerator's work done."""
    import torch

    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        do()
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        times.append(time.perf_counter() - start)
    return median(times)
