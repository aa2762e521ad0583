"""Training samples: sequences of packed tokens, in the order that the mix's plan and seed fix.

Sample i is a pure function of the plan and i, so the data needs no state: a run that goes on at step n reads what an
uninterrupted one would have read, and any sample can be traced back to the documents it is made of.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from emma.errors import ArtifactError
from emma.schemas import Row
from emma.store import shards
from emma.store.artifact import Artifact
from emma.store.files import read_json
from emma.tokens.files import TokenFile, find_token_file, ids_path
from emma.tokens.order import SampleOrder, find_window_start
from emma.tokens.packing import BINS, DOCUMENT, FIRST, TOKENS, Bins

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Sample:
    """One training sequence of L tokens and the token after it."""

    source: int
    """Index into `Samples.sources`."""
    tokens: Ints
    """int64 (L + 1,); the last one is only ever predicted."""
    begins: Flags
    """Whether a token does not continue what stands before it in the sequence, bool (L + 1,); true at 0."""
    padding: Flags
    """Whether there is no text, bool (L + 1,): all of it at the end, in a document of its own, never predicted nor
    counted."""
    spans: Ints
    """The spans of documents that the L tokens are made of, int64 (spans, 3): number of the document in its source's
    file, first token in the document, number of tokens."""


@dataclass(frozen=True)
class DocumentPart:
    """The part of a document that a sample holds."""

    lang: str
    domain: str
    id: str
    first: int
    """The number of its first token in the document, from 0."""
    tokens: int


@dataclass(frozen=True)
class TokenSource:
    """The tokens of one language and domain."""

    lang: str
    domain: str
    tier: str | None
    file: TokenFile
    part: Artifact
    """The artifact that holds its files."""
    path: str
    bins: Bins | None
    """Its documents as best-fit packing laid them into sequences; None where they are concatenated."""

    @property
    def tokens(self) -> int:
        """Tokens in the file."""
        return self.file.size

    @property
    def ids_file(self) -> Path:
        """The shard with the ids of its documents, in the order of the file."""
        return self.part.file(ids_path(Path(self.path)).as_posix())

    @cached_property
    def ids(self) -> Sequence[str]:
        """The ids of its documents, in the order of the file; read when first asked for."""
        ids: list[str] = shards.read(self.ids_file)["id"].to_pylist()
        return ids


class Samples:
    """All samples of a plan; `len` is their number.

    Raises ArtifactError where plan and token files do not belong together.
    """

    def __init__(self, pack: Artifact, mix: Artifact) -> None:
        self.pack = pack
        """The artifact that has the token files; those of held-out text too."""
        self.facts: Mapping[str, Any] = read_json(mix.file("plan.json"))
        """The contents of plan.json: the mix's totals, and the tokenizer's facts."""
        self.sequence_length = int(self.facts["sequence_length"])
        self.seed, self._padding = int(self.facts["seed"]), self.facts.get("eos") or 0
        # All stages have the same sources in the same order, so the first one's rows name them.
        stages = _read_stages(mix)
        bins = _open_bins(mix) if self.facts.get("packing") == "best_fit" else [None] * len(stages[0][1])
        self.sources = [_open_source(row, own, pack) for row, own in zip(stages[0][1], bins, strict=True)]
        self.stages = [(name, sum(row["samples"] for row in rows)) for name, rows in stages]
        """Name and number of samples of each stage of the mix, in order."""
        self.order = SampleOrder([[row["samples"] for row in rows] for _, rows in stages], self.seed)

    def __len__(self) -> int:
        return len(self.order)

    def draw(self, number: int) -> Sample:
        """Sample `number`. Raises IndexError past the end."""
        at, k = self.order.source_of(number)
        file, size = self.sources[at].file, self.sequence_length + 1
        spans = self.find_spans(at, k)
        firsts = np.cumsum(spans[:, TOKENS]) - spans[:, TOKENS]
        places = np.repeat(file.starts(spans[:, DOCUMENT]) + spans[:, FIRST] - firsts, spans[:, TOKENS])
        filled = len(places)
        tokens, begins, padding = np.full(size, self._padding), np.zeros(size, np.bool_), np.zeros(size, np.bool_)
        tokens[:filled] = file.tokens[places + np.arange(filled)]
        # Padding is a document of its own, so that attention keeps it apart.
        begins[firsts], begins[filled : filled + 1], padding[filled:] = True, True, True
        return Sample(at, tokens, begins, padding, cut_spans(spans, self.sequence_length))

    def source_of(self, number: int) -> int:
        """The source of sample `number`: an index into `sources`. Raises IndexError past the end."""
        return self.order.source_of(number)[0]

    def documents(self, number: int) -> list[DocumentPart]:
        """The documents in sample `number`, in the order in which they stand there. Raises IndexError past the end."""
        at, k = self.order.source_of(number)
        source = self.sources[at]
        spans = cut_spans(self.find_spans(at, k), self.sequence_length).tolist()
        return [
            DocumentPart(source.lang, source.domain, source.ids[document], first, n) for document, first, n in spans
        ]

    def find_spans(self, at: int, k: int) -> Ints:
        """The spans of the k-th sample of a source and, where a document goes on, of the one token after it."""
        source = self.sources[at]
        if source.bins is not None:
            return source.bins.find_spans(k, self.sequence_length, source.file.lengths, (self.seed, at))
        start = find_window_start(source.tokens, self.sequence_length, k, self.seed, at)
        return find_cyclic_spans(source.file, start, self.sequence_length + 1)


def find_cyclic_spans(file: TokenFile, start: int, length: int) -> Ints:
    """The spans of `length` tokens from `start` on. The stream is cyclic, so they may be more than the file has."""
    head = min(length, file.size - start)
    rounds, tail = divmod(length - head, file.size)
    epochs = [_find_spans_in_order(file, 0, file.size)] * rounds if rounds else []
    return np.concatenate([_find_spans_in_order(file, start, head), *epochs, _find_spans_in_order(file, 0, tail)])


def _find_spans_in_order(file: TokenFile, start: int, length: int) -> Ints:
    """The spans of `length` tokens from `start` on, all inside the file."""
    if not length:
        return np.empty((0, 3), np.int64)
    documents = np.arange(file.document_at(start), file.document_at(start + length - 1) + 1)
    begins = file.starts(documents)
    firsts = np.maximum(start - begins, 0)
    tokens = np.minimum(begins + file.lengths[documents], start + length) - begins - firsts
    spans = np.stack([documents, firsts, tokens], axis=1)
    return np.asarray(spans[tokens > 0])  # documents may be empty


def cut_spans(spans: Ints, length: int) -> Ints:
    """The spans of the first `length` tokens."""
    ends = np.minimum(np.cumsum(spans[:, TOKENS]), length)
    tokens = np.diff(ends, prepend=0)
    return np.column_stack([spans[:, :TOKENS], tokens])[tokens > 0]


def _read_stages(mix: Artifact) -> list[tuple[str, list[Row]]]:
    """The plan's rows by stage, in order."""
    rows = shards.read(mix.file("plan.parquet")).to_pylist()
    return [(name, list(group)) for name, group in groupby(rows, lambda row: row["stage"])]


def _open_bins(mix: Artifact) -> list[Bins]:
    return [Bins(part) for part in mix.parts[BINS]]


def _open_source(row: Row, bins: Bins | None, pack: Artifact) -> TokenSource:
    part = pack.parts["packed"][row["part"]]
    path = find_token_file(part, row["path"])
    file = TokenFile(path)
    if file.size != row["tokens"] or not file.size:
        raise ArtifactError(
            f"{path} has {file.size} tokens, the plan says {row['tokens']} for {row['lang']} "
            f"({row['domain']}). They belong to different runs: delete the mix's artifact and run again."
        )
    return TokenSource(row["lang"], row["domain"], row["tier"], file, part, row["path"], bins)
