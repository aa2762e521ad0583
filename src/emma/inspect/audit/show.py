"""The audit sheet as lines for a terminal of 100 columns, or for paper, and as a page to print.

The page is one HTML file with its style inside, every text in its own direction.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from emma.curate.parallel import BITEXT
from emma.curate.quality.limits import LimitRow
from emma.inspect.audit.records import (
    Contamination,
    DoubtedDocuments,
    Duplicates,
    Example,
    LabelAgreement,
    RuleDrops,
    ScriptShare,
    Sheet,
    SourceSize,
)
from emma.lang.language import ENGLISH, Lang
from emma.schemas import Row
from emma.ui.html import page_style
from emma.ui.html import render_page as render_template
from emma.ui.numerals import MISSING, format_bytes, format_count, format_decimal, format_share
from emma.ui.terminal import WIDTH, format_snippet, format_table

HERE = Path(__file__).parent


def render_text(sheet: Sheet) -> Iterator[str]:
    """The sheet, line by line."""
    yield f"Audit of {sheet['lang']} in the run '{sheet['run']}'"
    yield f"corpus {sheet['corpus']}, sample {sheet['seed']}"
    for title, lines in list_sections(sheet):
        # Read at once, to say "none" where a section has no lines.
        listed = list(lines)
        yield from ("", title, "─" * len(title), *(listed or ["none"]))


def render_page(sheet: Sheet) -> str:
    """The sheet as an HTML page. Needs the extra `report`; raises ExtraError without it."""
    style = page_style() + (HERE / "sheet.css").read_text(encoding="utf-8")
    return render_template(
        HERE / "sheet.html.jinja",
        sheet=sheet,
        style=style,
        describe_premium=describe_premium,
        tag=lambda label: Lang.parse(label).tag,
    )


def list_sections(sheet: Sheet) -> Iterator[tuple[str, Iterable[str]]]:
    """Title and lines of each part of the sheet."""
    yield "The language", format_table([[key, value] for key, value in sheet["about"]])
    yield "How much there is", render_sizes(sheet)
    yield "To know before trusting it", (f"· {flag}" for flag in sheet["flags"])
    yield "Sources", render_sources(sheet["sources"])
    yield "How it is written", render_scripts(sheet["scripts"])
    if sheet["labels"] is not None:
        yield "What language identification calls it", render_labels(sheet["labels"])
    yield "What the rules removed", render_rules(sheet["rules"])
    yield "Copies", render_duplicates(sheet["duplicates"])
    yield (
        "Lines that stand in many documents",
        (
            f"{format_count(row['documents']):>7} × {row['source']}: {format_snippet(row['line'], 70)}"
            for row in sheet["boilerplate"]
        ),
    )
    if sheet["contamination"] is not None:
        yield "Met in benchmarks", render_contamination(sheet["contamination"])
    yield f"Documents of the corpus, drawn by chance: {len(sheet['rows'])}", render_checkboxes(sheet["rows"])
    yield "Signed", render_signature(sheet)


def render_sizes(sheet: Sheet) -> Iterator[str]:
    """Collected, kept by split, and the tier."""
    pairs = f", of which pairs of translations: {format_count(sheet['pairs'])}" if sheet["pairs"] else ""
    collected = [f"collected{pairs}", format_count(sheet["documents"]), format_bytes(sheet["bytes"])]
    splits = [[row["split"], format_count(row["documents"]), format_bytes(row["bytes"])] for row in sheet["splits"]]
    yield from format_table([["", "documents", "bytes"], collected, *splits], right=(1,))
    if sheet["second"]:
        yield f"other tables count {format_count(sheet['second'])} of the pairs under the label of their other side"
    if (tier := sheet["tier"]) is not None:
        yield f"tier by size: {tier['tier']} ({format_count(tier['fair_words'])} words, had it been written in English)"
        yield f"tier as published: {tier['tier_published']} ({format_count(tier['words'])} words between spaces)"
        yield f"bytes for what English says in one: {describe_premium(tier)}"
    if (limit := sheet.get("test_limit")) is not None:
        yield f"the test split ends at {format_bytes(limit)} (curate.test_bytes): more documents need a higher one"


def describe_premium(tier: Row) -> str:
    """A byte premium and how it is known, from a row of `tiers.parquet`; 1 where nothing tells it."""
    origin = tier["premium_from"]
    known = {
        "recipe": "as the recipe says",
        BITEXT: "measured on pairs of translations",
        "script": "the median of languages in its script",
        ENGLISH.label: "English itself",
    }
    if origin == "none":
        return "not known, counted as 1"
    return f"{format_decimal(tier['premium'])}, {known.get(origin, f'measured on {origin}')}"


def render_sources(rows: Sequence[SourceSize]) -> Iterator[str]:
    """Sources with their licences."""
    heads = ["source", "documents", "kept", "bytes kept", "redistribution", "licence"]
    table = [
        [
            row["source"],
            format_count(row["documents"]),
            format_count(row["kept"]),
            format_bytes(row["kept_bytes"]),
            row["redistribution"] or MISSING,
            row["licence"],
        ]
        for row in rows
    ]
    yield from format_table([heads, *table], right=(1, 2, 3))


def render_scripts(rows: Sequence[ScriptShare]) -> Iterator[str]:
    """A bar for each script; where it disagrees with the label, examples."""
    for row in rows:
        # A script of a few documents has a bar too, if the thinnest.
        bar = "█" * round(40 * row["share"]) or "▏"
        note = "" if row["agrees"] else "  not as the label says"
        yield f"{row['script']}  {format_count(row['documents']):>9}  {format_share(row['share']):>8}  {bar}{note}"
        yield from render_examples(row["examples"])


def render_labels(labels: LabelAgreement) -> Iterator[str]:
    """Agreement, the limit, and other labels with examples."""
    yield f"{format_count(labels['agrees'])} of {format_count(labels['asked'])} documents have this label"
    if (limit := labels["limit"]) is not None:
        least = f"scores below {format_decimal(limit['limit'])}" if limit["limit"] is not None else "nothing"
        yield f"dropped is {least}; the median score is {format_decimal(limit['median'])} ({limit['level']})"
        yield from render_doubted(labels["doubted"], limit)
    for row in labels["others"]:
        yield f"{row['label']}  {format_count(row['documents']):>9}  {format_share(row['share']):>8}"
        yield from render_examples(row["examples"])


def render_doubted(doubted: DoubtedDocuments, limit: LimitRow) -> Iterator[str]:
    """Documents below the limit on language ID, or that would be, what they are taken for, and examples."""
    if limit["withheld"] is not None:
        yield f"a limit of {format_decimal(limit['withheld'])} is not applied: too much is below (curate.lid.max_drop)"
    if doubted["documents"]:
        yield f"below it: {format_count(doubted['documents'])} documents, {format_share(doubted['share'])}, taken for"
        yield "  " + ", ".join(f"{row['label']} {format_count(row['documents'])}" for row in doubted["said"])
        yield from render_examples(doubted["examples"])


def render_rules(rows: Sequence[RuleDrops]) -> Iterator[str]:
    """Documents that each rule dropped, its limit, and examples from the middle."""
    for row in rows:
        limits = ", ".join(f"{format_decimal(limit['limit'], 3)} from {limit['level']}" for limit in row["limits"][:2])
        documents = f"{format_count(row['documents'])} documents, {format_share(row['share'])}"
        yield f"{row['rule']}: {documents} (limit {limits or MISSING})"
        yield from render_examples(row["examples"])


def render_duplicates(duplicates: Duplicates) -> Iterator[str]:
    """Dropped copies and the largest clusters."""
    exact, near = format_count(duplicates["exact"]), format_count(duplicates["near"])
    yield f"{exact} exact and {near} near duplicates dropped, {format_share(duplicates['share'])}"
    yield from render_examples(duplicates["examples"])
    if duplicates["clusters"]:
        yield "kept together in one split, copies or sharing a side:"
    for row in duplicates["clusters"]:
        yield f"{format_count(row['documents']):>7} documents with {row['cluster']}"


def render_contamination(contamination: Contamination) -> Iterator[str]:
    """Hits by benchmark, with examples of what was dropped."""
    heads = ["benchmark", "items", "items met", "documents", "dropped"]
    rows = [
        [row["benchmark"], *(format_count(row[name]) for name in ("items", "items_hit", "documents", "dropped"))]
        for row in contamination["benchmarks"]
    ]
    yield from format_table([heads, *rows], right=(1, 2, 3, 4)) if rows else ["no document meets any"]
    yield from render_examples(contamination["examples"])
    if contamination["near"]:
        yield "dropped as their near duplicates:"
        yield from render_examples(contamination["near"])


def render_examples(examples: Sequence[Example]) -> Iterator[str]:
    """Examples: a line of its own for what identifies it, and one for the text, whichever way it runs."""
    for row in examples:
        value = f"{format_decimal(row['value'], 3)}  " if row.get("value") is not None else ""
        yield f"    {value}{row['id']}"
        yield from (f"      {format_snippet(text, WIDTH - 8)}" for text in (row["text"], row["text2"]) if text)


def render_checkboxes(rows: Sequence[Example]) -> Iterator[str]:
    """Rows with a box to mark."""
    yield "[ ] good   [ ] wrong language   [ ] not text   [ ] should not be public"
    for number, row in enumerate(rows, 1):
        yield f"[ ] [ ] [ ] [ ]  {number:>2}  {row['id']}"
        yield from (f"      {format_snippet(text, WIDTH - 8)}" for text in (row["text"], row["text2"]) if text)


def render_signature(sheet: Sheet) -> Iterator[str]:
    """Lines to sign on."""
    yield f"I read {sheet['lang']}, and have looked at the documents above."
    yield ""
    yield f"name {'_' * 34}   date {'_' * 14}   signature {'_' * 24}"
