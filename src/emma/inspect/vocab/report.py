"""Comparing what languages cost with some tokenizers, what more pieces would save, and the report for a terminal."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from emma.errors import RecipeError, SourceError
from emma.inspect.vocab.counters import TokenCounter, open_counters
from emma.inspect.vocab.files import read_text_files
from emma.inspect.vocab.measure import CostMeasurer, LanguageCosts
from emma.inspect.vocab.savings import Savings, measure_savings
from emma.inspect.vocab.texts import SkippedTexts, TextSet, read_held_out
from emma.lang.language import ENGLISH
from emma.lang.tables import Scheme
from emma.pipeline.home import Home
from emma.ui.numerals import format_count, format_decimal, format_share
from emma.ui.terminal import format_table

MAX_LINES = 10_000
"""Lines or pairs that are read of each language in each file, unless another number is named."""
MAX_NAMED = 8
"""Languages that a note names."""
MAX_ROWS = 40
"""Languages that a terminal shows unless all are asked for."""
MAX_REASONS = 5
"""Places that were left out which a terminal names."""


@dataclass(frozen=True)
class ReportQuestion:
    """The tokenizers to compare, and the text to compare them on."""

    tokenizers: Sequence[str]
    text: Sequence[Path] = ()
    run: str | None = None
    """A run whose held-out text is measured too."""
    pieces: Sequence[int] = ()
    """Numbers of pieces that are added to the first tokenizer, to see what they save."""
    scheme: Scheme = "any"
    lines: int = MAX_LINES
    aligned: bool = True


@dataclass(frozen=True)
class VocabReport:
    """The cost of each language with each tokenizer."""

    tokenizers: Sequence[TokenCounter]
    languages: Sequence[LanguageCosts]
    """The highest premium of the first tokenizer first; those without one follow, by tokens per byte."""
    skipped: Sequence[SkippedTexts]
    notes: Sequence[str]
    savings: Savings | None = field(default=None)


def compare_tokenizers(question: ReportQuestion, home: Home) -> VocabReport:
    """Measure. Raises RecipeError for a tokenizer that cannot be opened, SourceError for text that cannot be read."""
    if not question.text and question.run is None:
        raise RecipeError("There is no text to measure on: name files or folders with --text, or a run with --run.")
    counters = open_counters(question.tokenizers, home)
    texts = _read_texts(question, home)
    measurer = CostMeasurer(counters)
    for block in texts.blocks:
        measurer.add(block)
    languages = sorted(measurer.languages(), key=_dearest_first)
    if not languages:
        raise SourceError("All texts are empty: there is nothing to measure.")
    budgets = sorted(set(question.pieces))
    # Of the first tokenizer only: growing one takes longer than measuring all.
    savings = measure_savings(counters[0], texts.blocks, budgets) if budgets else None
    return VocabReport(counters, languages, texts.skipped, _write_notes(languages), savings)


def _read_texts(question: ReportQuestion, home: Home) -> TextSet:
    texts = read_text_files(question.text, question.scheme, question.lines, question.aligned)
    if question.run is not None:
        texts.extend(read_held_out(home.choose_run(question.run)))
    return texts


def _dearest_first(row: LanguageCosts) -> tuple[bool, float, str]:
    first = row.costs[0]
    return first.premium is None, -(first.premium or first.tokens_per_byte), row.lang


def _write_notes(languages: Sequence[LanguageCosts]) -> list[str]:
    alone = [row.lang for row in languages if not row.parallel_texts]
    if len(alone) == len(languages):
        return [f"No text stands beside English ({ENGLISH.label}), so there are no premiums."]
    more = ", …" if len(alone) > MAX_NAMED else ""
    named = f"{', '.join(alone[:MAX_NAMED])}{more}"
    return [f"No premium for {len(alone):,}, of which no text stands beside English: {named}"] if alone else []


def to_plain(report: VocabReport) -> dict[str, Any]:
    """The report as plain values, since a tokenizer is none. `costs` and `saved` are lists in the order of `tokenizers`
    and `asked`."""
    savings = report.savings
    rows = [asdict(row) | ({"saved": savings.saved(row.lang)} if savings else {}) for row in report.languages]
    return {
        "tokenizers": [{"name": counter.name, "pieces": counter.pieces} for counter in report.tokenizers],
        "languages": rows,
        "savings": savings and {"tokenizer": savings.tokenizer, "asked": savings.budgets, "made": savings.new_pieces},
        "skipped": [asdict(skipped) for skipped in report.skipped],
        "notes": list(report.notes),
    }


def render_text(report: VocabReport, everything: bool = False) -> Iterator[str]:
    """The report for a terminal, line by line: a row a language, the highest premium first."""
    for number, counter in enumerate(report.tokenizers, 1):
        yield f"{number}: {counter.name}, {format_count(counter.pieces)} pieces"
    rows = report.languages if everything else report.languages[:MAX_ROWS]
    yield ""
    yield from _render_costs(rows, len(report.tokenizers))
    if report.savings is not None:
        yield from ("", *_render_savings(report.savings, rows))
    if more := len(report.languages) - len(rows):
        yield f"and {format_count(more)} more languages; --all shows them, --json and --html too"
    yield from ("", *_render_remarks(report))


def _render_costs(rows: Sequence[LanguageCosts], tokenizers: int) -> Iterator[str]:
    numbers = [str(number) for number in range(1, tokenizers + 1)]
    blank = [""] * (tokenizers - 1)
    above = ["", ""]
    for measure in ("premium", "tok/byte", "tok/char", "tok/word"):
        above += [measure, *blank]
    table = [[row.lang, format_count(row.bytes), *_render_cells(row)] for row in rows]
    lines = [above, ["language", "bytes", *(4 * numbers)], *table]
    yield from format_table([[*line, ""] for line in lines], right=range(1, 2 + 4 * tokenizers))


def _render_cells(row: LanguageCosts) -> Iterator[str]:
    yield from (format_decimal(cost.premium) for cost in row.costs)
    yield from (format_decimal(cost.tokens_per_byte, 3) for cost in row.costs)
    yield from (format_decimal(cost.tokens_per_character) for cost in row.costs)
    yield from (format_decimal(cost.tokens_per_word) for cost in row.costs)


def _render_savings(savings: Savings, rows: Sequence[LanguageCosts]) -> Iterator[str]:
    yield (
        f"Tokens that more pieces would save of {savings.tokenizer}, learnt from half of the texts, counted on the rest"
    )
    budgets = ["pieces more", *map(format_count, savings.budgets[1:])]
    new_pieces = ["found", *map(format_count, savings.new_pieces[1:])]
    shares = [("all languages", savings.total()), *((row.lang, savings.saved(row.lang)) for row in rows)]
    table = [[name, *map(format_share, saved[1:])] for name, saved in shares]
    lines = [budgets, new_pieces, *table]
    yield from format_table([[*line, ""] for line in lines], right=range(1, len(savings.budgets)))


def _render_remarks(report: VocabReport) -> Iterator[str]:
    yield "Premium: tokens over those of the same texts in English. A dash: not known, or words are not spaced."
    yield from report.notes
    for skipped in report.skipped[:MAX_REASONS]:
        yield f"left out: {skipped.place}, {format_count(skipped.texts)} texts: {skipped.reason}"
    if len(report.skipped) > MAX_REASONS:
        yield f"left out: {format_count(len(report.skipped) - MAX_REASONS)} more; --json names them"
