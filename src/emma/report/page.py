"""The page: one HTML file with its style, script and charts inside, readable offline and without script."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emma.lang.coverage import MEANINGS, is_language
from emma.lang.tiers import SIZE_BANDS
from emma.report import charts
from emma.report.drops import drops, rejects_note, shortfalls
from emma.report.languages import Language
from emma.report.tables import Tables
from emma.ui import numerals
from emma.ui.html import page_script, page_style, render_page

HERE = Path(__file__).parent
Cell = float | str | None


@dataclass(frozen=True)
class Column:
    """A column of the language table."""

    title: str
    help: str
    value: Callable[[Language], Cell]
    """What it is sorted by; None is not measured and sorts last."""
    text: Callable[[Language], str]
    kind: str = "number"


COLUMNS = (
    Column("Label", "ISO 639-3 and ISO 15924", lambda row: row.lang, lambda row: row.lang, "text"),
    Column("Language", "reference name in ISO 639-3", lambda row: row.name, lambda row: row.name, "text"),
    Column("Script", "ISO 15924 code of the label", lambda row: row.script, lambda row: row.script, "text"),
    Column("Tier", "decade of training bytes", lambda row: SIZE_BANDS.index(row.tier), lambda row: row.tier),
    Column(
        "Training text",
        "UTF-8 bytes of distinct training text",
        lambda row: row.train_bytes,
        lambda row: numerals.format_bytes(row.train_bytes),
    ),
    Column(
        "Bits/byte, base",
        "base model, test split",
        lambda row: row.bits_per_byte_base,
        lambda row: numerals.format_decimal(row.bits_per_byte_base, 3),
    ),
    Column(
        "Bits/byte",
        "adapted model, test split",
        lambda row: row.bits_per_byte,
        lambda row: numerals.format_decimal(row.bits_per_byte, 3),
    ),
    Column(
        "Gain",
        "bits per byte saved; negative is a loss",
        lambda row: row.gain,
        lambda row: numerals.format_signed(row.gain),
        "gain",
    ),
    Column("95 % interval", "of the gain", lambda row: row.gain_low, lambda row: interval(row.gain_low, row.gain_high)),
    Column(
        "Tokens/byte, base",
        "with the base model's vocabulary",
        lambda row: row.tokens_per_byte_base,
        lambda row: numerals.format_decimal(row.tokens_per_byte_base, 3),
    ),
    Column(
        "Tokens/byte",
        "with the new vocabulary",
        lambda row: row.tokens_per_byte,
        lambda row: numerals.format_decimal(row.tokens_per_byte, 3),
    ),
    Column(
        "Epochs", "times each token is seen", lambda row: row.epochs, lambda row: numerals.format_decimal(row.epochs)
    ),
    Column(
        "Documents",
        "collected, before curation",
        lambda row: row.documents,
        lambda row: numerals.format_count(row.documents),
    ),
    Column(
        "Dropped",
        "share of documents dropped, copies included",
        lambda row: row.dropped_share,
        lambda row: numerals.format_share(row.dropped_share),
    ),
    Column(
        "Copies",
        "share of documents dropped as exact or near duplicates",
        lambda row: row.duplicate_share,
        lambda row: numerals.format_share(row.duplicate_share),
    ),
)

COMPARED = ("improved", "worse")
NEED_BASE = {"Tokens/byte, base", "Bits/byte, base", "Gain", "95 % interval"}


def interval(low: float | None, high: float | None) -> str:
    """An interval of gains."""
    return (
        numerals.MISSING
        if low is None or high is None
        else f"{numerals.format_signed(low)} to {numerals.format_signed(high)}"
    )


def columns(rows: Iterable[Language]) -> list[Column]:
    """The columns that say something: without a base model there is nothing to compare with."""
    with_base = any(row.bits_per_byte_base is not None or row.tokens_per_byte_base is not None for row in rows)
    return [each for each in COLUMNS if with_base or each.title not in NEED_BASE]


def page(rows: Sequence[Language], tables: Tables, headline: dict[str, Any], title: str) -> str:
    """The whole page. Needs the extra `report`."""
    ranked = sorted(rows, key=lambda row: (-row.train_bytes, row.lang))
    return render_page(
        HERE / "page.html.jinja",
        title=title,
        head=headline,
        rows=ranked,
        columns=columns(rows),
        tiers=[each for each in SIZE_BANDS if any(row.tier == each for row in rows)],
        scripts=sorted({row.script for row in rows}),
        widest=max((abs(row.gain) for row in rows if row.gain is not None), default=0.0) or 1.0,
        unmeasured=[row for row in rows if not row.measured],
        charts=_charts(rows, tables),
        drops=drops(tables),
        shortfalls=shortfalls(tables),
        sources=[{**row, "note": rejects_note(row)} for row in tables.sources],
        words=words(headline),
        interval=interval,
        style=page_style(),
        script=page_script(),
    )


def words(headline: dict[str, Any]) -> dict[str, str]:
    """What the words mean that are counted in a headline."""
    shown = {word: meaning for word, meaning in MEANINGS.items() if f"languages_{word}" in headline}
    return {word: shown[word] for word in shown if headline["languages_compared"] or word not in COMPARED}


def _charts(rows: Sequence[Language], tables: Tables) -> dict[str, str]:
    spoken = [row for row in rows if is_language(row.lang)]
    return {
        "bits": charts.bits_per_byte(rows),
        "gain": charts.gain_by_data(rows),
        "ranked": charts.gain_by_rank(rows),
        "fertility": charts.fertility(spoken),
        "data": charts.data_by_rank(spoken),
        "positions": charts.by_position(tables.positions),
        "loss": charts.loss(tables.metrics),
    }
