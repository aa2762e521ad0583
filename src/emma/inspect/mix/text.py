"""What `emma mix show` prints."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from emma.ui.columns import grid
from emma.ui.numerals import count, fixed, share, short

MOST = 40
"""Languages that are printed."""
REPEATED = 10
"""Languages that are printed for coming round most often."""

Row = Mapping[str, Any]


def text(found: Row) -> Iterator[str]:
    """The plan, table by table."""
    steps = f"{count(found['steps'])} steps of {count(found['step_tokens'])}"
    yield f"{found['recipe']}: {short(found['tokens'])} tokens, {steps}, sequences of {count(found['sequence_length'])}"
    yield f"planned {found['origin']}"
    yield f"languages: {count(found['languages_trained'])} trained of {count(found['languages_planned'])} planned"
    yield from found["differences"]
    for kind in ("stages", "domains", "tiers", "languages"):
        if kind != "stages" or len(found[kind]) > 1:
            yield ""
            yield from table(kind, found[kind][:MOST])
        if (more := len(found[kind]) - MOST) > 0:
            yield f"and {count(more)} more {kind}; --json has all"
    yield from repeats(found["languages"])
    if left := found["left_out"]:
        yield ""
        yield f"left out: {', '.join(left[:MOST])}{'…' if len(left) > MOST else ''}"


def table(kind: str, rows: Sequence[Row]) -> Iterator[str]:
    """One row a group: what is drawn of it, and what there is."""
    words = any(row["words"] is not None for row in rows)
    second = "tier" if kind == "languages" else "trained"
    heads = [kind[:-1], second, "share", "tokens", "exist", "epochs", *(["words", "exist"] if words else []), ""]
    yield from grid([heads, *(cells(row, second, words) for row in rows)], right=range(2, len(heads) - 1))


def cells(row: Row, second: str, words: bool) -> list[str]:
    """The cells of a row, the last of which is empty so that numbers stand to the right."""
    about = ", ".join(row["tiers"]) if second == "tier" else count(row["languages_trained"])
    numbers = [short(row["drawn"]), short(row["there"]), fixed(row["epochs"])]
    counted = [short(row["words_drawn"]), short(row["words"])] if words else []
    return [row["name"], about, share(row["share"]), *numbers, *counted, ""]


def repeats(languages: Sequence[Row]) -> Iterator[str]:
    """The languages whose tokens come round most often."""
    often = sorted((row for row in languages if (row["epochs"] or 0) > 1), key=lambda row: -row["epochs"])[:REPEATED]
    if often:
        yield ""
        yield "seen most often: " + ", ".join(f"{row['name']} {fixed(row['epochs'])} times" for row in often)


def step_text(found: Row) -> Iterator[str]:
    """The documents of one step, sample by sample."""
    stage = "" if found["stages"] == 1 else f", stage {found['stage']}"
    yield f"{found['recipe']}: step {count(found['step'])} of {count(found['steps'])}{stage}"
    heads = ["sample", "language", "domain", "from", "tokens", "document"]
    rows = [
        [str(row["sample"]), row["lang"], row["domain"], count(row["first"]), count(row["tokens"]), row["document"]]
        for row in found["documents"]
    ]
    yield from grid([heads, *rows], right=(0, 3, 4))
