"""New rows from base pieces that are similar in the packed text: FOCUS (Dobler and de Melo, arXiv 2305.14481).

A new row is a weighted mean of the base rows of similar pieces, in a space where new and base pieces have vectors
(`emma.adapt.vectors`). Sparsemax keeps few of them and no negative weight, so the row lies inside the hull of the
base's.
"""

import numpy as np
import torch
from torch import Tensor

from emma.adapt.config import AdaptConfig, Init
from emma.adapt.rows import Combination, NewPieces, Weights, mean_of_spelling
from emma.adapt.text import PackedText
from emma.adapt.vectors import Vectors, piece_vectors
from emma.errors import RecipeError

FOCUS_CHUNK = 256
"""New pieces at a time: with 32,000 anchors, 33 MB of similarities."""


def find_combinations(
    section: AdaptConfig, new: NewPieces, text: PackedText, special: set[int]
) -> dict[Init, Combination]:
    """The weights for each init of the recipe; `special` are ids that mean no text."""
    spellings = [mean_of_spelling(spelling) for spelling in new.spellings]
    combinations: dict[Init, Combination] = {"subword_mean": Combination.from_rows(spellings)}
    if "focus" in section.inits:
        vectors = piece_vectors(text, section.vectors, section.seed)
        combinations["focus"] = Combination.from_rows(combine_similar(section, new, vectors, special))
    return combinations


def combine_similar(section: AdaptConfig, new: NewPieces, vectors: Vectors, special: set[int]) -> list[Weights]:
    """The weights of anchors for each new piece that has a vector, the mean of its spelling for the others.

    Anchors are the base's pieces that have vectors. Raises RecipeError when there are none.
    """
    # Special tokens stand beside everything and mean no text, so no row is made of theirs.
    anchors = np.flatnonzero((vectors.ids < new.smallest_id) & ~np.isin(vectors.ids, sorted(special)))
    check_anchors(section, len(anchors))
    has_vector = np.isin(np.asarray(new.ids), vectors.ids)
    targets = vectors.values[torch.from_numpy(np.searchsorted(vectors.ids, np.asarray(new.ids)[has_vector]))]
    ids, values = torch.from_numpy(vectors.ids[anchors]), vectors.values[torch.from_numpy(anchors)]
    similar = iter(focus_weights(targets, values, ids))
    return [
        next(similar) if has else mean_of_spelling(spelling)
        for has, spelling in zip(has_vector, new.spellings, strict=True)
    ]


def check_anchors(section: AdaptConfig, anchors: int) -> None:
    """RecipeError when the packed text has no base piece to compare new ones with."""
    if not anchors:
        raise RecipeError(
            "adapt.init = 'focus' compares new pieces with base pieces in the packed training text, but no base "
            f"piece occurs {section.vectors.minimum_count} times in the {section.vectors.tokens} tokens it may read. "
            "Lower adapt.vectors.minimum_count, raise adapt.vectors.tokens, or use init = 'subword_mean', which needs "
            "no text."
        )


def focus_weights(targets: Tensor, anchors: Tensor, anchor_ids: Tensor) -> list[Weights]:
    """The weights of anchors for each target: sparsemax of their cosines.

    `targets` (new, width) and `anchors` (shared, width) are vectors of length 1; `anchor_ids` (shared,).
    """
    rows = []
    for chunk in torch.split(targets, FOCUS_CHUNK):
        for weights in sparsemax(chunk @ anchors.T):
            chosen = weights.nonzero().squeeze(1)
            rows.append((anchor_ids[chosen].numpy(), weights[chosen].numpy()))
    return rows


def sparsemax(scores: Tensor) -> Tensor:
    """The point of the probability simplex nearest to each row (Martins and Astudillo, arXiv 1602.02068).

    It is max(score - t, 0) with the t for which a row sums to 1. That sum falls along straight pieces and bends
    upwards, so Newton's steps from below reach t without passing it, and stop once no score changes side.
    """
    # At the largest score less 1 that score alone gives 1, so t is not below it.
    threshold = scores.max(1, keepdim=True).values - 1
    while True:
        inside = scores > threshold
        moved = ((scores * inside).sum(1, keepdim=True) - 1) / inside.sum(1, keepdim=True)
        if bool((moved <= threshold).all()):
            return (scores - threshold).clamp(min=0)
        threshold = torch.maximum(threshold, moved)
