"""The headline numbers: how many languages gained or lost, averages by tier, and what English and code paid.

Averages are macro averages: every language counts once, however much text it has. Base and adapted are averaged
over the same languages, those that were measured with both.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from emma.lang.coverage import MEANINGS, Labels, count_coverage, explain_differences, is_language
from emma.lang.tiers import SIZE_BANDS
from emma.report.languages import Language
from emma.report.tables import Row, Tables
from emma.schemas import CODE, SPLITS

ENGLISH = "eng_Latn"
GUESSING = 8.0
"""Bits per byte of guessing bytes at random."""


def summary(rows: Sequence[Language], tables: Tables, named: int = 8) -> dict[str, Any]:
    """`report.json`. What was not measured is None. Program code is in no average."""
    spoken = [row for row in rows if is_language(row.lang)]
    return {
        **_counted(spoken),
        "differences": explain_differences(labels(rows)),
        **averages(spoken),
        "by_tier": [
            {"tier": tier, **_counted(found), **averages(found)}
            for tier in SIZE_BANDS
            if (found := [row for row in spoken if row.tier == tier])
        ],
        "english": _one(rows, ENGLISH),
        "code": _one(rows, CODE),
        **_extremes(spoken, named),
        "data": _data(tables),
        "training": _training(tables),
    }


def averages(rows: Sequence[Language]) -> dict[str, Any]:
    """Macro averages, and over how many languages they are."""
    with_base = any(row.bits_per_byte_base is not None for row in rows)
    scored = [row for row in rows if row.bits_per_byte is not None]
    if with_base:
        scored = [row for row in scored if row.bits_per_byte_base is not None]
    return {
        "averaged": len(scored),
        "bpb_base": mean(scored, lambda row: row.bits_per_byte_base),
        "bpb_adapted": mean(scored, lambda row: row.bits_per_byte),
        "tokens_per_byte_base": mean(rows, lambda row: row.tokens_per_byte_base),
        "tokens_per_byte": mean(rows, lambda row: row.tokens_per_byte),
    }


def mean(rows: Iterable[Language], value: Callable[[Language], float | None]) -> float | None:
    """The mean of the values that exist; None when there is none."""
    values = [found for row in rows if (found := value(row)) is not None]
    return sum(values) / len(values) if values else None


def labels(rows: Sequence[Language]) -> dict[str, Labels]:
    """The languages that each word of `emma.lang.coverage` has among these rows."""
    words = [word for word in MEANINGS if word in Language.__dataclass_fields__]
    return {word: frozenset(row.lang for row in rows if getattr(row, word)) for word in words}


def _counted(rows: Sequence[Language]) -> dict[str, int]:
    """How many languages each word has, and how many were compared with a base and are neither better nor worse.

    Where the base was worse than guessing bytes (`languages_base_above_8`), a gain says little.
    """
    return {
        "languages": len(rows),
        **count_coverage(labels(rows)),
        "languages_compared": sum(row.gain is not None for row in rows),
        "languages_unsure": sum(row.verdict == "unsure" for row in rows),
        "languages_base_above_8": sum((row.bits_per_byte_base or 0.0) > GUESSING for row in rows),
        "languages_without_interval": sum(row.gain is not None and row.gain_low is None for row in rows),
    }


def _one(rows: Sequence[Language], lang: str) -> dict[str, float | None] | None:
    """Before and after for one label; None when it was not measured."""
    found = [row for row in rows if row.lang == lang and row.bits_per_byte is not None]
    if not found:
        return None
    return {
        "bpb_base": found[0].bits_per_byte_base,
        "bpb_adapted": found[0].bits_per_byte,
        "gain": found[0].gain,
        "low": found[0].gain_low,
        "high": found[0].gain_high,
    }


def _extremes(rows: Sequence[Language], named: int) -> dict[str, list[dict[str, Any]]]:
    """The largest gains, and as many of the smallest gains or losses, worst first."""
    compared = [row for row in rows if row.gain is not None]
    ordered = sorted(compared, key=lambda row: (-(row.gain or 0.0), row.lang))
    best = ordered[:named]
    worst = [row for row in reversed(ordered[-named:] if named else []) if row not in best]
    return {"best": [_named(row) for row in best], "worst": [_named(row) for row in worst]}


def _named(row: Language) -> dict[str, Any]:
    return {
        "lang": row.lang,
        "name": row.name,
        "bpb_base": row.bits_per_byte_base,
        "bpb_adapted": row.bits_per_byte,
        "gain": row.gain,
        "low": row.gain_low,
        "high": row.gain_high,
    }


def _data(tables: Tables) -> dict[str, int]:
    """Documents and bytes, collected and kept."""
    kept = [row for row in tables.curated if row["outcome"] in SPLITS]
    return {
        "documents": _sum(tables.curated, "documents"),
        "bytes": _sum(tables.curated, "bytes"),
        "documents_kept": _sum(kept, "documents"),
        "bytes_kept": _sum(kept, "bytes"),
        "rejects": _sum(tables.sources, "rejects"),
    }


def _training(tables: Tables) -> dict[str, float | int | None]:
    """Where training began and ended."""
    first, last = (tables.metrics[0], tables.metrics[-1]) if tables.metrics else ({}, {})
    return {
        "steps": last.get("step"),
        "tokens": last.get("tokens"),
        "loss_first": first.get("loss"),
        "loss_last": last.get("loss"),
    }


def _sum(rows: Iterable[Row], column: str) -> int:
    return sum(row[column] for row in rows)
