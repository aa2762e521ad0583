"""Addresses of e-mail and of machines: where those begin and end that stand at a place of a text.

Texts come in the forms of `emma.kernels.personal`, in which digits of all scripts are those of ASCII.
"""

import numpy as np
from numpy.typing import NDArray

from emma.kernels.compiling import kernel

Forms = NDArray[np.uint8]
"""Characters in the form in which they are looked at: ASCII as it is, letters WORD or LATIN, all else 0."""
WORD, LATIN = 0x80, 0x81
"""Forms of letters and marks that are not ASCII: those of other scripts, and those that stand among ASCII's."""
AT, DOT, PLUS, COLON, MINUS = 0x40, 0x2E, 0x2B, 0x3A, 0x2D
MOST_LOCAL = 64
"""Characters of a mailbox's name (RFC 5321, section 4.5.3.1.1)."""
MOST_TOP, MOST_DOMAIN = 24, 255
SMALL_PARTS = 32
"""Of four numbers that are all below this, most are versions, verses and headings, and hardly any an address."""


@kernel
def is_ascii_word(form: np.uint8) -> bool:
    """Whether this is a letter of ASCII or a digit."""
    return bool(0x61 <= form | 0x20 <= 0x7A or 0x30 <= form <= 0x39)


@kernel
def is_local(form: np.uint8) -> bool:
    """Whether this may stand in a mailbox's name: Latin letters, digits, and `._%+-`."""
    return bool(is_ascii_word(form) or form in (LATIN, DOT, 0x5F, 0x25, PLUS, MINUS))


@kernel
def mailbox_start(text: Forms, at: int, least: int) -> int:
    """First character of the mailbox's name before the `@` at a place, not before `least`; `at` where there is none.

    A name in Latin letters ends where others begin, since many scripts put no space between.
    """
    start, plain = at, at > least and is_local(text[at - 1])
    while start > least and at - start <= MOST_LOCAL and (
        is_local(text[start - 1]) or (not plain and text[start - 1] == WORD)
    ):  # fmt: skip
        start -= 1
    while start < at and not (is_ascii_word(text[start]) or text[start] >= WORD):
        start += 1
    return at if at - start > MOST_LOCAL or text[at - 1] == DOT else start


@kernel
def domain_end(text: Forms, at: int) -> int:
    """End of the domain that begins here: two labels or more, the last of letters; `at` where there is none."""
    place, labels, end = at, 0, at
    plain = at < len(text) and text[at] != WORD
    while place < min(len(text), at + MOST_DOMAIN):
        start, letters = place, 0
        while place < len(text) and (
            is_ascii_word(text[place]) or text[place] in (MINUS, LATIN) or (not plain and text[place] == WORD)
        ):
            letters += text[place] >= WORD or not (text[place] == MINUS or text[place] <= 0x39)
            place += 1
        if place == start:
            break
        labels += 1
        if labels > 1 and 2 <= letters == place - start <= MOST_TOP:
            end = place
        if place + 1 >= len(text) or text[place] != DOT:
            break
        place += 1
    return end


@kernel
def read_octets(text: Forms, at: int, parts: NDArray[np.int64]) -> int:
    """Read four numbers below 256 with dots between into `parts`; returns their end, `at` where there are none."""
    place = at
    for number in range(4):
        start, value = place, 0
        while place < len(text) and place < start + 4 and 0x30 <= text[place] <= 0x39:
            value = 10 * value + int(text[place]) - 0x30
            place += 1
        if place == start or value > 255 or (place > start + 1 and text[start] == 0x30):
            return at
        parts[number] = value
        if number < 3:
            if place >= len(text) or text[place] != DOT:
                return at
            place += 1
    goes_on = place < len(text) and (is_ascii_word(text[place]) or text[place] == 0x5F)
    is_longer = place + 1 < len(text) and text[place] == DOT and 0x30 <= text[place + 1] <= 0x39
    return at if goes_on or is_longer else place


@kernel
def is_public(parts: NDArray[np.int64]) -> bool:
    """Whether others can reach an IPv4 address (RFC 6890), and it is not four small numbers."""
    first, second = parts[0], parts[1]
    if max(first, second, parts[2], parts[3]) < SMALL_PARTS or first in (0, 10, 127) or first >= 224:
        return False
    if (first == 169 and second == 254) or (first == 192 and second == 168) or (first == 172 and 16 <= second < 32):
        return False
    if first == 100 and 64 <= second < 128:
        return False
    network = 65536 * first + 256 * second + parts[2]
    # for documentation: 192.0.2, 198.51.100, 203.0.113
    return bool(network not in (12582914, 12989284, 13303921))


@kernel
def is_hexadecimal(form: np.uint8) -> bool:
    """Whether this is a digit, or one of A to F."""
    return bool(0x30 <= form <= 0x39 or 0x61 <= form | 0x20 <= 0x66)


@kernel
def long_address_end(text: Forms, at: int) -> int:
    """End of a global IPv6 address (2000::/3, RFC 4291): eight groups, or three and more with one `::`.

    `at` where there is none. Times, verses and names of programs have colons too, but not four digits before the first.
    """
    place, groups, gaps = at, 0, 0
    while place < len(text) and groups < 9:
        start = place
        while place < len(text) and place < start + 5 and is_hexadecimal(text[place]):
            place += 1
        if place == start or place > start + 4 or (not groups and place < start + 4):
            break
        groups += 1
        if place + 1 >= len(text) or text[place] != COLON:
            break
        if text[place + 1] == COLON:
            gaps += 1
            place += 1
        if place + 1 >= len(text) or not is_hexadecimal(text[place + 1]):
            break
        place += 1
    if place < len(text) and (is_ascii_word(text[place]) or text[place] == COLON):
        return at
    return place if (groups == 8 and not gaps) or (3 <= groups < 8 and gaps == 1) else at


@kernel
def ip_end(text: Forms, at: int, parts: NDArray[np.int64]) -> int:
    """End of the IP address that begins with the digit here; `at` where there is none."""
    before = text[at - 1] if at else np.uint8(0)
    if is_ascii_word(before) or before in (DOT, 0x5F, MINUS):
        return at
    if before == COLON and at > 1 and (is_hexadecimal(text[at - 2]) or text[at - 2] == COLON):
        return at
    stop = read_octets(text, at, parts)
    if stop > at:
        return stop if is_public(parts) else at
    # 0x32 and 0x33 are 2 and 3.
    return long_address_end(text, at) if text[at] in (0x32, 0x33) else at
