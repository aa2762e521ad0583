"""A sample of the packed training text, as token ids: what auxiliary vectors learn from."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from emma.errors import ArtifactError
from emma.schemas import Row
from emma.store import shards
from emma.store.address import hash64
from emma.store.artifact import Artifact
from emma.tokens.files import TokenFile, find_token_file
from emma.tokens.order import permute

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class PackedText:
    """Tokens of some documents, one document after the other."""

    tokens: Ints
    """Ids (tokens,)."""
    documents: Ints
    """Number of the document that each token is in (tokens,)."""

    @classmethod
    def empty(cls) -> "PackedText":
        """A sample without text."""
        return cls(np.zeros(0, np.int64), np.zeros(0, np.int64))


def sample_text(pack: Artifact, budget: int, seed: int) -> PackedText:
    """About `budget` tokens of training text: the same of each language and domain, as far as it has so much.

    Documents are taken in an order that `seed` fixes; the last of each source is cut.
    """
    index = shards.read(pack.file("index.parquet"))
    # Validation text is measured on, so it is not learnt from.
    rows = index.filter(pc.and_(pc.equal(index["split"], "train"), pc.greater(index["tokens"], 0))).to_pylist()
    share = even_share([row["tokens"] for row in rows], budget)
    documents = [document for row in rows for document in _documents(row, pack, share, seed)]
    lengths = np.array([len(document) for document in documents], dtype=np.int64)
    tokens = np.concatenate([np.zeros(0, np.int64), *documents]).astype(np.int64)
    return PackedText(tokens, np.repeat(np.arange(len(documents)), lengths))


def even_share(sizes: list[int], budget: int) -> int:
    """The largest share that each of these sizes may give so that they sum to `budget` at most, or all they have."""
    left = budget
    for done, size in enumerate(sorted(sizes)):
        share = left // (len(sizes) - done)
        if size >= share:
            return share
        left -= size
    return max(sizes, default=0)


def _documents(row: Row, pack: Artifact, share: int, seed: int) -> list[npt.NDArray[np.integer[Any]]]:
    """Documents of one source, `share` tokens in all; the last is cut."""
    file, documents = TokenFile(find_token_file(pack.parts["packed"][row["part"]], row["path"])), []
    key = hash64(seed, "vectors", row["lang"], row["domain"])
    for position in range(len(file)):
        if share <= 0:
            break
        # Any document by its number in a permutation: no list of a file's millions of documents is shuffled.
        documents.append(file.document(permute(position, len(file), key))[:share])
        share -= len(documents[-1])
    return documents


def check_text(text: PackedText, rows: int) -> None:
    """ArtifactError when the text was packed with another vocabulary than the model's."""
    if len(text.tokens) and (largest := int(text.tokens.max())) >= rows:
        raise ArtifactError(
            f"The packed text has token id {largest}, but the vocabulary ends at {rows - 1}: it was packed with "
            "another one. Delete the pack artifact and run again."
        )
