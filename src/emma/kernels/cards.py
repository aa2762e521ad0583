"""Payment cards: numbers with a scheme's prefix, its size and grouping, and the right check digit."""

import numpy as np
from numpy.typing import NDArray

from emma.kernels.compiling import kernel
from emma.kernels.numbers import (
    BEFORE,
    END,
    MINUS,
    MOST_DIGITS,
    SIZE,
    SPACE,
    Groups,
    count_digits,
    digit_at,
    ends_alone,
)


@kernel
def check_digit_holds(text: NDArray[np.uint8], groups: Groups, size: int) -> bool:
    """Whether the last digit is the check digit of the others by Luhn's formula (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place in range(size):
        digit = digit_at(text, groups, size - 1 - place)
        if place % 2:
            digit = 2 * digit - 9 * (digit > 4)
        total += digit
    return total % 10 == 0


@kernel
def has_card_prefix(text: NDArray[np.uint8], groups: Groups, size: int) -> bool:
    """Whether a number of this size begins as cards of some scheme do.

    Visa 4; Mastercard 51 to 55 and 2221 to 2720; American Express 34, 37; Diners 30, 36, 38; Discover and RuPay 60, 64,
    65, 81, 82; JCB 35; UnionPay 62; Mir 2200 to 2204; Troy 9792; Verve 506.
    """
    four = 0
    for place in range(4):
        four = 10 * four + digit_at(text, groups, place)
    two = four // 100
    if size == 14:
        return two in (30, 36, 38)
    if size == 15:
        return two in (34, 37)
    if size == 19:
        return two == 62 or four // 10 == 506
    is_known = two // 10 == 4 or 51 <= two <= 55 or 2221 <= four <= 2720 or 2200 <= four <= 2204 or four == 9792
    return size == 16 and (is_known or two in (35, 60, 62, 64, 65, 81, 82) or four // 10 == 506)


@kernel
def is_card_grouping(groups: Groups) -> bool:
    """Whether the digits are grouped as on cards: not at all, by fours, or 4-6-5 and 4-6-4, by one separator."""
    if len(groups) == 1:
        return True
    separator = groups[1, BEFORE]
    for group in range(1, len(groups)):
        if groups[group, BEFORE] != separator:
            return False
    if groups[0, SIZE] != 4 or separator not in (SPACE, MINUS):
        return False
    if len(groups) == 3:
        return bool(groups[1, SIZE] == 6 and 4 <= groups[2, SIZE] <= 5)
    by_fours = len(groups) in (4, 5) and groups[1, SIZE] == groups[2, SIZE] == groups[3, SIZE] == 4
    return bool(by_fours and (len(groups) == 4 or groups[4, SIZE] == 3))


@kernel
def card_end(text: NDArray[np.uint8], groups: Groups) -> int:
    """End of the payment card that the groups begin with; 0 where they do not."""
    for count in range(len(groups), 0, -1):
        mine = groups[:count]
        size = count_digits(mine)
        is_written = 14 <= size <= MOST_DIGITS and is_card_grouping(mine) and ends_alone(text, mine[-1, END])
        if is_written and has_card_prefix(text, mine, size) and check_digit_holds(text, mine, size):
            return int(mine[-1, END])
    return 0
