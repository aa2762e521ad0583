"""Which base rows a new piece is made of: its spelling, or pieces that are like it in the packed text."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from emma.adapt.combination import Bag, Combination, spelled
from emma.adapt.config import VECTORED, AdaptConfig, Init
from emma.adapt.focus import focus
from emma.adapt.omp import omp
from emma.adapt.text import Text
from emma.adapt.vectors import Vectors, piece_vectors
from emma.errors import RecipeError


@dataclass(frozen=True)
class NewPieces:
    """The pieces that the vocabulary gained."""

    ids: Sequence[int]
    """Ascending."""
    spellings: Sequence[Sequence[int]]
    """The base ids that spell each."""

    @property
    def first(self) -> int:
        """The first of them; without any, beyond every id."""
        return min(self.ids, default=sys.maxsize)


def combinations(section: AdaptConfig, new: NewPieces, text: Text, special: set[int]) -> dict[Init, Combination]:
    """The weights for each init of the recipe that goes by weights; `special` are ids that mean no text."""
    made: dict[Init, Combination] = {"subword_mean": Combination.of([spelled(each) for each in new.spellings])}
    wanted = [init for init in dict.fromkeys(section.inits) if init in VECTORED]
    if wanted:
        vectors = piece_vectors(text, section.vectors, section.seed)
        for init in wanted:
            made[init] = Combination.of(by_vectors(init, section, new, vectors, special))
    return made


def by_vectors(init: Init, section: AdaptConfig, new: NewPieces, vectors: Vectors, special: set[int]) -> list[Bag]:
    """The weights of anchors for each new piece that has a vector, the mean of its spelling for the others.

    Anchors are the base's pieces that have vectors. Raises RecipeError when there are none.
    """
    anchors = np.flatnonzero((vectors.ids < new.first) & ~np.isin(vectors.ids, sorted(special)))
    check_anchors(init, section, len(anchors))
    has = np.isin(np.asarray(new.ids), vectors.ids)
    targets = vectors.values[torch.from_numpy(np.searchsorted(vectors.ids, np.asarray(new.ids)[has]))]
    ids, values = torch.from_numpy(vectors.ids[anchors]), vectors.values[torch.from_numpy(anchors)]
    found = iter(focus(targets, values, ids) if init == "focus" else omp(targets, values, ids, section.omp_anchors))
    return [next(found) if mine else spelled(each) for mine, each in zip(has, new.spellings, strict=True)]


def check_anchors(init: Init, section: AdaptConfig, anchors: int) -> None:
    """RecipeError when the packed text has no base piece to compare new ones with."""
    if not anchors:
        raise RecipeError(
            f"adapt.init = '{init}' compares new pieces with base pieces in the packed training text, but no base "
            f"piece occurs {section.vectors.minimum_count} times in the {section.vectors.tokens} tokens it may read. "
            "Lower adapt.vectors.minimum_count, raise adapt.vectors.tokens, or use init = 'subword_mean', which needs "
            "no text."
        )
