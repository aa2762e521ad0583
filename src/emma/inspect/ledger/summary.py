"""A ledger in sums: documents and tokens by source and licence, and by language."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import pyarrow as pa
import pyarrow.compute as pc

from emma.errors import RecipeError
from emma.inspect.lookup import find_corpus_language
from emma.store import shards
from emma.ui.numerals import format_count, format_decimal, format_share
from emma.ui.terminal import format_table
from emma.wording import suggest

COLUMNS = ("lang", "source", "licence", "redistribution", "origin")
SUMS = ("documents", "tokens", "tokens_seen")
MAX_PRINTED = 30
"""Rows that a terminal shows; JSON and the page have all."""
CLASSES: Mapping[str, str] = {
    "public": "may be published",
    "derived": "stays here; what is made from it may be published",
    "private": "nothing made from it leaves",
}


class SourceRow(TypedDict):
    """What one source under one licence gave."""

    source: str
    licence: str
    redistribution: str
    origin: str
    languages: int
    documents: int
    tokens: int
    tokens_seen: int


class LanguageRow(TypedDict):
    """What one language was given."""

    lang: str
    sources: int
    documents: int
    tokens: int
    tokens_seen: int


@dataclass(frozen=True)
class LedgerSummary:
    """A ledger in sums."""

    name: str
    documents: int
    tokens_seen: int
    by_class: Mapping[str, int]
    """Documents by redistribution class."""
    sources: Sequence[SourceRow]
    """The most tokens seen first."""
    languages: Sequence[LanguageRow]
    """As the sources."""


def summarise_ledger(
    name: str, files: Sequence[Path], lang: str | None = None, source: str | None = None
) -> LedgerSummary:
    """Sum a ledger up, a batch at a time; only a language and a source of it, where they are named.

    Raises RecipeError for a source that it does not have, and as `find_corpus_language` does for a language.
    """
    groups = sum_groups(files)
    if lang is not None or source is not None:
        groups, _ = choose_rows(name, groups, lang, source)
    by_class = add_up(groups, ["redistribution"])
    return LedgerSummary(
        name,
        sum(groups["documents"].to_pylist()),
        sum(groups["tokens_seen"].to_pylist()),
        {row["redistribution"]: row["documents"] for row in by_class.sort_by("redistribution").to_pylist()},
        rank(add_up(groups, ["source", "licence", "redistribution", "origin"], languages="lang")),
        rank(add_up(groups, ["lang"], sources="source")),
    )


def choose_rows(name: str, table: pa.Table, lang: str | None, source: str | None) -> tuple[pa.Table, str | None]:
    """The rows of a source and a language, by their columns, and the language's label; raises as `summarise_ledger`."""
    if not table.num_rows:
        raise RecipeError(f"The ledger of {name} has nothing of that: training drew none of these documents.")
    if source is not None:
        sources = sorted({*table["source"].to_pylist()})
        if source not in sources:
            raise RecipeError(f"The ledger of {name} has no source '{source}'. {suggest(source, sources)}")
        table = table.filter(pc.equal(table["source"], source))
    if lang is None:
        return table, None
    label = find_corpus_language(lang, sorted({*table["lang"].to_pylist()})).label
    return table.filter(pc.equal(table["lang"], label)), label


def sum_groups(files: Sequence[Path]) -> pa.Table:
    """Documents and tokens by COLUMNS."""
    schema = pa.schema([*((name, pa.string()) for name in COLUMNS), *((name, pa.int64()) for name in SUMS)])
    total = schema.empty_table()
    for path in files:
        for batch in shards.batches(path, [*COLUMNS, "tokens", "tokens_seen"]):
            ones = pa.array([1] * batch.num_rows, pa.int64())
            table = pa.table([*(batch[name] for name in COLUMNS), ones, batch["tokens"], batch["tokens_seen"]], schema)
            total = add_up(pa.concat_tables([total, table]), COLUMNS).select(schema.names)
    return total


def add_up(table: pa.Table, keys: Sequence[str], **distinct: str) -> pa.Table:
    """Sums by keys, and counts of the distinct values of further columns under the names given."""
    sums = [(name, "sum") for name in SUMS]
    grouped = table.group_by(list(keys)).aggregate(sums + [(name, "count_distinct") for name in distinct.values()])
    names = {f"{name}_sum": name for name in SUMS} | {f"{of}_count_distinct": name for name, of in distinct.items()}
    return grouped.rename_columns([names.get(name, name) for name in grouped.column_names])


def rank(table: pa.Table) -> list:  # type: ignore[type-arg]
    """The rows, those with most tokens seen first."""
    keys = [(name, "ascending") for name in table.column_names if name not in SUMS]
    return list(table.sort_by([("tokens_seen", "descending"), *keys]).to_pylist())


def count_rounds(row: SourceRow | LanguageRow) -> float:
    """How often each token was seen, on the average."""
    return row["tokens_seen"] / max(1, row["tokens"])


def render_text(answer: LedgerSummary) -> Iterator[str]:
    """The sums as tables."""
    yield f"{answer.name}: {format_count(answer.documents)} documents trained it."
    yield ""
    rows = [("source", "licence", "redistribution", "languages", "documents", "tokens", "rounds", "share")]
    for row in answer.sources[:MAX_PRINTED]:
        share = format_share(row["tokens_seen"] / max(1, answer.tokens_seen))
        counts = (format_count(row["languages"]), format_count(row["documents"]), format_count(row["tokens"]))
        rows.append((row["source"], row["licence"], row["redistribution"], *counts,
                     format_decimal(count_rounds(row)), share))  # fmt: skip
    yield from format_table(rows, right=(3, 4, 5, 6, 7))
    if len(answer.sources) > MAX_PRINTED:
        yield f"and {format_count(len(answer.sources) - MAX_PRINTED)} more sources: --json and --html have all."
    yield ""
    yield from describe_classes(answer)


def describe_classes(answer: LedgerSummary) -> Iterator[str]:
    """A line for each class of redistribution."""
    for name, documents in answer.by_class.items():
        yield f"{name}: {format_count(documents)} documents; {CLASSES[name]}."
