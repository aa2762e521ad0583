"""Settings of the model in training: which of its parts are trained, and how much of the loss is made at a time."""

import re
from collections.abc import Iterable, Sequence

from pydantic import Field

from emma.config.section import Settings
from emma.errors import RecipeError

LOGITS_PER_CHUNK = {"cpu": 1 << 21, "cuda": 1 << 28}
"""Logits that the loss makes at a time. On a CPU 8 MB of float32 stays in the cache: measured fastest of 64 to 4096
rows at 8,192 pieces. On a GPU 8 bytes each, 2.1 GB."""
MIN_CHUNK_ROWS = 128
"""Positions in a chunk of the loss however many logits that are: every chunk reads and writes the head's gradient once.
Measured on a CPU at 260,224 pieces: 2.3 s with 8 rows per chunk, 1.2 s with 64, 1.1 s with 128 and with 256."""

OLD_ROWS, ALL_BUT_NEW_ROWS = "old_rows", "all_but_new_rows"
FREEZABLE = re.compile(rf"{OLD_ROWS}|{ALL_BUT_NEW_ROWS}|blocks(\.\d+(-\d+)?)?")
"""Parts of a model that `train.freeze` can name."""


class LoraConfig(Settings):
    """Low-rank adapters (Hu et al., arXiv 2106.09685) in place of training all weights. Needs the extra `lora`."""

    rank: int = Field(default=16, gt=0)
    """Rank of the update of each matrix."""
    alpha: float = Field(default=32.0, gt=0)
    """The update of each matrix is multiplied by alpha / rank."""
    dropout: float = Field(default=0.0, ge=0, lt=1)
    """Share of the adapters' inputs that dropout sets to zero."""
    targets: tuple[str, ...] = ()
    """Names of the modules that get adapters, such as `q_proj`. Empty: every linear layer inside the blocks."""
    train_embeddings: bool = True
    """Train input embeddings and head in full beside the adapters. Without it new pieces learn nothing."""
    save: bool = False
    """Also keep the adapters by themselves, in peft's format, in `adapters/` beside the merged model: with embeddings
    and head if those are trained. They go on what training began with: the adapted base, or what `from` names."""


def check_parts(parts: Iterable[str]) -> None:
    """ValueError for a part that cannot be frozen in any model."""
    if unknown := [part for part in parts if not FREEZABLE.fullmatch(part)]:
        raise ValueError(
            f"'{unknown[0]}' is no part of a model that can be frozen; there are old_rows, all_but_new_rows, blocks, "
            "one block as blocks.3 and a range as blocks.0-11"
        )


def frozen_blocks(parts: Sequence[str], count: int) -> set[int]:
    """The blocks, of `count`, that `train.freeze` names. RecipeError for one that is not there."""
    found = set[int](range(count)) if {"blocks", ALL_BUT_NEW_ROWS} & {*parts} else set[int]()
    for part in (part for part in parts if part.startswith("blocks.")):
        first, _, last = part.removeprefix("blocks.").partition("-")
        if not int(first) <= int(last or first) < count:
            raise RecipeError(
                f"train.freeze = '{part}': the model has the blocks 0 to {count - 1}. Name a range inside of that, "
                "the smaller number first."
            )
        found |= {*range(int(first), int(last or first) + 1)}
    return found
