"""FOCUS (Dobler and de Melo, EMNLP 2023, arXiv 2305.14481): a new row is a weighted mean of the base rows of pieces
that are alike in a space where both have vectors. Sparsemax keeps few of them and no negative weight, so the row lies
inside the hull of the base's.
"""

import torch
from torch import Tensor

from emma.adapt.combination import Bag

CHUNK = 256
"""New pieces at a time: with 32,000 anchors, 33 MB of similarities."""


def focus(targets: Tensor, anchors: Tensor, anchor_ids: Tensor) -> list[Bag]:
    """The weights of anchors for each target: sparsemax of their cosines.

    `targets` (new, width) and `anchors` (shared, width) are vectors of length 1; `anchor_ids` (shared,).
    """
    bags = []
    for chunk in torch.split(targets, CHUNK):
        for weights in sparsemax(chunk @ anchors.T):
            chosen = weights.nonzero().squeeze(1)
            bags.append((anchor_ids[chosen].numpy(), weights[chosen].numpy()))
    return bags


def sparsemax(scores: Tensor) -> Tensor:
    """The point of the probability simplex nearest to each row (Martins and Astudillo, arXiv 1602.02068).

    It is max(score - t, 0) with the t for which a row sums to 1. That sum falls along straight pieces and bends
    upwards, so Newton's steps from below reach t without passing it, and stop once no score changes side.
    """
    threshold = scores.max(1, keepdim=True).values - 1
    while True:
        inside = scores > threshold
        moved = ((scores * inside).sum(1, keepdim=True) - 1) / inside.sum(1, keepdim=True)
        if bool((moved <= threshold).all()):
            return (scores - threshold).clamp(min=0)
        threshold = torch.maximum(threshold, moved)
