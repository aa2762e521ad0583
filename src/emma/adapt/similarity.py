"""New rows from base pieces that are similar in the packed text: FOCUS and orthogonal matching pursuit.

Both compare pieces in a space where new and base pieces have vectors (`emma.adapt.vectors`).

FOCUS (Dobler and de Melo, EMNLP 2023, arXiv 2305.14481): a new row is a weighted mean of the base rows of similar
pieces. Sparsemax keeps few of them and no negative weight, so the row lies inside the hull of the base's.

Orthogonal matching pursuit: a new piece's vector is a sum of a few base pieces' vectors, and its row is the same sum of
their rows (Goddard and Fernandes Neto, arXiv 2506.06607, who take the vectors from another model). Weights may be
negative, so the row may lie outside the hull of the base's.
"""

import numpy as np
import torch
from torch import Tensor

from emma.adapt.config import VECTOR_INITS, AdaptConfig, Init
from emma.adapt.rows import Combination, NewPieces, Weights, mean_of_spelling
from emma.adapt.text import PackedText
from emma.adapt.vectors import Vectors, piece_vectors
from emma.errors import RecipeError

FOCUS_CHUNK = 256
"""New pieces at a time: with 32,000 anchors, 33 MB of similarities."""
OMP_CHUNK = 512
"""New pieces at a time, for orthogonal matching pursuit."""
TOLERANCE = 1e-4
"""Length, as a share of its own, below which an anchor adds nothing to those chosen before."""


def find_combinations(
    section: AdaptConfig, new: NewPieces, text: PackedText, special: set[int]
) -> dict[Init, Combination]:
    """The weights for each init of the recipe that weighs base rows; `special` are ids that mean no text."""
    spellings = [mean_of_spelling(spelling) for spelling in new.spellings]
    combinations: dict[Init, Combination] = {"subword_mean": Combination.from_rows(spellings)}
    inits = [init for init in dict.fromkeys(section.inits) if init in VECTOR_INITS]
    if inits:
        vectors = piece_vectors(text, section.vectors, section.seed)
        for init in inits:
            combinations[init] = Combination.from_rows(combine_similar(init, section, new, vectors, special))
    return combinations


def combine_similar(
    init: Init, section: AdaptConfig, new: NewPieces, vectors: Vectors, special: set[int]
) -> list[Weights]:
    """The weights of anchors for each new piece that has a vector, the mean of its spelling for the others.

    Anchors are the base's pieces that have vectors. Raises RecipeError when there are none.
    """
    # Special tokens stand beside everything and mean no text, so no row is made of theirs.
    anchors = np.flatnonzero((vectors.ids < new.smallest_id) & ~np.isin(vectors.ids, sorted(special)))
    check_anchors(init, section, len(anchors))
    has_vector = np.isin(np.asarray(new.ids), vectors.ids)
    targets = vectors.values[torch.from_numpy(np.searchsorted(vectors.ids, np.asarray(new.ids)[has_vector]))]
    ids, values = torch.from_numpy(vectors.ids[anchors]), vectors.values[torch.from_numpy(anchors)]
    similar = iter(
        focus_weights(targets, values, ids)
        if init == "focus"
        else omp_weights(targets, values, ids, section.omp_anchors)
    )
    return [
        next(similar) if has else mean_of_spelling(spelling)
        for has, spelling in zip(has_vector, new.spellings, strict=True)
    ]


def check_anchors(init: Init, section: AdaptConfig, anchors: int) -> None:
    """RecipeError when the packed text has no base piece to compare new ones with."""
    if not anchors:
        raise RecipeError(
            f"adapt.init = '{init}' compares new pieces with base pieces in the packed training text, but no base "
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


def omp_weights(targets: Tensor, anchors: Tensor, anchor_ids: Tensor, most: int) -> list[Weights]:
    """The weights of at most `most` anchors for each target.

    `targets` (new, width) and `anchors` (shared, width) are vectors of length 1; `anchor_ids` (shared,).
    """
    rows = []
    for chunk in torch.split(targets, OMP_CHUNK):
        for places, weights in zip(*pursue(chunk, anchors, min(most, *anchors.shape)), strict=True):
            used = weights != 0
            rows.append((anchor_ids[places[used]].numpy(), weights[used].numpy()))
    return rows


def pursue(targets: Tensor, atoms: Tensor, steps: int) -> tuple[Tensor, Tensor]:
    """Chosen atoms and least-squares weights, both (targets, steps); `atoms` have length 1.

    Each step takes the atom most like what is left, makes it orthogonal to those before (Gram and Schmidt, twice for
    accuracy), and removes its direction. The weights then solve the triangle that this leaves.
    """
    residual = targets.clone()
    basis = targets.new_zeros(len(targets), steps, targets.shape[1])
    triangle = torch.eye(steps, dtype=targets.dtype).repeat(len(targets), 1, 1)
    chosen = torch.zeros(len(targets), steps, dtype=torch.long)
    is_chosen = torch.zeros(len(targets), len(atoms), dtype=torch.bool)
    for step in range(steps):
        # An atom that was chosen is not chosen again: likeness is at least 0.
        likeness = (residual @ atoms.T).abs().masked_fill_(is_chosen, -1)
        chosen[:, step] = likeness.argmax(1)
        is_chosen.scatter_(1, chosen[:, step : step + 1], True)
        atom = atoms[chosen[:, step], :, None]
        first = basis @ atom
        second = basis @ (atom - basis.mT @ first)
        fresh = (atom - basis.mT @ (first + second)).squeeze(2)
        length = fresh.norm(dim=1, keepdim=True)
        # What those before it span adds nothing; its column stays that of the identity, and its weight 0.
        new = length > TOLERANCE
        basis[:, step] = torch.where(new, fresh / length, 0)
        column = torch.cat([(first + second)[:, :step, 0], length], 1)
        triangle[:, : step + 1, step] = torch.where(new, column, triangle[:, : step + 1, step])
        residual -= (residual * basis[:, step]).sum(1, keepdim=True) * basis[:, step]
    return chosen, torch.linalg.solve_triangular(triangle, basis @ targets[:, :, None], upper=True).squeeze(2)
