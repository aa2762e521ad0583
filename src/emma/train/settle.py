"""What the recipe leaves to machine and model, settled before anything is trained: precision and learning rates.

The first process decides for all, so that a cluster of unlike machines trains one model; and what was settled stays
with the checkpoints, so that a run which goes on elsewhere goes on as it began.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import distributed

from emma.models.device import Choice, bf16_hardware, bf16_ratio, choose_precision, fast_type
from emma.models.folder import ORIGIN, TRAINING, read_json
from emma.store.artifact import Artifact
from emma.train.config import HALF, TrainConfig
from emma.train.load import empty_model
from emma.train.rates import Beginning, choose_rates, warnings
from emma.work.work import Work

SETTLED = "settled.json"
BEGAN = "as this training began"


@dataclass(frozen=True)
class Settled:
    """A section with nothing left open, and what no recipe says."""

    section: TrainConfig
    muon: torch.dtype
    """In which type Muon makes its steps orthogonal."""


def settle(section: TrainConfig, adapt: Artifact, device: torch.device, work: Work) -> Settled:
    """The section with a precision and learning rates. What was chosen is said, and noted in the run's record."""
    told: list[Any] = [None]
    if distributed.get_rank() == 0:
        told = [_decide(section, beginning(adapt), device, work)]
    if distributed.get_world_size() > 1:
        distributed.broadcast_object_list(told, src=0)
    found: Settled = told[0]
    return found


def _decide(section: TrainConfig, start: Beginning, device: torch.device, work: Work) -> Settled:
    before = read_json(work.scratch / SETTLED)
    precision = gone_on(before["precision"], device) if before else choose_precision(section.precision, device)
    muon = getattr(torch, before["muon"]) if before else fast_type(device)
    settled, rate = choose_rates(section.model_copy(update={"precision": precision.value}), start)
    work.record_choice("precision", precision)
    if rate is not None:
        work.record_choice("learning_rate", rate)
    for each in warnings(section, start):
        work.reporter.say(f"  train: warning: {each}")
    kept = {"precision": precision.value, "muon": str(muon).removeprefix("torch.")}
    (work.scratch / SETTLED).write_text(json.dumps(kept), encoding="utf-8")
    return Settled(settled, muon)


def gone_on(precision: str, device: torch.device) -> Choice:
    """The precision with which a training began, on the machine where it goes on; what that costs is said."""
    if precision not in HALF or bf16_hardware(device):
        return Choice(precision, BEGAN)
    ratio = bf16_ratio(device)
    return Choice(
        precision,
        f"{BEGAN} on another machine; this one only emulates bfloat16, and a product takes {ratio:.0f} times as long "
        "as in float32. Go on there, or begin anew with --set train.precision=fp32",
        warn=True,
    )


def beginning(adapt: Artifact) -> Beginning:
    """What there is before the first step."""
    model, path = empty_model(adapt.file("model")), adapt.find(ORIGIN)
    origin = read_json(path) if path is not None else {}
    weights = sum(each.numel() for each in model.parameters())
    width = model.config.get_text_config().hidden_size
    return Beginning(weights, width, bool(origin.get("base")), origin.get("optimizer"))


def write_record(section: TrainConfig, facts: dict[str, Any], folder: Path) -> None:
    """Write `training.json` beside a trained model: by which optimiser, rates and precision it came about.

    Whoever adapts it further learns from it what it was trained with.
    """
    names = ("optimizer", "learning_rate", "embedding_lr", "head_lr", "schedule", "precision", "batch_tokens", "seed")
    record = {**{name: getattr(section, name) for name in names}, **facts}
    (folder / TRAINING).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
