"""What `emma mix show` prints."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from emma.ui.numerals import format_count, format_decimal, format_share, format_short
from emma.ui.terminal import format_table

MOST = 40
"""Languages that are printed."""
REPEATED = 10
"""Languages that are printed for coming round most often."""

Row = Mapping[str, Any]


def text(found: Row) -> Iterator[str]:
    """The plan, table by table."""
    steps = f"{format_count(found['steps'])} steps of {format_count(found['step_tokens'])}"
    length = format_count(found["sequence_length"])
    yield f"{found['recipe']}: {format_short(found['tokens'])} tokens, {steps}, sequences of {length}"
    yield f"planned {found['origin']}"
    trained, planned = format_count(found["languages_trained"]), format_count(found["languages_planned"])
    yield f"languages: {trained} trained of {planned} planned"
    yield from found["differences"]
    for kind in ("stages", "domains", "tiers", "languages"):
        if kind != "stages" or len(found[kind]) > 1:
            yield ""
            yield from table(kind, found[kind][:MOST])
        if (more := len(found[kind]) - MOST) > 0:
            yield f"and {format_count(more)} more {kind}; --json has all"
    yield from repeats(found["languages"])
    if left := found["left_out"]:
        yield ""
        yield f"left out: {', '.join(left[:MOST])}{'…' if len(left) > MOST else ''}"


def table(kind: str, rows: Sequence[Row]) -> Iterator[str]:
    """One row a group: what is drawn of it, and what there is."""
    words = any(row["words"] is not None for row in rows)
    second = "tier" if kind == "languages" else "trained"
    heads = [kind[:-1], second, "share", "tokens", "exist", "epochs", *(["words", "exist"] if words else []), ""]
    yield from format_table([heads, *(cells(row, second, words) for row in rows)], right=range(2, len(heads) - 1))


def cells(row: Row, second: str, words: bool) -> list[str]:
    """The cells of a row, the last of which is empty so that numbers stand to the right."""
    about = ", ".join(row["tiers"]) if second == "tier" else format_count(row["languages_trained"])
    numbers = [format_short(row["drawn"]), format_short(row["there"]), format_decimal(row["epochs"])]
    counted = [format_short(row["words_drawn"]), format_short(row["words"])] if words else []
    return [row["name"], about, format_share(row["share"]), *numbers, *counted, ""]


def repeats(languages: Sequence[Row]) -> Iterator[str]:
    """The languages whose tokens come round most often."""
    often = sorted((row for row in languages if (row["epochs"] or 0) > 1), key=lambda row: -row["epochs"])[:REPEATED]
    if often:
        yield ""
        yield "seen most often: " + ", ".join(f"{row['name']} {format_decimal(row['epochs'])} times" for row in often)


def step_text(found: Row) -> Iterator[str]:
    """The documents of one step, sample by sample."""
    stage = "" if found["stages"] == 1 else f", stage {found['stage']}"
    yield f"{found['recipe']}: step {format_count(found['step'])} of {format_count(found['steps'])}{stage}"
    heads = ["sample", "language", "domain", "from", "tokens", "document"]
    rows = [
        [
            str(row["sample"]),
            row["lang"],
            row["domain"],
            format_count(row["first"]),
            format_count(row["tokens"]),
            row["document"],
        ]
        for row in found["documents"]
    ]
    yield from format_table([heads, *rows], right=(0, 3, 4))
