"""What `emma diff` prints."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from emma.schemas import SPLITS
from emma.ui.numerals import format_bytes, format_count
from emma.ui.terminal import format_table

MOST = 40
"""Languages that are printed."""


def text(found: Mapping[str, Any]) -> Iterator[str]:
    """The difference, line by line."""
    yield f"{found['before']} → {found['after']}"
    yield from settings(found["settings"])
    for kind, names in found["sources"].items():
        if names:
            yield f"sources {kind}: {', '.join(names)}"
    yield ""
    yield from languages(found["languages"], found["unchanged"])


def settings(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Each setting that differs."""
    for row in rows:
        yield f"{row['setting']}: {row['before']} → {row['after']}"
    if not rows:
        yield "the same settings and versions"


def languages(rows: Sequence[Mapping[str, Any]], unchanged: int) -> Iterator[str]:
    """The languages that changed, the most first, with what changed besides the kept."""
    if rows:
        heads = ["language", "documents", "→", "bytes", "→", "dropped otherwise"]
        yield from format_table(
            [heads, *([row["lang"], *numbers(row), drops(row)] for row in rows[:MOST])], right=(1, 2, 3, 4)
        )
    if len(rows) > MOST:
        yield f"and {format_count(len(rows) - MOST)} more languages changed; --json has all"
    yield f"{format_count(unchanged)} languages are the same"


def numbers(row: Mapping[str, Any]) -> list[str]:
    """Documents and bytes, before and after."""
    return [*map(format_count, row["documents"]), *map(format_bytes, row["bytes"])]


def drops(row: Mapping[str, Any]) -> str:
    """Drop reasons that took more or fewer, in documents."""
    told = (
        f"{each['outcome']} {each['documents'][1] - each['documents'][0]:+d}"
        for each in row["outcomes"]
        if each["outcome"] not in SPLITS and each["documents"][0] != each["documents"][1]
    )
    return ", ".join(told) or "–"
