"""What was left out and why: documents dropped by reason, and rows that a source could not give."""

from collections import defaultdict
from dataclasses import dataclass

from emma.lang import coverage
from emma.lang.coverage import Shortfall
from emma.report.tables import Row, Tables
from emma.schemas import SPLITS
from emma.store.losses import lost_share, lost_words, percent
from emma.ui.numerals import format_count


@dataclass(frozen=True)
class Drop:
    """Everything dropped for one reason."""

    reason: str
    documents: int
    bytes: int
    languages: int
    """In how many languages it dropped anything."""
    share: float
    """Of all collected documents."""


def drops(tables: Tables) -> list[Drop]:
    """Drops by reason, the most frequent first."""
    documents: dict[str, int] = defaultdict(int)
    size: dict[str, int] = defaultdict(int)
    langs: dict[str, set[str]] = defaultdict(set)
    for row in tables.curated:
        if row["outcome"] not in SPLITS:
            documents[row["outcome"]] += row["documents"]
            size[row["outcome"]] += row["bytes"]
            langs[row["outcome"]].add(row["lang"])
    everything = sum(row["documents"] for row in tables.curated)
    found = [
        Drop(reason, documents[reason], size[reason], len(langs[reason]), documents[reason] / everything)
        for reason in documents
    ]
    return sorted(found, key=lambda each: (-each.documents, each.reason))


def shortfalls(tables: Tables) -> list[Shortfall]:
    """The languages that train on little of what was collected of them, by share."""
    return sorted(coverage.find_shortfalls(tables.curated), key=lambda each: (each.share, each.lang))


def rejects_note(source: Row) -> str:
    """Rows of a source that could not be used, and what was lost with them, in words."""
    if not source["rejects"]:
        return "none"
    lost = lost_words(source)
    return format_count(source["rejects"]) + (f" ({percent(lost_share(source))} lost: {lost})" if lost else "")
