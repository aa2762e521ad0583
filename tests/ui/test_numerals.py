"""Numbers as people read them."""

import pytest

from emma.ui.numerals import (
    format_count,
    format_decimal,
    format_duration,
    format_power,
    format_share,
    format_short,
    format_signed,
    format_tick,
)

S = "\u202f"


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (format_decimal(None), "–"),
        (format_decimal(-0.0004, 3), "0.000"),
        (format_decimal(-1.25, 1), "−1.2"),
        (format_signed(0.5), "+0.500"),
        (format_signed(-0.5), "−0.500"),
        (format_signed(0.0001), "0.000"),
        (format_share(0.0), f"0{S}%"),
        (format_share(0.00001), f"<{S}0.1{S}%"),
        (format_share(1.0), f"100.0{S}%"),
        (format_share(None), "–"),
        (format_count(1234567), f"1{S}234{S}567"),
        (format_short(0), "0"),
        (format_short(0.001, "Wh"), f"<{S}0.01{S}Wh"),
        (format_short(0.001), f"<{S}0.01"),
        (format_short(999, "B"), f"999{S}B"),
        (format_short(999_600, "B"), f"1.00{S}MB"),
        (format_short(12_345, "B"), f"12.3{S}kB"),
        (format_tick(0.2), "0.2"),
        (format_tick(-1.0), "−1"),
        (format_tick(10**8, "B"), f"100{S}MB"),
        (format_duration(None), "–"),
        (format_duration(0.001), "3.6 seconds"),
        (format_duration(0.01 / 3600), "less than a second"),
        (format_duration(0.0), "0 seconds"),
        (format_duration(1 / 60), "1 minute"),
        (format_duration(0.5), "30 minutes"),
        (format_duration(5.25), "5.2 hours"),
        (format_duration(72.0), "3.0 days"),
        (format_power(None), "–"),
        (format_power(1.234e21), f"1.23{S}·{S}10²¹"),
        (format_power(0.05), f"5.00{S}·{S}10⁻²"),
    ],
)
def test_numbers_as_people_read_them(found: str, expected: str) -> None:
    assert found == expected
