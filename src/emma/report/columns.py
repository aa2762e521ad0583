"""The columns of the language table, and what languages can be filtered by."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import Any

from emma.lang.tiers import TIER_NAMES
from emma.report.languages import LanguageRow
from emma.ui.numerals import MISSING, format_bytes, format_decimal, format_share, format_signed

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


def format_word(word: str | None) -> str:
    """A word, or a dash."""
    return word or MISSING


FACETS = ("script", "family", "area", "tier")
"""Columns by which languages can be filtered, all of them words; of those that no language has there is no column."""
COLUMNS = (
    make_column("Script", "ISO 15924 code of the label", "script", kind="text"),
    make_column("Family", "in Glottolog", "family", format_word, "text"),
    make_column("Area", "macroarea in Glottolog", "area", format_word, "text"),
    make_column("Tier", "in the mix, else by what was kept: the published bands by size", "tier", format_word, "tier"),
    make_column("Training text", "UTF-8 bytes of distinct training text", "train_bytes", format_bytes, "bytes"),
    make_column("Bits/byte, base", "base model, test split", "bits_per_byte_base", format_thousandths),
    make_column("Bits/byte", "adapted model, test split", "bits_per_byte", format_thousandths),
    make_column("Gain", "in bits per byte: base minus adapted; above zero is better", "gain", format_signed, "gain"),
    LanguageColumn(
        "95 % interval",
        "of the gain",
        lambda row: row.gain_low,
        lambda row: format_interval(row.gain_low, row.gain_high),
    ),
    make_column("Tokens/byte, base", "with the base model's vocabulary", "tokens_per_byte_base", format_thousandths),
    make_column("Tokens/byte", "with the new vocabulary", "tokens_per_byte", format_thousandths),
    make_column("Epochs", "times each token is seen", "epochs", format_decimal),
    LanguageColumn(
        "Dropped",
        "share of documents dropped, copies included",
        lambda row: row.dropped_share,
        lambda row: format_share(row.dropped_share),
    ),
)

COLUMNS_OF_A_BASE = {"Tokens/byte, base", "Bits/byte, base", "Gain", "95 % interval"}


def choose_columns(rows: Sequence[LanguageRow]) -> list[LanguageColumn]:
    """The columns that say something: without a base model there is nothing to compare with."""
    has_base = any(row.bits_per_byte_base is not None or row.tokens_per_byte_base is not None for row in rows)
    empty = {column.title for column in COLUMNS if all(column.value(row) is None for row in rows)} & {"Family", "Area"}
    return [
        column
        for column in COLUMNS
        if (has_base or column.title not in COLUMNS_OF_A_BASE) and column.title not in empty
    ]


def list_choices(rows: Sequence[LanguageRow]) -> dict[str, list[str]]:
    """What each of FACETS can be chosen by; nothing where there is no choice."""
    found = {facet: {getattr(row, facet) for row in rows} - {None} for facet in FACETS}
    order = {tier: number for number, tier in enumerate(reversed(TIER_NAMES))}
    return {
        facet: sorted(values, key=lambda value: (order.get(value, 0), value))
        for facet, values in found.items()
        if len(values) > 1
    }
