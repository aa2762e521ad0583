"""The report for a terminal: a row a language, the highest premium first."""

from collections.abc import Iterator, Sequence

from emma.inspect.vocab.measure import Language
from emma.inspect.vocab.report import Report
from emma.inspect.vocab.savings import Savings
from emma.ui.numerals import format_count, format_decimal, format_share
from emma.ui.terminal import format_table

MOST = 40
"""Languages that are shown unless all are asked for."""
REASONS = 5
"""Places that were left out which are named."""


def text(found: Report, everything: bool = False) -> Iterator[str]:
    """The report, line by line."""
    for number, each in enumerate(found.tokenizers, 1):
        yield f"{number}: {each.name}, {format_count(each.pieces)} pieces"
    rows = found.languages if everything else found.languages[:MOST]
    yield ""
    yield from _table(rows, len(found.tokenizers))
    if found.savings is not None:
        yield from ("", *_savings(found.savings, rows))
    if len(rows) < len(found.languages):
        more = format_count(len(found.languages) - len(rows))
        yield f"and {more} more languages; --all shows them, --json and --html too"
    yield from ("", *_remarks(found))


def _table(rows: Sequence[Language], tokenizers: int) -> Iterator[str]:
    numbers = [str(number) for number in range(1, tokenizers + 1)]
    blank = [""] * (tokenizers - 1)
    above = ["", ""]
    for measure in ("premium", "tok/byte", "tok/char", "tok/word"):
        above += [measure, *blank]
    table = [[row.lang, format_count(row.bytes), *_cells(row)] for row in rows]
    lines = [above, ["language", "bytes", *(4 * numbers)], *table]
    yield from format_table([[*line, ""] for line in lines], right=range(1, 2 + 4 * tokenizers))


def _cells(row: Language) -> Iterator[str]:
    yield from (format_decimal(cost.premium) for cost in row.costs)
    yield from (format_decimal(cost.tokens_per_byte, 3) for cost in row.costs)
    yield from (format_decimal(cost.tokens_per_character) for cost in row.costs)
    yield from (format_decimal(cost.tokens_per_word) for cost in row.costs)


def _savings(saved: Savings, rows: Sequence[Language]) -> Iterator[str]:
    yield f"Tokens that more pieces would save of {saved.tokenizer}, learnt from half of the texts, counted on the rest"
    heads = [["pieces more", *map(format_count, saved.asked[1:])], ["found", *map(format_count, saved.made[1:])]]
    shares = [("all languages", saved.total()), *((row.lang, saved.saved(row.lang)) for row in rows)]
    table = [[name, *map(format_share, each[1:])] for name, each in shares]
    yield from format_table([[*each, ""] for each in (*heads, *table)], right=range(1, len(saved.asked)))


def _remarks(found: Report) -> Iterator[str]:
    yield "Premium: tokens over those of the same texts in English. A dash: not known, or words are not spaced."
    yield from found.notes
    for each in found.skipped[:REASONS]:
        yield f"left out: {each.place}, {format_count(each.texts)} texts: {each.reason}"
    if len(found.skipped) > REASONS:
        yield f"left out: {format_count(len(found.skipped) - REASONS)} more; --json names them"
