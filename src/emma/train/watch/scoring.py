"""The cost of held-out text under the model in training, in bits per byte by language and tier."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import distributed

from emma.lang.coverage import is_language
from emma.train.batch import IGNORE
from emma.train.config import TrainConfig
from emma.train.model.loss_model import LossModel
from emma.train.ranks import all_reduce_sum
from emma.train.watch.held_out import HeldOut, HeldOutGroup
from emma.train.watch.ledger import NATS_PER_UNIT

Ints = npt.NDArray[np.int64]
LN2 = float(np.log(2))


@dataclass(frozen=True)
class HeldOutScores:
    """The cost of held-out text under one state of the model."""

    groups: Sequence[HeldOutGroup]
    units: Ints
    """Nats of each group, in multiples of NATS_PER_UNIT (groups,): whole numbers, so that sums are exact."""

    def bits_per_byte(self, label: Callable[[HeldOutGroup], str | None]) -> dict[str, float]:
        """Bits per byte of the groups that have the same label, all their text together; sorted by label."""
        sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for group, units in zip(self.groups, self.units.tolist(), strict=True):
            if (name := label(group)) is not None:
                sums[name][0] += units
                sums[name][1] += group.bytes
        return {name: units * NATS_PER_UNIT / LN2 / size for name, (units, size) in sorted(sums.items()) if size}

    def of_languages(self) -> dict[str, float]:
        """Bits per byte by label; program code has one too."""
        return self.bits_per_byte(lambda group: group.lang)

    def of_tiers(self) -> dict[str, float]:
        """Mean bits per byte of the languages of each tier; each counts once, and program code does not."""
        values: dict[str, list[float]] = defaultdict(list)
        tiers = {group.lang: group.tier for group in self.groups}
        for lang, value in self.of_languages().items():
            if is_language(lang) and (tier := tiers[lang]) is not None:
                values[tier].append(value)
        return {tier: sum(each) / len(each) for tier, each in sorted(values.items())}

    def mean(self) -> float:
        """Mean bits per byte over languages, each of which counts once; over all there is where nothing is one."""
        by_lang = self.of_languages()
        values = [value for lang, value in by_lang.items() if is_language(lang)] or list(by_lang.values())
        return sum(values) / len(values)


@torch.no_grad()
def score_held_out(loss_model: LossModel, held_out: HeldOut, section: TrainConfig) -> HeldOutScores:
    """Score held-out text with the model as it is now. All ranks call it, and all get the scores.

    Batches do not depend on the number of ranks, so neither do the results, to the last bit where the weights are the
    same.
    """
    units = np.zeros(len(held_out.groups), np.int64)
    was_training = loss_model.training
    loss_model.eval()  # no dropout
    for rows in split_own_rows(len(held_out.inputs), section.micro_batch):
        units += _score_rows(loss_model, held_out, rows)
    loss_model.train(was_training)
    # No backward pass follows, after which FSDP would drop the weights that it gathered; they will change.
    loss_model.reshard()  # type: ignore[operator]
    return HeldOutScores(held_out.groups, all_reduce_sum(units))


def split_own_rows(rows: int, micro_batch: int) -> Iterator[slice]:
    """This rank's micro-batches of so many sequences: every `world_size`-th. An empty one where others have one more,
    as all ranks must call a sharded model equally often."""
    rank, world_size = distributed.get_rank(), distributed.get_world_size()
    for start in range(0, rows, micro_batch * world_size):
        first = min(start + rank * micro_batch, rows)
        yield slice(first, min(first + micro_batch, rows))


def _score_rows(loss_model: LossModel, held_out: HeldOut, rows: slice) -> Ints:
    """The cost of some sequences by group, in multiples of NATS_PER_UNIT."""
    inputs, positions, targets = (array[rows] for array in (held_out.inputs, held_out.positions, held_out.targets))
    if not len(inputs):
        inputs, positions = np.zeros_like(held_out.inputs[:1]), np.arange(held_out.inputs.shape[1])[None]
        targets = np.full_like(inputs, IGNORE)
    device = next(loss_model.parameters()).device
    _, nats = loss_model(*(torch.from_numpy(array).to(device) for array in (inputs, positions, targets)))
    owners = held_out.owners[rows][held_out.targets[rows] != IGNORE]
    units = np.rint(nats.double().cpu().numpy() / NATS_PER_UNIT)
    return np.bincount(owners, units, len(held_out.groups)).astype(np.int64)
