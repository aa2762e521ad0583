"""Texts to token ids, as fast as the tokenizer itself: what is done with its results costs little beside it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from struct import pack
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from tokenizers import Tokenizer

from emma.kernels.arrow import buffers
from emma.models.folder import read_json
from emma.models.special_ids import special_ids
from emma.models.tokenizer_file import open_tokenizer
from emma.pack.config import PackConfig
from emma.store.address import file_digest
from emma.tokens.files import Tokens, token_type

_PORTION = 1 << 20
"""Bytes of text that the tokenizer is given at once, so its results, a hundred times as large, stay small."""


@dataclass(frozen=True)
class Encoder:
    """A tokenizer, and what it needs to be used here."""

    tokenizer: Tokenizer
    size: int
    """Ids there may be: one more than the largest."""
    first: int | None
    """The token that stands before a text, and the one that ends it, where it has them."""
    eos: int | None


@lru_cache(maxsize=2)
def open_encoder(folder: Path) -> Encoder:
    """The tokenizer in a folder; once per process.

    Text that spells a special token, such as `</s>`, is encoded as text.
    """
    tokenizer = open_tokenizer(folder)
    return Encoder(tokenizer, max(tokenizer.get_vocab().values(), default=-1) + 1, *_ends(folder, tokenizer))


def _ends(folder: Path, tokenizer: Tokenizer) -> tuple[int | None, int | None]:
    """The ids before and after a text: as the vocab stage found them in the base, else as the folder says."""
    special = read_json(folder.parent / "vocab.json").get("special")
    if special is None:
        ids = special_ids(folder, tokenizer)
        return ids.first, ids.eos
    first, eos = (special[name] and special[name]["id"] for name in ("first", "eos"))
    return first, eos


def surroundings(encoder: Encoder, section: PackConfig) -> tuple[list[int], list[int]]:
    """The ids put before and after each document."""
    before = [encoder.first] if section.add_bos and encoder.first is not None else []
    return before, [encoder.eos] if section.add_eos and encoder.eos is not None else []


def facts(folder: Path, section: PackConfig) -> dict[str, Any]:
    """What readers of the token files need to know of the tokenizer."""
    encoder = open_encoder(folder)
    before, after = surroundings(encoder, section)
    return {
        "tokenizer": file_digest(folder / "tokenizer.json"),
        "vocabulary": encoder.size,
        "bos": before[0] if before else None,
        "eos": after[0] if after else None,
    }


def encode(
    encoder: Encoder, texts: pa.LargeStringArray, before: list[int], after: list[int]
) -> tuple[Tokens, npt.NDArray[np.int64]]:
    """The tokens of texts one after the other, each between `before` and `after`; and where each text begins and the
    last one ends (texts + 1,).

    Packed by `struct`, the ids of an encoding cost a third of what NumPy takes for a list.
    """
    kind = np.dtype(token_type(encoder.size))
    head, tail = (np.array(each, kind).tobytes() for each in (before, after))
    pieces = [
        b"".join((head, pack(f"{len(encoding)}{kind.char}", *encoding.ids), tail))
        for some in _portions(texts)
        for encoding in encoder.tokenizer.encode_batch_fast(some, add_special_tokens=False)
    ]
    lengths = [len(each) // kind.itemsize for each in pieces]
    return np.frombuffer(b"".join(pieces), kind), np.cumsum([0, *lengths])


def _portions(texts: pa.LargeStringArray) -> Iterator[list[str]]:
    """The texts in order, about _PORTION bytes at a time."""
    begins = buffers(texts)[1][:-1]
    cuts = np.flatnonzero(np.diff((begins - begins[:1]) // _PORTION)) + 1
    return (texts[first:last].to_pylist() for first, last in pairwise([0, *cuts.tolist(), len(texts)]))
