"""What one should know before trusting the numbers of a language: flags, benchmarks that were met, personal data."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from emma.report.tables import Tables
from emma.schemas import PERSONAL, Row
from emma.ui.numerals import format_count

PERSONAL_WORDS = {
    "emails": "e-mail addresses",
    "ips": "IP addresses",
    "phones": "phone numbers",
    "cards": "payment card numbers",
}


def list_doubts(tables: Tables) -> dict[str, list[str]]:
    """What one should know before trusting a language's numbers, in sentences."""
    doubts: dict[str, list[str]] = defaultdict(list)
    for row in tables.flags:
        doubts[row["lang"]].append(row["flag"])
    for lang, rows in group_by_language(tables.contamination).items():
        doubts[lang] += describe_hits(rows)
    for lang, rows in group_by_language(tables.personal).items():
        doubts[lang] += describe_personal(rows)
    return doubts


def describe_personal(rows: Sequence[Row]) -> Iterator[str]:
    """The personal data in what is kept, in a sentence; nothing where rules find none."""
    counts = {kind: sum(row[kind] or 0 for row in rows) for kind in PERSONAL}
    if found := [f"{format_count(count)} {PERSONAL_WORDS[kind]}" for kind, count in counts.items() if count]:
        yield f"as far as rules can tell, what is kept has {', '.join(found)} (numbers that look like one among them)"


def describe_hits(rows: Sequence[Row]) -> Iterator[str]:
    """What the text has in common with benchmarks in the language, in sentences."""
    for row in rows:
        if row["items_hit"]:
            items = f"{format_count(row['items_hit'])} of {format_count(row['items'])} items of {row['benchmark']}"
            yield f"{items} stood in its text; {format_count(row['dropped'])} documents were dropped for that"


def group_by_language(rows: Sequence[Row]) -> Mapping[str, list[Row]]:
    """The rows of each language."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["lang"]].append(row)
    return groups
