"""Frozen weights: what `train.freeze` takes out of training, so that it stays the base's to the bit.

Whole weights need no gradient, no moments and no traffic. Old rows share a weight with new ones, so they are held back
in each step instead (`keep.anchor`). New pieces can be learnt with nothing else moving, as Artetxe et al. (arXiv
1910.11856) did for a new language; of blocks, the lower or the upper ones are frozen.
"""

from collections.abc import Iterable, Sequence

from torch import nn
from transformers import PreTrainedModel

from emma.errors import RecipeError
from emma.train.config import TrainConfig
from emma.train.model.config import ALL_BUT_NEW_ROWS, OLD_ROWS, frozen_blocks
from emma.train.optimizer.rates import StartingPoint
from emma.train.optimizer.rows import vocabulary_weights


def freeze_weights(model: PreTrainedModel, blocks: Sequence[nn.Module], section: TrainConfig) -> None:
    """Take the weights that `train.freeze` names out of training, in place; before sharding.

    Raises RecipeError for a block that the model does not have.
    """
    if ALL_BUT_NEW_ROWS in section.freeze:
        rows = {id(weight) for weight in vocabulary_weights(model)}
        for weight in (weight for weight in model.parameters() if id(weight) not in rows):
            weight.requires_grad_(False)
    for number in frozen_blocks(section.freeze, len(blocks)):
        blocks[number].requires_grad_(False)


def holds_old_rows(parts: Iterable[str]) -> bool:
    """Whether the rows of old pieces stay as they are."""
    return any(part in (OLD_ROWS, ALL_BUT_NEW_ROWS) for part in parts)


def check_base_settings(model: PreTrainedModel, section: TrainConfig, start: StartingPoint) -> None:
    """Raises RecipeError for a setting that keeps a base where there is none, and for a freeze of all that is there."""
    if not start.base and (named := section.needs_base):
        raise RecipeError(
            f"train.{named} keeps what a base knows, but training starts from random weights. Name a `base`, or "
            f"leave train.{named} out."
        )
    check_something_trains(model, section, start.first_new_row)


def check_something_trains(model: PreTrainedModel, section: TrainConfig, first_new_row: int | None) -> None:
    """Raises RecipeError when `train.freeze` leaves nothing to train."""
    rows = {id(weight) for weight in vocabulary_weights(model)}
    trained = [weight for weight in model.parameters() if weight.requires_grad]
    only_old_rows = holds_old_rows(section.freeze) and first_new_row is None
    if all(id(weight) in rows and only_old_rows for weight in trained):
        why = " The vocabulary gained no pieces, so all rows are old ones." if only_old_rows else ""
        raise RecipeError(
            f"train.freeze = {list(section.freeze)} leaves nothing to train.{why} Take something out of it, or leave "
            "it out."
        )
