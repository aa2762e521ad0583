"""Columns of the language table: what they are sorted by, and which are there."""

from dataclasses import replace

import pytest

from emma.report.columns import COLUMNS, COLUMNS_OF_A_BASE, choose_columns, list_choices
from emma.report.languages import LanguageRow

ROW = LanguageRow(
    "swh_Latn", "Swahili", "Latn", "1–10 MB", family="Atlantic-Congo", area="Africa", tier="low", bits_per_byte=1.0,
    bits_per_byte_base=2.0, gain=1.0, gain_low=-0.5, gain_high=1.5,
)  # fmt: skip
BY_TITLE = {column.title: column for column in COLUMNS}


def test_an_interval_goes_from_its_lower_end_to_its_upper() -> None:
    assert BY_TITLE["95 % interval"].text(ROW) == "−0.500 to +1.500"
    assert BY_TITLE["95 % interval"].value(ROW) == -0.5
    assert BY_TITLE["95 % interval"].text(replace(ROW, gain_low=None)) == "–"
    assert BY_TITLE["Gain"].text(ROW) == "+1.000" and BY_TITLE["Gain"].text(replace(ROW, gain=-1.0)) == "−1.000"


@pytest.mark.parametrize("gap", ["family", "area"])
def test_a_column_that_says_nothing_is_not_there(gap: str) -> None:
    assert [column.title for column in choose_columns([ROW])] == list(BY_TITLE)
    alone = choose_columns([replace(ROW, bits_per_byte_base=None, gain=None)])
    assert [column.title for column in alone] == [title for title in BY_TITLE if title not in COLUMNS_OF_A_BASE]
    nowhere = choose_columns([replace(ROW, **{gap: None})])
    assert [column.title for column in nowhere] == [title for title in BY_TITLE if title != gap.title()]


def test_choices_are_those_there_are_the_largest_tier_first() -> None:
    rows = [ROW, replace(ROW, tier="high", script="Arab"), replace(ROW, tier="medium", family=None)]
    assert list_choices(rows) == {"script": ["Arab", "Latn"], "tier": ["high", "medium", "low"]}
