"""Phone numbers: groups of digits that are written as such a number is.

They are told from other numbers by what is common to nearly all plans (ITU-T E.164, E.123): a plus or two zeros, else a
trunk prefix 0, a bracketed area code, or one of few groupings that nothing else has.
"""

import numpy as np
from numpy.typing import NDArray

from emma.kernels.compiling import kernel
from emma.kernels.numbers import (
    BEFORE,
    BRACKET,
    DOT,
    END,
    MINUS,
    OPEN,
    PLUS,
    SIZE,
    SLASH,
    SPACE,
    Groups,
    count_digits,
    digit_at,
    ends_alone,
    least_size,
)

LEAST_PHONE, LEAST_ABROAD, MOST_PHONE, MOST_ABROAD = 9, 9, 11, 15
"""Digits of a phone number: within a country with its trunk prefix, and with the country's own prefix (E.164)."""


@kernel
def phone_end(text: NDArray[np.uint8], at: int, groups: Groups) -> int:
    """End of the phone number that the groups begin with; 0 where they do not. `at` is where it begins, with its plus
    or bracket."""
    is_abroad = text[at] == PLUS
    for count in range(len(groups), 0, -1):
        mine = groups[:count]
        is_right = is_phone_abroad(text, mine, 0) if is_abroad else is_phone(text, at, mine)
        if is_right and ends_alone(text, mine[-1, END]) and has_several_digits(text, mine):
            return int(mine[-1, END])
    return 0


@kernel
def has_several_digits(text: NDArray[np.uint8], groups: Groups) -> bool:
    """Whether there are three different digits at least: else it is a bit pattern, or a placeholder."""
    seen = 0
    for place in range(count_digits(groups)):
        seen |= 1 << digit_at(text, groups, place)
    seen &= seen - 1
    return bool(seen & (seen - 1))


@kernel
def is_phone_abroad(text: NDArray[np.uint8], groups: Groups, skip: int) -> bool:
    """Whether this is a number with the prefix of a country, `skip` digits from its beginning."""
    size = count_digits(groups) - skip
    first, second = digit_at(text, groups, skip), digit_at(text, groups, skip + 1)
    # 28, 83 and 89 are given to no country.
    is_country = first > 0 and 10 * first + second not in (28, 83, 89)
    for group in range(1, len(groups)):
        is_country &= groups[group, BEFORE] != SLASH
    return bool(is_country and LEAST_ABROAD <= size <= MOST_ABROAD)


@kernel
def is_phone(text: NDArray[np.uint8], at: int, groups: Groups) -> bool:  # noqa: PLR0911 - a rule each
    """Whether this is a number as it is written within a country."""
    size, one = count_digits(groups), groups[0, SIZE]
    first, second = digit_at(text, groups, 0), digit_at(text, groups, 1)
    if len(groups) == 1:
        # Chinese mobile numbers have no prefix, and 11 digits that begin with 13 to 19.
        is_mobile = size == 11 and first == 1 and second >= 3
        is_trunk = first == 0 and second > 0 and 10 <= size <= MOST_PHONE and not is_book(text, groups)
        return bool(text[at] != OPEN and (is_mobile or is_trunk))
    if first == 0 and second == 0 and one >= 2:
        return bool(one > 2 and text[at] != OPEN and is_phone_abroad(text, groups, 2))
    if not LEAST_PHONE <= size <= MOST_PHONE or not is_evenly_separated(groups):
        return False
    if text[at] == OPEN:  # (030) 123456, (212) 555-0123
        return bool(2 <= one <= 5 and (first == 0 or len(groups) > 2) and groups[1, SIZE] >= 2)
    if groups[1, BEFORE] == BRACKET:  # 8 (495) 123-45-67
        return bool(one == 1 and first in (0, 1, 7, 8) and len(groups) > 2 and 2 <= groups[1, SIZE] <= 5)
    if first == 0:
        return bool(one >= 2 and second > 0 and least_size(groups) >= 2 and not is_date(groups))
    # 212-555-0123 and, in India, 98765 43210
    if len(groups) == 3 and groups[1, BEFORE] in (MINUS, DOT):
        return bool(one == 3 and groups[1, SIZE] == 3 and groups[2, SIZE] == 4 and first > 1)
    return bool(len(groups) == 2 and one == 5 and groups[1, SIZE] == 5 and groups[1, BEFORE] == SPACE and first > 5)


@kernel
def is_evenly_separated(groups: Groups) -> bool:
    """Whether all groups but the first two have the same separator between: no slash, and no bracket unless around the
    second group."""
    start = 3 if len(groups) > 2 and groups[1, BEFORE] == BRACKET and groups[2, BEFORE] == BRACKET else 2
    for group in range(start, len(groups)):
        if groups[group, BEFORE] not in (SPACE, MINUS, DOT) or groups[group, BEFORE] != groups[start, BEFORE]:
            return False
    return True


@kernel
def is_date(groups: Groups) -> bool:
    """Whether the groups begin as a date does: two digits, two digits, four digits."""
    return bool(len(groups) >= 3 and groups[0, SIZE] == 2 and groups[1, SIZE] == 2 and groups[2, SIZE] == 4)


@kernel
def is_book(text: NDArray[np.uint8], groups: Groups) -> bool:
    """Whether ten digits have the check digit of an ISBN, by which one phone number in eleven passes for a book."""
    total = 0
    for place in range(10):
        total += (10 - place) * digit_at(text, groups, place)
    return bool(count_digits(groups) == 10 and total % 11 == 0)
