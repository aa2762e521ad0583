"""Settings that a recipe leaves at `auto`: precision and learning rates, chosen by machine and model before training.

Rank 0 decides for all, so that a cluster of unlike machines trains one model; and what was chosen stays with the
checkpoints, so that a run which goes on elsewhere goes on as it began.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import distributed

from emma.models.device import Choice, bf16_hardware, bf16_ratio, choose_precision, fast_type
from emma.models.folder import ORIGIN, read_json
from emma.store.artifact import Artifact
from emma.store.files import write_json
from emma.train.config import HALF, TrainConfig
from emma.train.ranks import is_rank_zero
from emma.train.rates import StartingPoint, choose_rates, warnings
from emma.train.sharding import empty_model
from emma.work.work import Work

CHOICES_FILE = "settled.json"
AS_BEGUN = "as this training began"


@dataclass(frozen=True)
class TrainingSetup:
    """A section in which no setting is left open, and the choices that no recipe has a setting for."""

    section: TrainConfig
    muon_type: torch.dtype
    """Type in which Muon makes its steps orthogonal."""


def resolve_auto(section: TrainConfig, adapt: Artifact, device: torch.device, work: Work) -> TrainingSetup:
    """The section with a precision and learning rates. What was chosen is said, and noted in the run's record."""
    message: list[Any] = [_decide(section, read_start(adapt), device, work) if is_rank_zero() else None]
    if distributed.get_world_size() > 1:
        distributed.broadcast_object_list(message, src=0)
    setup: TrainingSetup = message[0]
    return setup


def _decide(section: TrainConfig, start: StartingPoint, device: torch.device, work: Work) -> TrainingSetup:
    """Choose on rank 0, or take up what an earlier try of this run chose."""
    before = read_json(work.scratch / CHOICES_FILE)
    precision = (
        resumed_precision(before["precision"], device) if before else choose_precision(section.precision, device)
    )
    muon_type = getattr(torch, before["muon"]) if before else fast_type(device)
    resolved, rate = choose_rates(section.model_copy(update={"precision": precision.value}), start)
    work.record_choice("precision", precision)
    if rate is not None:
        work.record_choice("learning_rate", rate)
    for warning in warnings(section, start):
        work.reporter.say(f"  train: warning: {warning}")
    choices = {"precision": precision.value, "muon": str(muon_type).removeprefix("torch.")}
    write_json(work.scratch / CHOICES_FILE, choices)
    return TrainingSetup(resolved, muon_type)


def resumed_precision(precision: str, device: torch.device) -> Choice:
    """The precision with which a training began, on the machine where it goes on; what that costs is said."""
    if precision not in HALF or bf16_hardware(device):
        return Choice(precision, AS_BEGUN)
    ratio = bf16_ratio(device)
    return Choice(
        precision,
        f"{AS_BEGUN} on another machine; this one only emulates bfloat16, and a product takes {ratio:.0f} times as "
        "long as in float32. Go on there, or begin anew with --set train.precision=fp32",
        warn=True,
    )


def read_start(adapt: Artifact) -> StartingPoint:
    """The model's size and history before the first step, from its folder; no weight is read."""
    model, path = empty_model(adapt.file("model")), adapt.find(ORIGIN)
    origin = read_json(path) if path is not None else {}
    weights = sum(weight.numel() for weight in model.parameters())
    width = model.config.get_text_config().hidden_size
    return StartingPoint(weights, width, bool(origin.get("base")), origin.get("optimizer"))
