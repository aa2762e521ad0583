"""Validation while training: held-out text is scored every so many steps, alarms are raised, the best weights kept.

All of it goes by whole steps and by numbers that are the same on all ranks, and is part of a checkpoint, so a run that
goes on finds what an uninterrupted one would have found.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypedDict

import numpy as np
import torch

from emma.schemas import VALIDATION
from emma.store import shards
from emma.store.files import write_json
from emma.tokens.samples import Samples
from emma.train.config import TrainConfig
from emma.train.model.loss_model import LossModel
from emma.train.watch.forgetting import (
    Alarm,
    Evaluation,
    find_alarms,
    find_best,
    find_probes,
    measure_probes,
    measure_rises,
)
from emma.train.watch.held_out import HeldOut, read_held_out
from emma.train.watch.ledger import NATS_PER_UNIT
from emma.train.watch.scoring import HeldOutScores, score_held_out


class ValidationState(TypedDict):
    """The part of a checkpoint that validation needs."""

    steps: list[int]
    units: torch.Tensor
    """Nats by group at each of these steps, in multiples of NATS_PER_UNIT, int64 (evaluations, groups)."""


class Validation:
    """The evaluations of a training so far, and what follows from them."""

    def __init__(self, held_out: HeldOut, section: TrainConfig) -> None:
        self.held_out, self.section = held_out, section
        self.probes = find_probes(held_out.groups, section)
        self.evaluations: Sequence[Evaluation] = ()
        self.alarms: Mapping[int, Sequence[Alarm]] = {}
        """The alarms of each evaluation, by its step: kept, as every step asks, and languages may be a thousand."""

    def is_due(self, step: int, steps: int) -> bool:
        """Whether to evaluate after `step` of `steps` steps: not twice, and always at both ends."""
        is_done = any(each.step == step for each in self.evaluations)
        return not is_done and (step % (self.section.evaluate_every or steps) == 0 or step == steps)

    def evaluate(self, loss_model: LossModel, step: int) -> None:
        """Score the model after so many steps. All ranks call it."""
        scores = score_held_out(loss_model, self.held_out, self.section)
        self.set_evaluations([*self.evaluations, Evaluation(step, scores)])

    def set_evaluations(self, evaluations: Sequence[Evaluation]) -> None:
        """Have these evaluations, from the first on."""
        self.evaluations = evaluations
        self.alarms = find_alarms(evaluations, self.probes, self.section.max_forgetting)

    @property
    def stopped_at(self) -> int | None:
        """The step at which an alarm ended the training; None where none did."""
        alarmed = [step for step, alarms in self.alarms.items() if alarms]
        return alarmed[0] if alarmed and self.section.on_forgetting == "stop" else None

    @property
    def best_step(self) -> int | None:
        """The step of the best weights so far, if they may be the result; None where the last ones are it anyway."""
        if not self.evaluations or not (self.section.keep_best or self.section.on_forgetting == "stop"):
            return None
        return find_best(self.evaluations, self.alarms)

    @property
    def result_step(self) -> int | None:
        """The step whose weights are to be the result; None: the last."""
        return self.best_step if self.section.keep_best or self.stopped_at is not None else None

    @property
    def last(self) -> tuple[HeldOutScores, dict[str, float]]:
        """The last scores, and how much each probe rose since the first."""
        last, first = self.evaluations[-1].scores, self.evaluations[0].scores
        return last, measure_rises(last, first, self.probes)

    def state(self) -> ValidationState:
        """All evaluations, as plain values and a tensor."""
        units = [each.scores.units for each in self.evaluations]
        stacked = np.stack(units) if units else np.zeros((0, len(self.held_out.groups)), np.int64)
        return {"steps": [each.step for each in self.evaluations], "units": torch.from_numpy(stacked)}

    def restore(self, state: ValidationState) -> None:
        """Become the validation that `state` was taken from."""
        groups = self.held_out.groups
        pairs = zip(state["steps"], state["units"].numpy(), strict=True)
        self.set_evaluations([Evaluation(step, HeldOutScores(groups, units)) for step, units in pairs])

    def write(self, folder: Path) -> None:
        """Write `validation.parquet` (schemas.VALIDATION) and `validation.json`, what was concluded from it."""
        with shards.ShardWriter(folder / "validation.parquet", VALIDATION) as writer:
            for step, scores in self.evaluations:
                for group, units in zip(scores.groups, scores.units.tolist(), strict=True):
                    writer.add({"step": step, **vars(group), "nats": units * NATS_PER_UNIT})
        write_json(folder / "validation.json", self.summarise())

    def summarise(self) -> dict[str, object]:
        """Probes by evaluation, alarms, and which step's weights are the result."""
        return {
            "probes": {str(step): measure_probes(scores, self.probes) for step, scores in self.evaluations},
            "max_forgetting": self.section.max_forgetting,
            "alarms": [alarm for alarms in self.alarms.values() for alarm in alarms],
            "stopped_at": self.stopped_at,
            "result_step": self.evaluations[-1].step if self.result_step is None else self.result_step,
        }


def open_validation(section: TrainConfig, samples: Samples, folder: Path) -> Validation | None:
    """The validation that a recipe asks for; `folder` has the model's tokenizer. None where it asks for none."""
    if section.evaluate_every is None:
        return None
    return Validation(read_held_out(samples, folder, section), section)
