"""Training batches: windows of the packed token streams, in the order that the mix's plan and seed fix.

Sample i is a pure function of the plan and i, so the data needs no state: a run that goes on at step n reads what an
uninterrupted one would have read.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from emma.errors import ArtifactError, RecipeError
from emma.store import shards
from emma.store.artifact import Artifact
from emma.store.order import Order, window
from emma.store.tokens import TokenFile, bin_path, idx_path

IGNORE = -100
"""Target where nothing is to be predicted: the first token of a document does not follow from the one before."""


@dataclass(frozen=True)
class Batch:
    """Sequences to train on; all arrays but `sources` are (sequences, tokens), int64."""

    inputs: npt.NDArray[np.int64]
    targets: npt.NDArray[np.int64]
    """The token after each input, or IGNORE."""
    positions: npt.NDArray[np.int64]
    """Place in the document, from 0; counted from the window's start where the window cuts a document."""
    sources: npt.NDArray[np.int64]
    """Source of each sequence (sequences,)."""
    starts: npt.NDArray[np.int64]
    """Where each sequence begins in its source's tokens (sequences,)."""

    @property
    def predicted(self) -> int:
        """Tokens that have a target."""
        return int((self.targets != IGNORE).sum())

    def part(self, start: int, size: int) -> "Batch":
        """Some of the sequences."""
        some = slice(start, start + size)
        return Batch(self.inputs[some], self.targets[some], self.positions[some], self.sources[some], self.starts[some])


@dataclass(frozen=True)
class Source:
    """The token stream of one language and domain."""

    lang: str
    domain: str
    file: TokenFile

    def sample(self, start: int, length: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        """`length` tokens of the cyclic stream from `start`, and which of them begin a document."""
        places = np.arange(start, start + length) % len(self.file.tokens)
        documents = np.searchsorted(self.file.starts, places, side="right") - 1
        return self.file.tokens[places].astype(np.int64), self.file.starts[documents] == places


class Samples:
    """All samples of a plan; `len` is their number."""

    def __init__(self, pack: Artifact, mix: Artifact) -> None:
        plan = json.loads(mix.file("plan.json").read_text(encoding="utf-8"))
        rows = shards.read(mix.file("plan.parquet")).to_pylist()
        self.sequence_length = int(plan["sequence_length"])
        self.sources = [_source(row, pack) for row in rows]
        self._seed = int(plan["seed"])
        self._order = Order([row["samples"] for row in rows], self._seed)

    def __len__(self) -> int:
        return len(self._order)

    def batch(self, numbers: Sequence[int]) -> Batch:
        """The samples of these numbers, in this order."""
        picked = [self._order.source_of(number) for number in numbers]
        starts = [
            window(len(self.sources[source].file.tokens), self.sequence_length, k, self._seed, source)
            for source, k in picked
        ]
        drawn = [
            self.sources[source].sample(start, self.sequence_length + 1)
            for (source, _), start in zip(picked, starts, strict=True)
        ]
        tokens, begins = (np.stack(each) for each in zip(*drawn, strict=True))
        return Batch(
            tokens[:, :-1],
            np.where(begins[:, 1:], IGNORE, tokens[:, 1:]),
            places_in_documents(begins[:, :-1]),
            np.array([source for source, _ in picked]),
            np.array(starts),
        )


def places_in_documents(begins: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Positions that restart at 0 wherever `begins` (sequences, tokens) is true, and at the left edge."""
    columns = np.broadcast_to(np.arange(begins.shape[1]), begins.shape)
    return columns - np.maximum.accumulate(np.where(begins, columns, 0), axis=1)


def _source(row: dict[str, object], pack: Artifact) -> Source:
    part, path = pack.parts["packed"][int(str(row["part"]))], str(row["path"])
    for each in (bin_path(Path(path)), idx_path(Path(path))):
        part.file(each.as_posix())
    file = TokenFile(part.path / path)
    if len(file.tokens) != row["tokens"] or not len(file.tokens):
        raise ArtifactError(
            f"{part.path / path} has {len(file.tokens)} tokens, the plan says {row['tokens']} for {row['lang']} "
            f"({row['domain']}). They belong to different runs: delete the mix's artifact and run again."
        )
    return Source(str(row["lang"]), str(row["domain"]), file)


def check_vocabulary(samples: Samples, rows: int) -> None:
    """RecipeError when a source has token ids that the model has no row for."""
    for source in samples.sources:
        if (largest := int(source.file.tokens.max())) >= rows:
            raise RecipeError(
                f"{source.lang} ({source.domain}) has token id {largest}, but the model has {rows} embedding rows. "
                "Pack and adapt must use the same vocabulary: run both again."
            )
