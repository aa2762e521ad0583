"""The report as a page: one HTML file with its style, script and charts inside, readable offline and without script."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import Any

from emma.lang.coverage import MEANINGS, is_language
from emma.lang.tiers import SIZE_BANDS
from emma.report import charts
from emma.report.languages import LanguageRow
from emma.report.summary import Headline
from emma.report.tables import Tables, count_drops, describe_rejects, list_shortfalls
from emma.report.task_section import TaskSection
from emma.report.validation_section import ValidationSection
from emma.ui.html import page_script, page_style, render_page
from emma.ui.numerals import MISSING, format_bytes, format_count, format_decimal, format_share, format_signed

HERE = Path(__file__).parent
Cell = float | str | None
format_thousandths = partial(format_decimal, digits=3)


@dataclass(frozen=True)
class LanguageColumn:
    """A column of the language table."""

    title: str
    help: str
    value: Callable[[LanguageRow], Cell]
    """The value that the column is sorted by; None is not measured and sorts last."""
    text: Callable[[LanguageRow], str]
    kind: str = "number"


def make_column(
    title: str, help_text: str, field: str, show: Callable[[Any], str] = str, kind: str = "number"
) -> LanguageColumn:
    """A column that shows one field of a row, and is sorted by it."""
    value = attrgetter(field)
    return LanguageColumn(title, help_text, value, lambda row: show(value(row)), kind)


def format_interval(low: float | None, high: float | None) -> str:
    """An interval of gains."""
    return MISSING if low is None or high is None else f"{format_signed(low)} to {format_signed(high)}"


COLUMNS = (
    make_column("Label", "ISO 639-3 and ISO 15924", "lang", kind="text"),
    make_column("Language", "reference name in ISO 639-3", "name", kind="text"),
    make_column("Script", "ISO 15924 code of the label", "script", kind="text"),
    LanguageColumn(
        "Size band",
        "decade of training bytes",
        lambda row: SIZE_BANDS.index(row.size_band),
        lambda row: row.size_band,
    ),
    make_column("Training text", "UTF-8 bytes of distinct training text", "train_bytes", format_bytes),
    make_column("Bits/byte, base", "base model, test split", "bits_per_byte_base", format_thousandths),
    make_column("Bits/byte", "adapted model, test split", "bits_per_byte", format_thousandths),
    make_column("Gain", "bits per byte saved; negative is a loss", "gain", format_signed, "gain"),
    LanguageColumn(
        "95 % interval",
        "of the gain",
        lambda row: row.gain_low,
        lambda row: format_interval(row.gain_low, row.gain_high),
    ),
    make_column("Tokens/byte, base", "with the base model's vocabulary", "tokens_per_byte_base", format_thousandths),
    make_column("Tokens/byte", "with the new vocabulary", "tokens_per_byte", format_thousandths),
    make_column("Epochs", "times each token is seen", "epochs", format_decimal),
    make_column("Documents", "collected, before curation", "documents", format_count),
    make_column("Dropped", "share of documents dropped, copies included", "dropped_share", format_share),
    make_column("Copies", "share of documents dropped as exact or near duplicates", "duplicate_share", format_share),
)

COMPARED_WORDS = ("improved", "worse")
COLUMNS_OF_A_BASE = {"Tokens/byte, base", "Bits/byte, base", "Gain", "95 % interval"}


def choose_columns(rows: Iterable[LanguageRow]) -> list[LanguageColumn]:
    """The columns that say something: without a base model there is nothing to compare with."""
    has_base = any(row.bits_per_byte_base is not None or row.tokens_per_byte_base is not None for row in rows)
    return [column for column in COLUMNS if has_base or column.title not in COLUMNS_OF_A_BASE]


def render_report(
    rows: Sequence[LanguageRow],
    tables: Tables,
    headline: Headline,
    title: str,
    *,
    tasks: TaskSection | None = None,
    validation: ValidationSection | None = None,
) -> str:
    """The whole page. Needs the extra `report`."""
    return render_page(
        HERE / "page.html.jinja",
        title=title,
        head=headline,
        rows=sorted(rows, key=lambda row: (-row.train_bytes, row.lang)),
        columns=choose_columns(rows),
        bands=[band for band in SIZE_BANDS if any(row.size_band == band for row in rows)],
        scripts=sorted({row.script for row in rows}),
        widest=max((abs(row.gain) for row in rows if row.gain is not None), default=0.0) or 1.0,
        unmeasured=[row for row in rows if not row.measured],
        charts=draw_charts(rows, tables),
        drops=count_drops(tables),
        shortfalls=list_shortfalls(tables),
        sources=[{**row, "note": describe_rejects(row)} for row in tables.sources],
        words=explain_words(headline),
        interval=format_interval,
        tasks=tasks,
        validation=validation,
        style=page_style(),
        script=page_script(),
    )


def explain_words(headline: Headline) -> dict[str, str]:
    """The meanings of the words that are counted in a headline."""
    shown = {word: meaning for word, meaning in MEANINGS.items() if f"languages_{word}" in headline}
    return {word: shown[word] for word in shown if headline["languages_compared"] or word not in COMPARED_WORDS}


def draw_charts(rows: Sequence[LanguageRow], tables: Tables) -> dict[str, str]:
    """The charts by their names in the template; program code is only where gains and losses are."""
    languages = [row for row in rows if is_language(row.lang)]
    return {
        "bits": charts.draw_bits_per_byte(rows),
        "gain": charts.draw_gain_by_data(rows),
        "ranked": charts.draw_gain_by_rank(rows),
        "fertility": charts.draw_fertility(languages),
        "data": charts.draw_data_by_rank(languages),
        "positions": charts.draw_positions(tables.positions),
        "loss": charts.draw_loss(tables.metrics),
    }
