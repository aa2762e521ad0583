"""What the recipe leaves to machine and model, settled before anything is trained: precision and learning rates.

The first process decides for all, so that a cluster of unlike machines trains one model.
"""

import json
from pathlib import Path
from typing import Any

import torch
from torch import distributed

from emma.models.folder import TRAINING
from emma.models.precision import choose_precision
from emma.store.artifact import Artifact
from emma.train.config import TrainConfig
from emma.train.load import empty_model
from emma.train.rates import Beginning, choose_rates, warnings
from emma.work.work import Work

ORIGIN = "origin.json"
"""What adapt says of where the weights are from."""


def settle(section: TrainConfig, adapt: Artifact, device: torch.device, work: Work) -> TrainConfig:
    """The section with a precision and learning rates. What was chosen is said, and noted in the run's record."""
    precision = choose_precision(section.precision, device)
    start = beginning(adapt)
    settled, rate = choose_rates(section.model_copy(update={"precision": precision.value}), start)
    work.note("precision", precision)
    if rate is not None:
        work.note("learning_rate", rate)
    for each in warnings(section, start):
        work.reporter.say(f"  train: warning: {each}")
    return agreed(settled)


def beginning(adapt: Artifact) -> Beginning:
    """What there is before the first step."""
    model, path = empty_model(adapt.file("model")), adapt.find(ORIGIN)
    origin: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path is not None else {}
    weights = sum(each.numel() for each in model.parameters())
    width = model.config.get_text_config().hidden_size
    return Beginning(weights, width, bool(origin.get("base")), origin.get("optimizer"))


def agreed(section: TrainConfig) -> TrainConfig:
    """The first process's section, in all of them."""
    told: list[Any] = [section]
    if distributed.get_world_size() > 1:
        distributed.broadcast_object_list(told, src=0)
    found: TrainConfig = told[0]
    return found


def write_record(section: TrainConfig, facts: dict[str, Any], folder: Path) -> None:
    """Write `training.json` beside a trained model: by which optimiser, rates and precision it came about.

    Whoever adapts it further learns from it what it was trained with.
    """
    names = ("optimizer", "learning_rate", "embedding_lr", "head_lr", "schedule", "precision", "batch_tokens", "seed")
    record = {**{name: getattr(section, name) for name in names}, **facts}
    (folder / TRAINING).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
