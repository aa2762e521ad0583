"""A context and all its choices in one row: the context goes through the model once, and no choice sees another.

Positions restart at each choice, so that every token stands where it would if its choice were the only one.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor

Tokens: TypeAlias = "array[int]"
"""Token ids in four bytes each: there are millions of trees."""


@dataclass(frozen=True)
class Tree:
    """A request to score choices, as token ids."""

    context: Tokens
    """The prompt, the beginning-of-text token first."""
    choices: tuple[Tokens, ...]
    shots: int = 0
    truncated: bool = False
    shared: int = 0
    """Tokens of the context that all trees of its group begin with; never all of it."""


@dataclass(frozen=True)
class TreeBatch:
    """Rows of trees, padded on the right."""

    inputs: Tensor
    """(rows, width) token ids."""
    positions: Tensor
    """(rows, width)."""
    branches: Tensor
    """(rows, width): 0 for the context, 1 and so on for the choices, -1 for padding."""
    places: Tensor
    """(places,) tokens that predict something, as numbers in the flattened rows."""
    owners: Tensor
    """(targets,) which of the places predicts each target; they do not fall."""
    targets: Tensor
    """(targets,) token ids of choices."""
    choices: Tensor
    """(targets,) number of each target's choice, over all rows."""


def tree_width(tree: Tree, skip: int = 0) -> int:
    """Tokens of a row without the first `skip`, which are elsewhere. A choice's last token predicts nothing."""
    return len(tree.context) - skip + sum(len(choice) - 1 for choice in tree.choices)


def path_length(tree: Tree) -> int:
    """Tokens that the last one of the longest choice is predicted from."""
    return len(tree.context) + max(len(choice) for choice in tree.choices) - 1


def build_batch(trees: Sequence[Tree], skip: int = 0) -> TreeBatch:
    """Rows of trees without the first `skip` tokens of each."""
    width = max(tree_width(tree, skip) for tree in trees)
    inputs, positions = np.zeros((2, len(trees), width), dtype=np.int64)
    branches = np.full((len(trees), width), -1, dtype=np.int64)
    places, owners, targets, choices = [], [], [], []  # lists of arrays, in order
    placed = numbered = 0
    for row, tree in enumerate(trees):
        end = len(tree.context) - skip
        _fill(inputs[row], positions[row], branches[row], tree, skip)
        lengths = np.array([len(choice) for choice in tree.choices])
        rest = int((lengths - 1).sum())
        # The last token of the context predicts the first of every choice; each other one the next of its choice.
        places.append(row * width + np.arange(end - 1, end + rest))
        owners.append(np.r_[np.full(len(lengths), placed), placed + 1 + np.arange(rest)])
        targets.append(np.r_[[choice[0] for choice in tree.choices], *[choice[1:] for choice in tree.choices]])
        numbers = numbered + np.arange(len(lengths))
        choices.append(np.r_[numbers, np.repeat(numbers, lengths - 1)])
        placed, numbered = placed + 1 + rest, numbered + len(lengths)
    parts = (np.concatenate(each).astype(np.int64) for each in (places, owners, targets, choices))
    return TreeBatch(*map(torch.from_numpy, (inputs, positions, branches, *parts)))


def _fill(inputs: np.ndarray, positions: np.ndarray, branches: np.ndarray, tree: Tree, skip: int) -> None:
    """Write a tree into its row."""
    end = len(tree.context) - skip
    inputs[:end], positions[:end], branches[:end] = tree.context[skip:], skip + np.arange(end), 0
    for number, choice in enumerate(tree.choices, 1):
        part = slice(end, end + len(choice) - 1)
        inputs[part], branches[part] = choice[:-1], number
        positions[part] = len(tree.context) + np.arange(len(choice) - 1)
        end = part.stop


def tree_mask(branches: Tensor, shared: int = 0) -> Tensor:
    """What each token sees (rows, 1, width, shared + width): all that is shared, the context, and its own choice."""
    queries, keys = branches[:, :, None], branches[:, None, :]
    width = branches.shape[1]
    seen = torch.ones(width, width, dtype=torch.bool, device=branches.device).tril() & ((keys == 0) | (keys == queries))
    return torch.nn.functional.pad(seen, (shared, 0), value=True)[:, None]
