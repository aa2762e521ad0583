"""Growing the vocabulary of a model: more rows, those of new pieces filled, those of padding harmless."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from transformers import PreTrainedModel

from emma.adapt.alike import NewPieces
from emma.adapt.combination import Combination
from emma.adapt.config import AdaptConfig, Init
from emma.adapt.configuration import SEPARATE
from emma.adapt.model import matrices
from emma.adapt.rows import new_rows
from emma.errors import ArtifactError, RecipeError


def check_separate(model: PreTrainedModel, section: AdaptConfig) -> None:
    """RecipeError where the recipe treats the head apart, and the base has one matrix for both."""
    asked = [name for name in SEPARATE if getattr(section, name) is not None]
    (first, *rest) = matrices(model)
    if asked and not rest:
        raise RecipeError(
            f"adapt.{asked[0]} needs a head apart from the input embeddings, but the base ties them: one matrix of "
            f"{first.shape[0]} × {first.shape[1]} serves as both. Set adapt.untie = true, which adds a head of "
            f"{first.numel()} weights for them (more with the new pieces), or leave adapt.{asked[0]} out."
        )


def grow(model: PreTrainedModel, new: NewPieces, rows: int) -> int:
    """Give the model `rows` rows; returns how many it had.

    Tokens that the base's tokenizer has beyond its rows ([PAD], say) get rows too, as padding does.
    """
    before = len(matrices(model)[0])
    if (largest := max((max(each, default=0) for each in new.spellings), default=0)) >= before:
        raise ArtifactError(
            f"pieces.parquet spells new pieces with ids up to {largest}, but the base has {before} rows. The "
            "vocabulary was made for another base: delete it and run again."
        )
    if rows > before:
        model.resize_token_embeddings(rows, mean_resizing=False)
    return before


@torch.no_grad()
def fill(
    model: PreTrainedModel, before: int, new: NewPieces, section: AdaptConfig, made: Mapping[Init, Combination]
) -> None:
    """Fill the rows that a model of `before` rows gained: each matrix from its own rows of base pieces.

    Rows of padding become the mean. The logit of a mean row is the mean of the logits, so by Jensen's inequality its
    probability is at most what a piece of the base has on average; and as no text has such an id, training pushes it
    down.
    """
    for matrix, init in zip(tables(model), (*section.inits, section.inits[1]), strict=False):
        # A base padded beyond its tokenizer has rows that no piece of its own uses: they tell nothing.
        used = matrix[: min(before, new.first)].clone()
        matrix[before:] = used.mean(0)
        if new.ids:
            matrix[list(new.ids)] = new_rows(used, len(new.ids), init, made.get(init), section.seed)


def tables(model: PreTrainedModel) -> list[Tensor]:
    """What has a row for every piece: input embeddings, a head of its own, and its bias as a matrix of one column."""
    found: list[Tensor] = [each.data for each in matrices(model)]
    head: Any = model.get_output_embeddings()  # type: ignore[no-untyped-call]
    bias = getattr(head, "bias", None)
    return found if bias is None or len(found) < 2 else [*found, bias.data[:, None]]
