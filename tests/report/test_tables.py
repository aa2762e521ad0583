"""Documents that were lost are counted by reason, and languages that lost most of theirs are named."""

from dataclasses import replace
from typing import Any

from emma.lang.coverage import Shortfall
from emma.report.tables import Drop, count_drops, list_shortfalls

from .synthetic import TABLES


def test_drops_are_counted_by_reason_the_most_frequent_first() -> None:
    assert count_drops(TABLES) == [
        Drop("letter_share low", 4, 9, 1, 4 / 19),
        Drop("near duplicate", 2, 9, 1, 2 / 19),
        Drop("exact duplicate", 1, 9, 1, 1 / 19),
    ]


def test_samples_of_private_sources_are_not_shown() -> None:
    classes = {"own": "private", "lent": "derived", "old": None}
    sources = [{"source": name, "redistribution": each} for name, each in classes.items()]
    samples = [{"id": f"{name}:a.txt#1"} for name in ("own", "lent", "old", "own2")]
    assert replace(TABLES, sources=sources, samples=samples).shown_samples == samples[1:]


def test_a_language_that_trains_on_under_half_of_its_bytes_is_told_with_the_reason() -> None:
    def row(lang: str, outcome: str, size: int) -> dict[str, Any]:
        return {"lang": lang, "domain": "a", "source": "s", "outcome": outcome, "documents": 1, "bytes": size}

    rows = [row("yor_Latn", "train", 49), row("yor_Latn", "near duplicate", 50), row("yor_Latn", "test", 1)]
    rows += [row("nqo_Nkoo", "train", 50), row("nqo_Nkoo", "test", 50), row("amh_Ethi", "letter_share low", 3)]
    expected = [Shortfall("amh_Ethi", 0.0, "letter_share low"), Shortfall("yor_Latn", 0.49, "near duplicate")]
    assert list_shortfalls(replace(TABLES, curated=rows)) == expected
