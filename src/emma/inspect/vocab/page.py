"""The report as a page: one HTML file with its style, script and charts inside, readable offline and without script."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from emma.inspect.vocab import charts
from emma.inspect.vocab.measure import LanguageCosts, TokenizerCost
from emma.inspect.vocab.report import VocabReport
from emma.lang.language import Lang
from emma.ui import html, numerals

HERE = Path(__file__).parent


@dataclass(frozen=True)
class TableCell:
    """A cell of the table: what it is sorted by, None where nothing is known, and what it shows."""

    value: float | str | None
    text: str


@dataclass(frozen=True)
class TokenizerColumn:
    """A column of the table."""

    title: str
    help: str
    kind: str = "number"


def list_columns(report: VocabReport) -> Iterator[TokenizerColumn]:
    """The columns, in the order of `list_cells`."""
    yield TokenizerColumn("Label", "ISO 639-3 and ISO 15924", "text")
    yield TokenizerColumn("Language", "reference name in ISO 639-3", "text")
    yield TokenizerColumn("Script", "ISO 15924 code of the label", "text")
    yield TokenizerColumn("Text", "UTF-8 bytes that were measured")
    yield TokenizerColumn("Bytes, times English", "UTF-8 bytes over those of the same texts in English")
    for what, explained in MEASURES:
        for counter in report.tokenizers:
            yield TokenizerColumn(f"{what}, {counter.name}", explained)
    if report.savings is not None:
        for pieces in report.savings.budgets[1:]:
            yield TokenizerColumn(
                f"Saved by {numerals.format_count(pieces)}", f"share of {report.savings.tokenizer}'s tokens"
            )


MEASURES = (
    ("Premium", "tokens over those of the same texts in English"),
    ("Tokens/byte", "of UTF-8"),
    ("Tokens/char", "Unicode code points"),
    ("Tokens/word", "white-space words; empty where words are not spaced"),
)


def list_cells(row: LanguageCosts, report: VocabReport) -> Iterator[TableCell]:
    """A row of the table."""
    for text in (row.lang, row.name, Lang.parse(row.lang).script):
        yield TableCell(text, text)
    yield TableCell(row.bytes, numerals.format_bytes(row.bytes))
    yield _number_cell(row.byte_premium, 2)
    # Measure by measure as in `list_columns`, so that tokenizers stand side by side.
    for place, digits in enumerate((2, 3, 2, 2)):
        yield from (_number_cell(_list_measures(cost)[place], digits) for cost in row.costs)
    if report.savings is not None:
        yield from (TableCell(share, numerals.format_share(share)) for share in report.savings.saved(row.lang)[1:])


def _list_measures(cost: TokenizerCost) -> tuple[float | None, ...]:
    return cost.premium, cost.tokens_per_byte, cost.tokens_per_character, cost.tokens_per_word


def _number_cell(value: float | None, digits: int) -> TableCell:
    return TableCell(value, numerals.format_decimal(value, digits))


def render_page(report: VocabReport) -> str:
    """The whole page. Needs the extra `report`; raises ExtraError without it."""
    names = [tokenizer.name for tokenizer in report.tokenizers]
    return html.render_page(
        HERE / "page.html.jinja",
        report=report,
        names=names,
        head=write_headlines(report),
        columns=list(list_columns(report)),
        rows=[(row, list(list_cells(row, report))) for row in report.languages],
        scripts=sorted({Lang.parse(row.lang).script for row in report.languages}),
        charts={
            "premium": charts.draw_premiums(report.languages, names),
            "bytes": charts.draw_tokens_per_byte(report.languages, names),
            "savings": charts.draw_savings(report.languages, report.savings),
        },
        colour=charts.colour_class,
        style=html.page_style() + (HERE / "page.css").read_text(encoding="utf-8"),
        script=html.page_script(),
    )


@dataclass(frozen=True)
class TokenizerHeadline:
    """The headline of one tokenizer, above the charts."""

    name: str
    pieces: int
    mean: float | None
    """The mean of the premiums."""
    dearest: LanguageCosts | None
    premium: float | None


def write_headlines(report: VocabReport) -> list[TokenizerHeadline]:
    """One for each tokenizer."""
    heads = []
    for place, counter in enumerate(report.tokenizers):
        known = [(row.costs[place].premium or 0.0, row) for row in report.languages if row.costs[place].premium]
        premium, dearest = max(known, key=lambda pair: pair[0], default=(None, None))
        mean = sum(premium for premium, _ in known) / len(known) if known else None
        heads.append(TokenizerHeadline(counter.name, counter.pieces, mean, dearest, premium))
    return heads
