"""The report as a page: one HTML file with its style, script and charts inside, readable offline and without script."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from emma.inspect.vocab import charts
from emma.inspect.vocab.measure import Cost, Language
from emma.inspect.vocab.report import Report
from emma.lang.language import Lang
from emma.ui import numerals
from emma.ui.html import page_script, page_style, render_page

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Cell:
    """A cell of the table: what it is sorted by, None where nothing is known, and what it shows."""

    value: float | str | None
    text: str


@dataclass(frozen=True)
class Column:
    """A column of the table."""

    title: str
    help: str
    kind: str = "number"


def columns(found: Report) -> Iterator[Column]:
    """The columns, in the order of `cells`."""
    yield Column("Label", "ISO 639-3 and ISO 15924", "text")
    yield Column("Language", "reference name in ISO 639-3", "text")
    yield Column("Script", "ISO 15924 code of the label", "text")
    yield Column("Text", "UTF-8 bytes that were measured")
    yield Column("Bytes, times English", "UTF-8 bytes over those of the same texts in English")
    for what, explained in MEASURES:
        for meter in found.tokenizers:
            yield Column(f"{what}, {meter.name}", explained)
    if found.savings is not None:
        for pieces in found.savings.asked[1:]:
            yield Column(f"Saved by {numerals.format_count(pieces)}", f"share of {found.savings.tokenizer}'s tokens")


MEASURES = (
    ("Premium", "tokens over those of the same texts in English"),
    ("Tokens/byte", "of UTF-8"),
    ("Tokens/char", "Unicode code points"),
    ("Tokens/word", "white-space words; empty where words are not spaced"),
)


def cells(row: Language, found: Report) -> Iterator[Cell]:
    """A row of the table."""
    for text in (row.lang, row.name, Lang.parse(row.lang).script):
        yield Cell(text, text)
    yield Cell(row.bytes, numerals.format_bytes(row.bytes))
    yield _number(row.byte_premium, 2)
    for place, digits in enumerate((2, 3, 2, 2)):
        yield from (_number(_measures(cost)[place], digits) for cost in row.costs)
    if found.savings is not None:
        yield from (Cell(each, numerals.format_share(each)) for each in found.savings.saved(row.lang)[1:])


def _measures(cost: Cost) -> tuple[float | None, ...]:
    return cost.premium, cost.tokens_per_byte, cost.tokens_per_character, cost.tokens_per_word


def _number(value: float | None, digits: int) -> Cell:
    return Cell(value, numerals.format_decimal(value, digits))


def page(found: Report) -> str:
    """The whole page. Needs the extra `report`; raises ExtraError without it."""
    names = [each.name for each in found.tokenizers]
    return render_page(
        HERE / "page.html.jinja",
        report=found,
        names=names,
        head=headline(found),
        columns=list(columns(found)),
        rows=[(row, list(cells(row, found))) for row in found.languages],
        scripts=sorted({Lang.parse(row.lang).script for row in found.languages}),
        charts={
            "premium": charts.premium(found.languages, names),
            "bytes": charts.tokens_per_byte(found.languages, names),
            "savings": charts.savings(found.languages, found.savings),
        },
        colour=charts.colour,
        style=page_style() + (HERE / "page.css").read_text(encoding="utf-8"),
        script=page_script(),
    )


@dataclass(frozen=True)
class Headline:
    """What is said of one tokenizer above the charts."""

    name: str
    pieces: int
    mean: float | None
    """Of the premiums."""
    dearest: Language | None
    premium: float | None


def headline(found: Report) -> list[Headline]:
    """One for each tokenizer."""
    heads = []
    for place, meter in enumerate(found.tokenizers):
        known = [(row.costs[place].premium or 0.0, row) for row in found.languages if row.costs[place].premium]
        premium, dearest = max(known, key=lambda each: each[0], default=(None, None))
        mean = sum(each for each, _ in known) / len(known) if known else None
        heads.append(Headline(meter.name, meter.pieces, mean, dearest, premium))
    return heads
