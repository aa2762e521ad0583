"""The tables that the report reads, from the artifacts of the stages before it, and what they say of lost documents.

Missing files are an error; missing rows are not: a language without test documents simply was not measured.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import cast

from emma.lang.coverage import Shortfall, drop_other_languages, find_shortfalls
from emma.schemas import SPLITS, Row
from emma.store import shards
from emma.store.artifact import Artifact
from emma.store.files import read_json_lines
from emma.store.losses import SourceRow, format_percent, lost_share, summarise_loss
from emma.ui.numerals import format_count


@dataclass(frozen=True)
class Tables:
    """Everything measured, as rows."""

    collected: list[Row]  # lang, source, documents, bytes
    sources: list[Row]  # source, licence, origin, domain, documents, bytes, rejects
    curated: list[Row]  # lang, domain, source, outcome, documents, bytes
    fertility: list[Row]  # schemas.FERTILITY
    plan: list[Row]  # schemas.PLAN
    scores: list[Row]  # schemas.SCORES
    gains: list[Row]  # lang, bytes, bpb_base, bpb_adapted, delta, low, high; none without a base
    positions: list[Row]  # schemas.POSITIONS
    metrics: list[Row]  # step, tokens, loss, lr, grad_norm
    tiers: list[Row] = field(default_factory=list)  # lang, premium, premium_from, tier; and sizes
    flags: list[Row] = field(default_factory=list)  # lang, flag
    personal: list[Row] = field(default_factory=list)  # lang, source, documents, affected, emails, ips, phones, cards
    contamination: list[Row] = field(default_factory=list)  # benchmark, lang, documents, dropped, items, items_hit
    samples: list[Row] = field(default_factory=list)  # schemas.SAMPLES; none where nothing was generated

    @cached_property
    def private(self) -> frozenset[str]:
        """The sources that are not for others to read."""
        return self.find_sources("private")

    def find_sources(self, redistribution: str) -> frozenset[str]:
        """The names of the sources that are declared so."""
        return frozenset(row["source"] for row in self.sources if row.get("redistribution") == redistribution)

    @property
    def shown_samples(self) -> list[Row]:
        """The rows of `samples` but those of private sources."""
        return [row for row in self.samples if name_source(row["id"]) not in self.private]

    @cached_property
    def chosen(self) -> list[Row]:
        """The rows of `curated` in languages that the recipe keeps."""
        return drop_other_languages(self.curated)


def name_source(document: str) -> str:
    """The name of the source that an id begins with."""
    return document.partition(":")[0]


def read_tables(
    *, collect: Artifact, curate: Artifact, vocab: Artifact, mix: Artifact, train: Artifact, evaluate: Artifact
) -> Tables:
    """Read them all. Raises ArtifactError naming the file and, in JSON lines, the row that cannot be used."""
    return Tables(
        collected=_read_rows(collect, "languages.parquet"),
        sources=_read_rows(collect, "sources.parquet"),
        curated=_read_rows(curate, "languages.parquet"),
        fertility=_read_rows(vocab, "fertility.parquet"),
        plan=_read_rows(mix, "plan.parquet"),
        scores=_read_rows(evaluate, "scores.parquet"),
        gains=_read_rows(evaluate, "gains.parquet"),
        positions=_read_rows(evaluate, "positions.parquet"),
        metrics=list(read_json_lines(train.file("metrics.jsonl"))),
        **{name: _read_if_there(curate, f"{name}.parquet") for name in ("tiers", "flags", "contamination", "personal")},
        samples=_read_if_there(evaluate, "samples.parquet"),
    )


def _read_if_there(artifact: Artifact, name: str) -> list[Row]:
    """Rows of a table that not every run has; none where it is not there."""
    return [] if artifact.find(name) is None else _read_rows(artifact, name)


def _read_rows(artifact: Artifact, name: str) -> list[Row]:
    rows: list[Row] = shards.read(artifact.file(name)).to_pylist()
    return rows


@dataclass(frozen=True)
class Drop:
    """Everything dropped for one reason."""

    reason: str
    documents: int
    bytes: int
    languages: int
    """Languages in which anything was dropped for it."""
    share: float
    """Share of all collected documents."""


def count_drops(tables: Tables) -> list[Drop]:
    """Drops by reason, the most frequent first."""
    documents: dict[str, int] = defaultdict(int)
    size: dict[str, int] = defaultdict(int)
    langs: dict[str, set[str]] = defaultdict(set)
    for row in tables.curated:
        if row["outcome"] not in SPLITS:
            documents[row["outcome"]] += row["documents"]
            size[row["outcome"]] += row["bytes"]
            langs[row["outcome"]].add(row["lang"])
    # Of all collected documents, so that the shares of all reasons add up to what was dropped.
    total = sum(row["documents"] for row in tables.curated)
    drops = [
        Drop(reason, documents[reason], size[reason], len(langs[reason]), documents[reason] / total)
        for reason in documents
    ]
    return sorted(drops, key=lambda drop: (-drop.documents, drop.reason))


def list_shortfalls(tables: Tables) -> list[Shortfall]:
    """The languages that train on little of what was collected of them, by share."""
    return sorted(find_shortfalls(tables.chosen), key=lambda shortfall: (shortfall.share, shortfall.lang))


def describe_rejects(source: Row) -> str:
    """Rows of a source that could not be used, and what was lost with them, in words."""
    if not source["rejects"]:
        return "none"
    row = cast(SourceRow, source)
    lost = summarise_loss(row)
    return format_count(source["rejects"]) + (f" ({format_percent(lost_share(row))} lost: {lost})" if lost else "")
