"""The headline numbers: how many languages gained or lost, averages by size band, and what English and code paid.

Averages are macro averages: every language counts once, however much text it has. Base and adapted are averaged
over the same languages, those that were measured with both.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import cast

from emma.lang.coverage import MEANINGS, Labels, count_coverage, explain_differences, is_language
from emma.lang.language import CODE, ENGLISH
from emma.lang.tiers import SIZE_BANDS
from emma.report.cost import Cost
from emma.report.headline import (
    Averages,
    Change,
    DataTotals,
    Headline,
    LanguageCounts,
    NamedChange,
    TrainingEnds,
)
from emma.report.languages import LanguageRow
from emma.report.tables import Tables
from emma.report.task_summary import TaskSummary
from emma.schemas import GUESSING_BITS_PER_BYTE, SPLITS, Row


def summarise(
    rows: Sequence[LanguageRow],
    tables: Tables,
    named: int = 8,
    benchmarks: TaskSummary | None = None,
    cost: Cost | None = None,
) -> Headline:
    """The headline. What was not measured is None. Program code is in no average."""
    languages = [row for row in rows if is_language(row.lang)]
    best, worst = find_extremes(languages, named)
    return {
        **tally_languages(languages),
        "differences": explain_differences(find_row_coverage(rows)),
        **average(languages),
        "by_size_band": [
            {"size_band": band, **tally_languages(members), **average(members)}
            for band in SIZE_BANDS
            if (members := [row for row in languages if row.size_band == band])
        ],
        "english": find_change(rows, ENGLISH.label),
        "code": find_change(rows, CODE.label),
        "best": best,
        "worst": worst,
        "data": sum_data(tables),
        "training": find_training_ends(tables),
        "benchmarks": benchmarks,
        "cost": cost,
    }


def average(rows: Sequence[LanguageRow]) -> Averages:
    """Macro averages, and over how many languages they are."""
    has_base = any(row.bits_per_byte_base is not None for row in rows)
    scored = [row for row in rows if row.bits_per_byte is not None]
    # Only languages with both numbers, so that the two means are of the same ones.
    if has_base:
        scored = [row for row in scored if row.bits_per_byte_base is not None]
    return {
        "averaged": len(scored),
        "bpb_base": mean(scored, lambda row: row.bits_per_byte_base),
        "bpb_adapted": mean(scored, lambda row: row.bits_per_byte),
        "tokens_per_byte_base": mean(rows, lambda row: row.tokens_per_byte_base),
        "tokens_per_byte": mean(rows, lambda row: row.tokens_per_byte),
    }


def mean(rows: Iterable[LanguageRow], value: Callable[[LanguageRow], float | None]) -> float | None:
    """The mean of the values that exist; None when there is none."""
    values = [number for row in rows if (number := value(row)) is not None]
    return sum(values) / len(values) if values else None


def find_row_coverage(rows: Sequence[LanguageRow]) -> dict[str, Labels]:
    """The languages that each word of `emma.lang.coverage` has among these rows."""
    words = [word for word in MEANINGS if word in LanguageRow.__dataclass_fields__]
    return {word: frozenset(row.lang for row in rows if getattr(row, word)) for word in words}


def tally_languages(rows: Sequence[LanguageRow]) -> LanguageCounts:
    """Count the languages of each word, and those that were compared with a base and are neither better nor worse."""
    counts = {
        "languages": len(rows),
        **count_coverage(find_row_coverage(rows)),
        "languages_compared": sum(row.gain is not None for row in rows),
        "languages_unsure": sum(row.verdict == "unsure" for row in rows),
        "languages_base_above_8": sum((row.bits_per_byte_base or 0.0) > GUESSING_BITS_PER_BYTE for row in rows),
        "languages_without_interval": sum(row.gain is not None and row.gain_low is None for row in rows),
    }
    return cast(LanguageCounts, counts)


def describe_change(row: LanguageRow) -> Change:
    """The change of one language."""
    return {
        "bpb_base": row.bits_per_byte_base,
        "bpb_adapted": row.bits_per_byte,
        "gain": row.gain,
        "low": row.gain_low,
        "high": row.gain_high,
    }


def find_change(rows: Sequence[LanguageRow], lang: str) -> Change | None:
    """Before and after for one label; None when it was not measured."""
    row = next((row for row in rows if row.lang == lang and row.bits_per_byte is not None), None)
    return None if row is None else describe_change(row)


def find_extremes(rows: Sequence[LanguageRow], named: int) -> tuple[list[NamedChange], list[NamedChange]]:
    """The largest gains, and as many of the smallest gains or losses, worst first; no language is in both.

    By the share of the base's bits, which can be compared between scripts.
    """
    ordered = sorted(
        (row for row in rows if row.gain is not None), key=lambda row: (-(row.gain_percent or 0), row.lang)
    )
    best = ordered[:named]
    worst = [row for row in reversed(ordered[-named:] if named else []) if row not in best]
    first, last = (
        [NamedChange(lang=row.lang, name=row.name, **describe_change(row)) for row in some] for some in (best, worst)
    )
    return first, last


def sum_data(tables: Tables) -> DataTotals:
    """Documents and bytes, collected and kept."""
    kept = [row for row in tables.curated if row["outcome"] in SPLITS]
    return {
        "documents": _sum(tables.curated, "documents"),
        "bytes": _sum(tables.curated, "bytes"),
        "documents_kept": _sum(kept, "documents"),
        "bytes_kept": _sum(kept, "bytes"),
        "rejects": _sum(tables.sources, "rejects"),
    }


def find_training_ends(tables: Tables) -> TrainingEnds:
    """Find where training began and ended."""
    first, last = (tables.metrics[0], tables.metrics[-1]) if tables.metrics else ({}, {})
    return {
        "steps": last.get("step"),
        "tokens": last.get("tokens"),
        "loss_first": first.get("loss"),
        "loss_last": last.get("loss"),
    }


def _sum(rows: Iterable[Row], column: str) -> int:
    return sum(row[column] for row in rows)
