"""The guard against sources that were hardly read: it stops a run as rules that eat a language do.

It is asked about what was collected, made now or before, so no file is read again when more, or less, is allowed.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypedDict

from emma.collect.config import CollectConfig, SourceConfig
from emma.collect.records import WITHOUT_TEXT
from emma.errors import SourceError
from emma.store import shards
from emma.store.artifact import Artifact
from emma.store.losses import SourceRow, format_percent, is_loss_over, lost_share, summarise_loss
from emma.ui.terminal import format_snippet
from emma.wording import plural

MAX_SOURCES_SHOWN = 5
"""Sources whose rejects are shown; further ones are named."""
MAX_KINDS_SHOWN = 3
"""Kinds of rejects that are shown of each source, and rejects of each kind."""
SNIPPET_COLUMNS, SNIPPET_BYTES = 80, 2000
"""Columns of a terminal, and bytes that are enough for them."""


class RejectRow(TypedDict):
    """A row of `rejects.parquet`."""

    source: str
    file: str
    row: int
    """0: the whole file."""
    reason: str
    raw: bytes
    units: int
    unread: int


@dataclass(frozen=True)
class Loss:
    """A source that lost something."""

    source: SourceConfig
    row: SourceRow
    part: str
    """The part of the artifact with its rejects: `documents` or `benchmarks`."""
    allowed: float
    """The share that may be lost."""

    @property
    def is_too_much(self) -> bool:
        """Whether a run stops for it. What may be lost of benchmarks is no question of shares: only 0 is one here."""
        return is_loss_over(self.row, self.allowed) and (self.part == "documents" or not self.allowed)

    def __str__(self) -> str:
        return f"{self.source.name}: {format_percent(lost_share(self.row))} lost, {summarise_loss(self.row)}"


def find_losses(section: CollectConfig, collected: Artifact, *, strict: bool = False) -> list[Loss]:
    """Find the sources and benchmarks that lost anything, the greatest share first; `strict` allows none of it."""
    kinds = (("sources", section.sources, "documents"), ("benchmarks", section.benchmarks, "benchmarks"))
    losses = []
    for table, sources, part in kinds:
        rows = shards.read(collected.file(f"{table}.parquet")).to_pylist() if sources else []
        for source, row in zip(sources, rows, strict=True):
            allowed = section.max_reject if source.max_reject is None else source.max_reject
            losses.append(Loss(source, row, part, 0.0 if strict else allowed))
    losses = [loss for loss in losses if lost_share(loss.row)]
    return sorted(losses, key=lambda loss: (-lost_share(loss.row), loss.source.name))


def guard_losses(section: CollectConfig, collected: Artifact, *, strict: bool = False) -> None:
    """Stop when more of a source was lost than `max_reject` allows, or with `strict` anything.

    Raises SourceError with the worst rejects of each such source.
    """
    losses = [loss for loss in find_losses(section, collected, strict=strict) if loss.is_too_much]
    if not losses:
        return
    described = [line for loss in losses[:MAX_SOURCES_SHOWN] for line in describe_loss(loss, collected)]
    others = ", ".join(
        f"{loss.source.name} {format_percent(lost_share(loss.row))}" for loss in losses[MAX_SOURCES_SHOWN:]
    )
    limit = "--strict allows none" if strict else "more than max_reject allows"
    raise SourceError(
        f"Of some sources text was lost, {limit}:\n"
        + "\n".join(described)
        + (f"\nand of others: {others}" if others else "")
        + "\nMend the files, or correct `reader`, `fields` or `codes` of the source. To go on without what was lost, "
        + ("leave --strict out." if strict else "\n".join(explain_how_to_allow(losses)))
    )


def explain_how_to_allow(losses: Sequence[Loss]) -> Iterator[str]:
    """Explain what to write into the recipe so that a run goes on without what was lost."""
    each_of = "each of these sources" if len(losses) > 1 else f"the source '{losses[0].source.name}'"
    yield f"set in the table of {each_of}:"
    for loss in losses:
        whose = f"  # {loss.source.name}" if len(losses) > 1 else ""
        yield f"  max_reject = {round_up(lost_share(loss.row))}{whose}"
    yield "What was read is not read again."


def round_up(share: float) -> float:
    """The next share of two digits that allows this one."""
    return min(1.0, (int(share * 100) + 1) / 100)


def describe_loss(loss: Loss, collected: Artifact) -> Iterator[str]:
    """Describe what a source lost, with the worst rejects of each kind."""
    allowed = f"; max_reject is {format_percent(loss.allowed)}" if loss.allowed else ""
    yield f"  {loss}{allowed}"
    for kind, (units, rows) in find_worst(loss, collected).items():
        yield f"    {kind}: {plural(units, 'unit')}" + (", the worst of them" if len(rows) < units else "")
        for row in rows:
            yield f"      {describe_place(row)}{row['reason'].removeprefix(kind)}{describe_unread(row)}"
            if raw := row["raw"][:SNIPPET_BYTES].decode("utf-8", "replace").strip():
                yield f"        {format_snippet(raw, SNIPPET_COLUMNS)}"


def describe_place(row: RejectRow) -> str:
    """Say where a reject is."""
    return f"{row['file']}, row {row['row']}" if row["row"] else str(row["file"])


def describe_unread(row: RejectRow) -> str:
    """Say how much was not read because of a reject."""
    where = "after it" if row["row"] else "of it"
    return f"; {row['unread']:,} bytes {where} were not read" if row["unread"] else ""


def find_worst(loss: Loss, collected: Artifact) -> dict[str, tuple[int, Sequence[RejectRow]]]:
    """Units lost by kind, those that lost most first, and the rejects of it that stand for most bytes and units."""
    units: dict[str, int] = {}
    worst: dict[str, list[tuple[tuple[int, int, int], RejectRow]]] = {}
    for number, row in enumerate(read_lost(loss, collected)):
        kind = kind_of(row)
        units[kind] = units.get(kind, 0) + row["units"]
        heap = worst.setdefault(kind, [])
        # A heap of a few: a broken source may have millions of rejects.
        heapq.heappush(heap, ((row["unread"], row["units"], -number), row))
        if len(heap) > MAX_KINDS_SHOWN:
            heapq.heappop(heap)
    first = sorted(worst, key=lambda kind: (-max(worst[kind])[0][0], -units[kind], kind))[:MAX_KINDS_SHOWN]
    return {kind: (units[kind], [row for _, row in sorted(worst[kind], reverse=True)]) for kind in first}


def kind_of(row: RejectRow) -> str:
    """The kind of a reject, which its reason begins with."""
    return row["reason"].partition(":")[0]


def read_lost(loss: Loss, collected: Artifact) -> Iterator[RejectRow]:
    """Read the rejects of a source that are a loss, in order."""
    for part in collected.parts[loss.part]:
        for batch in shards.batches(part.file("rejects.parquet")):
            for row in batch.to_pylist() if batch.column("source")[0].as_py() == loss.source.name else ():
                if kind_of(row) not in WITHOUT_TEXT:
                    yield row
