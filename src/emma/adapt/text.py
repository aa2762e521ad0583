"""A sample of the packed training text, as token ids: what auxiliary vectors and distillation learn from."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from emma.errors import ArtifactError
from emma.store import shards
from emma.store.address import hash64
from emma.store.artifact import Artifact
from emma.tokens.files import TokenFile, find_pair
from emma.tokens.order import permuted

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Text:
    """Tokens of some documents, one document after the other."""

    tokens: Ints
    """Ids (tokens,)."""
    documents: Ints
    """Number of each token's document (tokens,)."""

    @classmethod
    def empty(cls) -> "Text":
        """No text."""
        return cls(np.zeros(0, np.int64), np.zeros(0, np.int64))


def sample_text(pack: Artifact, budget: int, seed: int) -> Text:
    """About `budget` tokens of training text: the same of each language and domain, as far as it has so much.

    Documents are taken in an order that `seed` fixes; the last of each source is cut.
    """
    index = shards.read(pack.file("index.parquet"))
    rows = index.filter(pc.and_(pc.equal(index["split"], "train"), pc.greater(index["tokens"], 0))).to_pylist()
    most = level([row["tokens"] for row in rows], budget)
    documents = [each for row in rows for each in _documents(row, pack, most, seed)]
    lengths = np.array([len(each) for each in documents], dtype=np.int64)
    tokens = np.concatenate([np.zeros(0, np.int64), *documents]).astype(np.int64)
    return Text(tokens, np.repeat(np.arange(len(documents)), lengths))


def level(sizes: list[int], budget: int) -> int:
    """The most that each may give so that all together give `budget`, rounded down, or all they have."""
    left = budget
    for done, size in enumerate(sorted(sizes)):
        share = left // (len(sizes) - done)
        if size >= share:
            return share
        left -= size
    return max(sizes, default=0)


def _documents(row: dict[str, Any], pack: Artifact, most: int, seed: int) -> list[npt.NDArray[np.integer[Any]]]:
    """Documents of one source, `most` tokens in all."""
    file, taken = TokenFile(find_pair(pack.parts["packed"][row["part"]], row["path"])), []
    key = hash64(seed, "vectors", row["lang"], row["domain"])
    for position in range(len(file)):
        if most <= 0:
            break
        taken.append(file.document(permuted(position, len(file), key))[:most])
        most -= len(taken[-1])
    return taken


def check_text(text: Text, rows: int) -> None:
    """ArtifactError when the text was packed with another vocabulary than the model's."""
    if len(text.tokens) and (largest := int(text.tokens.max())) >= rows:
        raise ArtifactError(
            f"The packed text has token id {largest}, but the vocabulary ends at {rows - 1}: it was packed with "
            "another one. Delete the pack artifact and run again."
        )
