"""The sheet for a terminal of 100 columns, and for paper that a printer of text fills."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from emma.inspect.audit.sheet import Sheet
from emma.ui.numerals import format_bytes, format_count, format_decimal, format_share
from emma.ui.terminal import WIDTH, format_snippet, format_table

DASH = "–"


def text(sheet: Sheet) -> Iterator[str]:
    """The sheet, line by line."""
    yield f"Audit of {sheet['lang']} in the run '{sheet['run']}'"
    yield f"corpus {sheet['corpus']}, sample {sheet['seed']}"
    for title, lines in sections(sheet):
        shown = list(lines)
        yield from ("", title, "─" * len(title), *(shown or ["none"]))


def sections(sheet: Sheet) -> Iterator[tuple[str, Iterable[str]]]:
    """Title and lines of each part of the sheet."""
    yield "The language", format_table([[key, value] for key, value in sheet["about"]])
    yield "How much there is", amounts(sheet)
    yield "To know before trusting it", (f"· {flag}" for flag in sheet["flags"])
    yield "Sources", sources(sheet["sources"])
    yield "How it is written", scripts(sheet["scripts"])
    if sheet["labels"] is not None:
        yield "What language identification calls it", labels(sheet["labels"])
    yield "What the rules removed", rules(sheet["rules"])
    yield "Copies", duplicates(sheet["duplicates"])
    yield (
        "Lines that stand in many documents",
        (
            f"{format_count(row['documents']):>7} × {row['source']}: {format_snippet(row['line'], 70)}"
            for row in sheet["boilerplate"]
        ),
    )
    if sheet["contamination"] is not None:
        yield "Met in benchmarks", contamination(sheet["contamination"])
    yield f"Documents of the corpus, drawn by chance: {len(sheet['rows'])}", marked(sheet["rows"])
    yield "Signed", signature(sheet)


def amounts(sheet: Sheet) -> Iterator[str]:
    """Collected, kept by split, and the tier."""
    pairs = f", of which pairs of translations: {format_count(sheet['pairs'])}" if sheet["pairs"] else ""
    collected = [f"collected{pairs}", format_count(sheet["documents"]), format_bytes(sheet["bytes"])]
    splits = [[row["split"], format_count(row["documents"]), format_bytes(row["bytes"])] for row in sheet["splits"]]
    yield from format_table([["", "documents", "bytes"], collected, *splits], right=(1,))
    if sheet["second"]:
        yield f"other tables count {format_count(sheet['second'])} of the pairs under the label of their other side"
    if (tier := sheet["tier"]) is not None:
        yield f"tier: {tier['tier']} by {format_count(tier['fair_words'])} fair words"
        yield f"as published: {tier['tier_published']} by {format_count(tier['words'])} words between spaces"
        yield f"bytes for what English says in one: {format_decimal(tier['premium'])}, from: {tier['premium_from']}"


def sources(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Sources with their licences."""
    heads = ["source", "documents", "kept", "bytes kept", "redistribution", "licence"]
    table = [
        [
            row["source"],
            format_count(row["documents"]),
            format_count(row["kept"]),
            format_bytes(row["kept_bytes"]),
            row["redistribution"] or DASH,
            row["licence"],
        ]
        for row in rows
    ]
    yield from format_table([heads, *table], right=(1, 2, 3))


def scripts(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """A bar for each script; where it disagrees with the label, examples."""
    for row in rows:
        bar = "█" * round(40 * row["share"]) or "▏"
        note = "" if row["agrees"] else "  not as the label says"
        yield f"{row['script']}  {format_count(row['documents']):>9}  {format_share(row['share']):>8}  {bar}{note}"
        yield from shown(row["examples"])


def labels(found: Mapping[str, Any]) -> Iterator[str]:
    """Agreement, the limit, and other labels with examples."""
    yield f"{format_count(found['agrees'])} of {format_count(found['asked'])} documents have this label"
    if (limit := found["limit"]) is not None:
        least = f"scores below {format_decimal(limit['limit'])}" if limit["limit"] is not None else "nothing"
        yield f"dropped is {least}; the median score is {format_decimal(limit['median'])} ({limit['level']})"
        yield from doubted(found["doubted"], limit)
    for row in found["others"]:
        yield f"{row['label']}  {format_count(row['documents']):>9}  {format_share(row['share']):>8}"
        yield from shown(row["examples"])


def doubted(found: Mapping[str, Any], limit: Mapping[str, Any]) -> Iterator[str]:
    """How much is below the limit on language ID, or would be, what it is taken for, and examples."""
    if limit["withheld"] is not None:
        yield f"a limit of {format_decimal(limit['withheld'])} is not applied: too much is below (curate.lid.max_drop)"
    if found["documents"]:
        yield f"below it: {format_count(found['documents'])} documents, {format_share(found['share'])}, taken for"
        yield "  " + ", ".join(f"{row['label']} {format_count(row['documents'])}" for row in found["said"])
        yield from shown(found["examples"])


def rules(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Each rule's toll, limit and examples from the middle of it."""
    for row in rows:
        limits = ", ".join(f"{format_decimal(each['limit'], 3)} from {each['level']}" for each in row["limits"][:2])
        documents = f"{format_count(row['documents'])} documents, {format_share(row['share'])}"
        yield f"{row['rule']}: {documents} (limit {limits or DASH})"
        yield from shown(row["examples"])


def duplicates(found: Mapping[str, Any]) -> Iterator[str]:
    """Dropped copies and the largest clusters."""
    exact, near = format_count(found["exact"]), format_count(found["near"])
    yield f"{exact} exact and {near} near duplicates dropped, {format_share(found['share'])}"
    yield from shown(found["examples"])
    if found["clusters"]:
        yield "kept together in one split, copies or sharing a side:"
    for row in found["clusters"]:
        yield f"{format_count(row['documents']):>7} documents with {row['cluster']}"


def contamination(found: Mapping[str, Any]) -> Iterator[str]:
    """Hits by benchmark, with examples of what was dropped."""
    heads = ["benchmark", "items", "items met", "documents", "dropped"]
    rows = [
        [row["benchmark"], *(format_count(row[name]) for name in ("items", "items_hit", "documents", "dropped"))]
        for row in found["benchmarks"]
    ]
    yield from format_table([heads, *rows], right=(1, 2, 3, 4)) if rows else ["no document meets any"]
    yield from shown(found["examples"])
    if found["near"]:
        yield "dropped as their near duplicates:"
        yield from shown(found["near"])


def shown(examples: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Examples: a line of its own for what identifies it, and one for the text, whichever way it runs."""
    for row in examples:
        value = f"{format_decimal(row['value'], 3)}  " if row.get("value") is not None else ""
        yield f"    {value}{row['id']}"
        yield from (f"      {format_snippet(row[side], WIDTH - 8)}" for side in ("text", "text2") if row[side])


def marked(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Rows with a box to mark."""
    yield "[ ] good   [ ] wrong language   [ ] not text   [ ] should not be public"
    for number, row in enumerate(rows, 1):
        yield f"[ ] [ ] [ ] [ ]  {number:>2}  {row['id']}"
        yield from (f"      {format_snippet(row[side], WIDTH - 8)}" for side in ("text", "text2") if row[side])


def signature(sheet: Sheet) -> Iterator[str]:
    """Where to sign."""
    yield f"I read {sheet['lang']}, and have looked at the documents above."
    yield ""
    yield f"name {'_' * 34}   date {'_' * 14}   signature {'_' * 24}"
