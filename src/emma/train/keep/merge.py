"""Merging with the base after training: alpha · initial + (1 - alpha) · trained, on the weights that both have.

New rows stay as they were trained, as the base has none to merge them with. Of five ways to keep what a base knew,
this one helped translation most, over 32 languages (arXiv 2606.00284). Of a list of alphas each is tried on held-out
text, and `max_forgetting` holds for the choice.

Every rank merges its own shards, so the result does not depend on the number of ranks. With adapters it is their update
that gets smaller.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import torch
from torch import Tensor

from emma.errors import RecipeError
from emma.store.files import write_json
from emma.tokens.samples import Samples
from emma.train.config import TrainConfig
from emma.train.model.lora import DOWN
from emma.train.model.loss_model import LossModel
from emma.train.model.sharding import load_sharded
from emma.train.optimizer.rows import count_rows_before, local_part, vocabulary_weights
from emma.train.ranks import is_rank_zero
from emma.train.watch.forgetting import find_probes, measure_rises, name_probe
from emma.train.watch.held_out import HeldOut, list_held_out_files, read_held_out
from emma.train.watch.scoring import score_held_out
from emma.work.work import Work

MERGE = "merge.json"
"""File beside a trained model with the alphas that were tried."""


class Trial(TypedDict):
    """One alpha on held-out text."""

    alpha: float
    bits_per_byte: float
    """Mean over languages."""
    languages: dict[str, float]
    """Bits per byte by language, and of program code."""
    forgetting: dict[str, float]
    """By probe, the share by which its bits per byte are above those before the first step."""


class MergeRecord(TypedDict):
    """The contents of `merge.json`."""

    alpha: float
    """The one that was taken: the share of the initial weights in the result."""
    trials: list[Trial]


@dataclass(frozen=True)
class Merger:
    """This rank's part of a model's weights, and what they were before and after training."""

    loss_model: LossModel
    parts: Sequence[tuple[Tensor, Tensor, Tensor]]
    """Views of the model's weights, copies of them as they were trained, and the initial weights."""

    @torch.no_grad()
    def apply(self, alpha: float) -> None:
        """Give the model alpha · initial + (1 - alpha) · trained."""
        for weight, trained, initial in self.parts:
            torch.lerp(trained, initial, alpha, out=weight)


def make_merger(loss_model: LossModel, initial: LossModel, first_new_row: int | None) -> Merger:
    """The merger of a trained model with what it was; rows from `first_new_row` on are left alone."""
    with_rows = {id(weight) for weight in vocabulary_weights(loss_model.model)}
    parts: list[tuple[Tensor, Tensor, Tensor]] = []
    for (name, weight), start in zip(loss_model.named_parameters(), initial.parameters(), strict=True):
        if name.endswith(DOWN):
            continue  # an update is a product of two matrices, so one of them is made smaller
        by_row = first_new_row is not None and id(weight) in with_rows
        own = local_part(weight.detach())
        own = own[: count_rows_before(weight, first_new_row or 0)] if by_row else own
        parts.append((own, own.clone(), local_part(start.detach())[: len(own)]))
    return Merger(loss_model, parts)


def merge_with_base(
    loss_model: LossModel,
    section: TrainConfig,
    samples: Samples,
    folder: Path,
    *,
    first_new_row: int | None,
    work: Work,
) -> dict[str, float]:
    """Merge a trained model, in place, with the one in `folder` that training began with, as `train.merge` says.

    Writes `merge.json` where alphas are to be chosen from, and where held-out text is scored anyway. All ranks call it.
    Returns what the model's record is to say: nothing where nothing is merged.
    """
    if section.merge is None:
        return {}
    initial = load_sharded(folder, section, samples.sequence_length)
    merger = make_merger(loss_model, initial, first_new_row)
    alphas = section.merge if isinstance(section.merge, tuple) else (section.merge,)
    record: MergeRecord = {"alpha": alphas[0], "trials": []}
    if isinstance(section.merge, tuple) or section.evaluate_every is not None:
        held_out = read_held_out(samples, folder, section)
        trials = try_alphas(alphas, merger, initial, held_out, section)
        record = {"alpha": choose_alpha(trials, section.max_forgetting), "trials": trials}
        if is_rank_zero():
            write_json(work.out / MERGE, record)
    for line in describe_merge(record, section.max_forgetting):
        work.reporter.say(f"  train: {line}")
    merger.apply(record["alpha"])
    return {"merge": record["alpha"]}


def describe_merge(record: MergeRecord, limit: float | None) -> list[str]:
    """What was taken, of what, and which probes are over the limit even so."""
    alpha, trials = record["alpha"], record["trials"]
    what = f"merged with the weights before the first step, alpha {alpha:g}" if alpha else "merged with nothing"
    tried = ", ".join(f"{trial['bits_per_byte']:.4f} at {trial['alpha']:g}" for trial in trials)
    rises = next((trial["forgetting"] for trial in trials if trial["alpha"] == alpha), {})
    return [
        f"{what}; mean bits per byte {tried}" if tried else what,
        *(
            f"warning: so merged, the bits per byte of {name_probe(probe)} are {100 * rise:.1f} % above those before "
            f"the first step (train.max_forgetting: {100 * limit:g} %); no alpha that was tried keeps the limit"
            for probe, rise in rises.items()
            if limit is not None and rise > limit
        ),
    ]


def try_alphas(
    alphas: Sequence[float], merger: Merger, initial: LossModel, held_out: HeldOut, section: TrainConfig
) -> list[Trial]:
    """What held-out text costs at each alpha; the model is left at the last."""
    trials = list[Trial]()
    probes, before = find_probes(held_out.groups, section), score_held_out(initial, held_out, section)
    for alpha in alphas:
        merger.apply(alpha)
        scores = score_held_out(merger.loss_model, held_out, section)
        trials.append(
            {
                "alpha": alpha,
                "bits_per_byte": scores.mean(),
                "languages": scores.of_languages(),
                "forgetting": measure_rises(scores, before, probes),
            }
        )
    return trials


def choose_alpha(trials: Sequence[Trial], limit: float | None) -> float:
    """The alpha with the fewest bits per byte of those that forget no more than the limit; of none such, the one that
    forgets least. The smaller one on a tie."""

    def rank(trial: Trial) -> tuple[float, float, float]:
        worst = max(trial["forgetting"].values(), default=0.0)
        return worst if limit is not None and worst > limit else 0.0, trial["bits_per_byte"], trial["alpha"]

    return min(trials, key=rank)["alpha"]


def check_merge(section: TrainConfig, samples: Samples, folder: Path) -> None:
    """Raises RecipeError, before training, for alphas that nothing could choose from, and for probes without text."""
    if not isinstance(section.merge, tuple):
        return
    if list_held_out_files(samples.pack):
        find_probes(read_held_out(samples, folder, section).groups, section)
    else:
        raise RecipeError(
            f"train.merge = {list(section.merge)} is chosen on held-out text, and there is none. Name one number, or "
            "raise curate.validation_share or curate.validation_bytes."
        )
