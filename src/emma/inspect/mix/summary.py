"""A plan in numbers: by stage, domain, tier and language, and what comes round most often."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from emma.lang.coverage import (
    Labels,
    count_coverage,
    explain_differences,
    is_language,
    planned_languages,
    trained_languages,
)
from emma.lang.tiers import TIER_NAMES

Row = Mapping[str, Any]

WITHOUT_TIER = "no language"
TIERS = (*reversed(TIER_NAMES), WITHOUT_TIER)


def summary(rows: Sequence[Row], sequence_length: int, stage: str | None) -> dict[str, Any]:
    """The mix, or one stage of it. Tokens drawn are those of whole sequences; `epochs` is None where nobody knows."""
    shown = [row for row in rows if stage in (None, row["stage"])]
    sequences = sum(row["samples"] for row in shown)

    def tables(key: Callable[[Row], str]) -> list[dict[str, Any]]:
        return [group(name, some, sequences, sequence_length) for name, some in gather(shown, key).items()]

    languages = sorted(tables(lambda row: row["lang"]), key=lambda each: (-each["drawn"], each["name"]))
    return {
        "sequences": sequences,
        "tokens": sequences * sequence_length,
        "stages": tables(lambda row: row["stage"]),
        "domains": sorted(tables(lambda row: row["domain"]), key=lambda each: (-each["drawn"], each["name"])),
        "tiers": sorted(tables(tier_of), key=lambda each: TIERS.index(each["name"])),
        "languages": languages,
        **count_coverage(labels_of(shown)),
        "differences": explain_differences(labels_of(shown)),
        "left_out": [each["name"] for each in tables(pair_of) if not each["drawn"]],
    }


def group(name: str, rows: Sequence[Row], sequences: int, sequence_length: int) -> dict[str, Any]:
    """What a group of the plan's rows gives together."""
    drawn = sum(row["samples"] for row in rows)
    there = [next(iter(each)) for each in gather(rows, pair_of).values()]  # a source has a row for every stage
    exist, words = total(there, "tokens"), total(there, "words")
    seen = [row["epochs"] * row["words"] for row in rows if None not in (row["epochs"], row["words"])]
    return {
        "name": name,
        **count_coverage(labels_of(rows)),
        "tiers": sorted({tier_of(row) for row in rows}, key=TIERS.index),
        "there": exist,
        "words": words,
        "drawn": drawn * sequence_length,
        "words_drawn": round(sum(seen)) if words is not None else None,
        "epochs": sum(row["epochs"] * row["tokens"] for row in rows) / exist if exist else None,
        "share": drawn / sequences if sequences else 0.0,
    }


def labels_of(rows: Sequence[Row]) -> dict[str, Labels]:
    """The languages that are planned, and those that are trained."""
    return {"planned": planned_languages(rows), "trained": trained_languages(rows)}


def total(rows: Iterable[Row], column: str) -> int | None:
    """Sum of a column, None unless all of it is known."""
    values = [row[column] for row in rows]
    return None if None in values else sum(values)


def gather(rows: Iterable[Row], key: Callable[[Row], str]) -> dict[str, list[Row]]:
    """Rows by key, in the order in which keys first come."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def pair_of(row: Row) -> str:
    """A source's name."""
    return f"{row['lang']}/{row['domain']}"


def tier_of(row: Row) -> str:
    """A source's tier, if it is in a language."""
    return str(row["tier"]) if is_language(row["lang"]) else WITHOUT_TIER
