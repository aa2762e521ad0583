"""Losses of a source in shares and in words: the same in a run's lines, its status and its report.

Lost is what is text, as far as anybody can tell, and did not become a document.
"""

from typing import TypedDict


class SourceRow(TypedDict):
    """A row of collect's `sources.parquet` or `benchmarks.parquet`, as far as it is read here and in reports."""

    rejects: int
    """Rows of `rejects.parquet`."""
    units: int
    """Texts as the source itself holds them."""
    units_rejected: int
    units_lost: int
    """Rejected, and text as far as anybody can tell."""
    bytes_read: int
    bytes_unread: int
    unread_file: str
    """The file of which most bytes were not read."""
    unread_share: float
    """The share of that file's bytes that were not read."""


def lost_share(source: SourceRow) -> float:
    """The larger of two shares: units lost of all that are text, and bytes that were not read of all."""
    return max(source["units_lost"] / max(1, count_text_units(source)), unread_share(source))


def unread_share(source: SourceRow) -> float:
    """Bytes of its files that were not read, of all."""
    return source["bytes_unread"] / max(1, source["bytes_read"] + source["bytes_unread"])


def count_text_units(source: SourceRow) -> int:
    """Its units without those that have no text."""
    return source["units"] - source["units_rejected"] + source["units_lost"]


def is_loss_over(source: SourceRow, allowed: float) -> bool:
    """Whether more was lost than the share `allowed`.

    One bad record costs one record: a single unit is never too much, however small the source, unless `allowed` is 0.
    """
    single = source["units_lost"] <= 1 and allowed > 0
    return (unread_share(source) if single else lost_share(source)) > allowed


def summarise_loss(source: SourceRow) -> str:
    """The loss in words: `97 % of tm.tmx was not read`, `1 of 10,000 units rejected`. Empty where nothing was."""
    parts = []
    if source["bytes_unread"]:
        parts.append(f"{format_percent(source['unread_share'])} of {source['unread_file']} was not read")
    if source["units_lost"]:
        parts.append(f"{source['units_lost']:,} of {count_text_units(source):,} units rejected")
    return ", ".join(parts)


def format_percent(share: float) -> str:
    """A share with two digits: `97 %`, `<0.01 %`, `>99 %`. Above 0 it never reads as 0, and below 1 never as 1."""
    if 0 < share < 0.0001:
        return "<0.01 %"
    if 0.995 <= share < 1:
        return ">99 %"
    return f"{float(f'{100 * share:.2g}'):g} %"
