"""Settings that a recipe leaves at `auto`: precision and learning rates, chosen by machine and model before training.

Rank 0 decides for all, so that a cluster of unlike machines trains one model; and what was chosen stays with the
checkpoints, so that a run which goes on elsewhere goes on as it began.
"""

from dataclasses import dataclass

import torch
from torch import distributed

from emma.models.device import Choice, bf16_hardware, bf16_ratio, choose_precision, fast_type
from emma.models.folder import ORIGIN, TRAINING, read_model_json
from emma.store.artifact import Artifact
from emma.store.files import write_json
from emma.train.config import BF16_PRECISIONS, TrainConfig
from emma.train.model.sharding import empty_model
from emma.train.optimizer.rates import StartingPoint, choose_rates, rate_warnings
from emma.train.ranks import is_rank_zero
from emma.work.work import Work

CHOICES_FILE = "settled.json"
"""File beside the checkpoints with what this training began with."""
AS_BEGUN = "as this training began"
"""Reason for a choice that an earlier try of this run made."""


@dataclass(frozen=True)
class TrainingSetup:
    """A section in which no setting is left open, and the choices that no recipe has a setting for."""

    section: TrainConfig
    muon_type: torch.dtype
    """Type in which Muon makes its steps orthogonal."""
    start: StartingPoint
    """The model before the first step."""


def resolve_auto(
    section: TrainConfig, adapt: Artifact, device: torch.device, work: Work, start: Artifact | None = None
) -> TrainingSetup:
    """Choose precision and learning rates on rank 0 for all ranks; the run's record has the choices.

    `start` has another training's model in the place of that of `adapt`.
    """
    # broadcast_object_list fills a list in place.
    message: list[TrainingSetup | None] = [
        _decide(section, read_start(adapt, start), device, work) if is_rank_zero() else None
    ]
    if distributed.get_world_size() > 1:
        distributed.broadcast_object_list(message, src=0)
    (setup,) = message
    assert setup is not None
    return setup


def _decide(section: TrainConfig, start: StartingPoint, device: torch.device, work: Work) -> TrainingSetup:
    """Choose on rank 0, or take up what an earlier try of this run chose."""
    # A run that goes on keeps its first choices, also on another machine.
    before = read_model_json(work.scratch / CHOICES_FILE)
    precision = (
        resumed_precision(before["precision"], device) if before else choose_precision(section.precision, device)
    )
    muon_type = getattr(torch, before["muon"]) if before else fast_type(device)
    resolved, rate = choose_rates(section.model_copy(update={"precision": precision.value}), start)
    work.record_choice("precision", precision)
    if rate is not None:
        work.record_choice("learning_rate", rate)
    for warning in rate_warnings(section, start):
        work.reporter.say(f"  train: warning: {warning}")
    choices = {"precision": precision.value, "muon": str(muon_type).removeprefix("torch.")}
    write_json(work.scratch / CHOICES_FILE, choices)
    return TrainingSetup(resolved, muon_type, start)


def resumed_precision(precision: str, device: torch.device) -> Choice:
    """The precision that a training began with, for the machine where it goes on; a warning says what that costs."""
    if precision not in BF16_PRECISIONS or bf16_hardware(device):
        return Choice(precision, AS_BEGUN)
    ratio = bf16_ratio(device)
    return Choice(
        precision,
        f"{AS_BEGUN} on another machine; this one only emulates bfloat16, and a product takes {ratio:.0f} times as "
        "long as in float32. Go on there, or begin anew with --set train.precision=fp32",
        warn=True,
    )


def read_start(adapt: Artifact, start: Artifact | None = None) -> StartingPoint:
    """The model's size and history before the first step, from its folder; no weight is read."""
    path = adapt.find(ORIGIN)
    origin = read_model_json(path) if path is not None else {}
    folder = (start or adapt).file("model")
    if start is not None:
        # Which rows are new stays as adapt has it: vocabularies are the same.
        origin |= {"base": True, "optimizer": read_model_json(folder / TRAINING).get("optimizer")}
    model = empty_model(folder)
    weights = sum(weight.numel() for weight in model.parameters())
    width = model.config.get_text_config().hidden_size
    return StartingPoint(weights, width, bool(origin.get("base")), origin.get("optimizer"), origin.get("first_new_row"))
