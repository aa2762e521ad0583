"""Orthogonal matching pursuit: a new piece's vector as a sum of a few shared pieces' vectors, and its row as the same
sum of their rows (Goddard and Fernandes Neto, arXiv 2506.06607, who take the vectors from another model). Weights may
be negative, so the row may lie outside the hull of the base's.
"""

import torch
from torch import Tensor

from emma.adapt.combination import Bag

CHUNK = 512
TOLERANCE = 1e-4
"""Length, as a share of its own, below which an anchor adds nothing to those chosen before."""


def omp(targets: Tensor, anchors: Tensor, anchor_ids: Tensor, most: int) -> list[Bag]:
    """The weights of at most `most` anchors for each target.

    `targets` (new, width) and `anchors` (shared, width) are vectors of length 1; `anchor_ids` (shared,).
    """
    bags = []
    for chunk in torch.split(targets, CHUNK):
        for places, weights in zip(*pursue(chunk, anchors, min(most, *anchors.shape)), strict=True):
            used = weights != 0
            bags.append((anchor_ids[places[used]].numpy(), weights[used].numpy()))
    return bags


def pursue(targets: Tensor, atoms: Tensor, steps: int) -> tuple[Tensor, Tensor]:
    """Chosen atoms and least-squares weights, both (targets, steps); `atoms` have length 1.

    Each step takes the atom most like what is left, makes it orthogonal to those before (Gram and Schmidt, twice for
    accuracy), and removes its direction. The weights then solve the triangle that this leaves.
    """
    left = targets.clone()
    basis = targets.new_zeros(len(targets), steps, targets.shape[1])
    triangle = torch.eye(steps, dtype=targets.dtype).repeat(len(targets), 1, 1)
    chosen = torch.zeros(len(targets), steps, dtype=torch.long)
    taken = torch.zeros(len(targets), len(atoms), dtype=torch.bool)
    for step in range(steps):
        likeness = (left @ atoms.T).abs().masked_fill_(taken, -1)
        chosen[:, step] = likeness.argmax(1)
        taken.scatter_(1, chosen[:, step : step + 1], True)
        atom = atoms[chosen[:, step], :, None]
        first = basis @ atom
        second = basis @ (atom - basis.mT @ first)
        fresh = (atom - basis.mT @ (first + second)).squeeze(2)
        length = fresh.norm(dim=1, keepdim=True)
        new = length > TOLERANCE
        basis[:, step] = torch.where(new, fresh / length, 0)
        column = torch.cat([(first + second)[:, :step, 0], length], 1)
        triangle[:, : step + 1, step] = torch.where(new, column, triangle[:, : step + 1, step])
        left -= (left * basis[:, step]).sum(1, keepdim=True) * basis[:, step]
    return chosen, torch.linalg.solve_triangular(triangle, basis @ targets[:, :, None], upper=True).squeeze(2)
