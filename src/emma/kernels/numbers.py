"""Numbers as they are written: groups of digits with separators between, and where such a number begins and ends.

`emma.kernels.phones` and `emma.kernels.cards` judge them by the sizes of the groups.
"""

import numpy as np
from numpy.typing import NDArray

from emma.kernels.compiling import kernel

Groups = NDArray[np.int64]
"""Rows of FIRST, SIZE, END and BEFORE."""
FIRST, SIZE, END, BEFORE = range(4)
"""Columns of groups: place of the first digit, number of digits, place after the last, and what stands before: a
separator, BRACKET where the group before, or this one, stands in brackets, or 0."""
MOST_GROUPS = 8
MOST_DIGITS = 19
SPACE, MINUS, DOT, SLASH, OPEN, CLOSE, PLUS, ZERO, NINE = 0x20, 0x2D, 0x2E, 0x2F, 0x28, 0x29, 0x2B, 0x30, 0x39
BRACKET = 1


@kernel
def is_digit(form: np.uint8) -> bool:
    """Whether this is a digit."""
    return bool(ZERO <= form <= NINE)


@kernel
def is_letter(form: np.uint8) -> bool:
    """Whether this is a letter of ASCII or an underscore."""
    return bool(0x61 <= form | 0x20 <= 0x7A or form == 0x5F)


@kernel
def begins_alone(text: NDArray[np.uint8], at: int, least: int) -> bool:
    """Whether a number that begins here is no part of a longer one, of a word or of an address; what is before `least`
    was found already."""
    if at <= least:
        return True
    before = text[at - 1]
    if is_digit(before) or is_letter(before) or before in (0x23, 0x25, 0x26, 0x3D, PLUS, 0x40, 0x24, 0x5C):
        return False  # # % & = + @ $ and the backslash
    if before in (MINUS, DOT, SLASH, 0x2C, 0x3A, 0x27):  # , : '
        further = text[at - 2] if at - 2 >= least else np.uint8(0)
        # Behind a colon or dot a word may stand, as in tel:0712 345 678.
        return not (is_digit(further) or further == before or (before not in (0x3A, DOT) and is_letter(further)))
    if before == SPACE and at - 2 >= least and is_digit(text[at - 2]):
        # 1 012 345 678 is one number, and the year before a phone number is none of it.
        return at - 5 >= least and is_digit(text[at - 5]) and is_digit(text[at - 4]) and is_digit(text[at - 3])
    return True


@kernel
def find_groups(text: NDArray[np.uint8], at: int, least: int, groups: Groups) -> int:
    """Read groups of digits from a digit, plus or bracket on; returns how many, 0 where no number begins here."""
    if not begins_alone(text, at, least):
        return 0
    place, count, total, inside = at, 0, 0, False
    before = 0
    if text[place] == PLUS:
        place += 1
    if place < len(text) and text[place] == OPEN:
        place, inside = place + 1, True
    while place < len(text) and count < MOST_GROUPS and total < MOST_DIGITS:
        first = place
        while place < len(text) and is_digit(text[place]):
            place += 1
        if place == first:
            break
        groups[count, FIRST], groups[count, SIZE], groups[count, END] = first, place - first, place
        groups[count, BEFORE] = before
        count, total = count + 1, total + place - first
        before = 0
        if inside:
            if place >= len(text) or text[place] != CLOSE:
                return count - 1  # the bracket holds more than an area code
            place, inside, before = place + 1, False, BRACKET
        if place + 1 < len(text) and text[place] in (SPACE, MINUS, DOT, SLASH):
            before = before or int(text[place])
            place += 1
            if text[place] == OPEN and before == SPACE:
                place, inside, before = place + 1, True, BRACKET
        elif place < len(text) and text[place] == OPEN:
            place, inside, before = place + 1, True, BRACKET
        elif not before:
            break
    return count


@kernel
def count_digits(groups: Groups) -> int:
    """Digits of a number."""
    # Loops, here and below: numpy's sums and comparisons of arrays take numba ten times as long to compile.
    total = 0
    for group in range(len(groups)):
        total += groups[group, SIZE]
    return total


@kernel
def least_size(groups: Groups) -> int:
    """Digits of the smallest group but the first."""
    least = groups[0, SIZE] if len(groups) == 1 else groups[1, SIZE]
    for group in range(2, len(groups)):
        least = min(least, groups[group, SIZE])
    return int(least)


@kernel
def ends_alone(text: NDArray[np.uint8], end: int) -> bool:
    """Whether a number that ends here is no part of a longer one or of a word."""
    if end >= len(text):
        return True
    after = text[end]
    if is_digit(after) or is_letter(after) or after in (0x25, 0x40, 0x3D):  # % @ =
        return False
    if end + 1 < len(text) and after in (SPACE, MINUS, DOT, 0x2C, 0x3A, SLASH, CLOSE):
        following = text[end + 1]
        if after in (SPACE, SLASH):  # what follows begins with a trunk prefix, so it is another phone number
            return not is_digit(following) or following == ZERO
        return not is_digit(following) and not (after in (MINUS, SLASH) and is_letter(following))
    return True


@kernel
def digit_at(text: NDArray[np.uint8], groups: Groups, number: int) -> int:
    """The value of a digit of the number, counted from 0; -1 past its end."""
    for group in range(len(groups)):
        if number < groups[group, SIZE]:
            return int(text[groups[group, FIRST] + number]) - ZERO
        number -= groups[group, SIZE]
    return -1
