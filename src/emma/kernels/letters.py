"""A text without its markup: what is left are letters of its language, not of tags, templates, addresses and programs.

Left out are tags, entities, templates and placeholders of messages, addresses of the web and of mail, targets of links,
commands and code. What they show stays: the words of a link, the forms that `{{PLURAL:…|…}}` chooses from.
"""

from emma.kernels.compiling import kernel
from emma.kernels.markup import (
    ANY,
    AT,
    BRACE,
    COLON,
    DOT,
    MINUS,
    NEXT,
    PERCENT,
    SPACE,
    is_name,
    is_www,
    markup_end,
    pair_braces,
)
from emma.kernels.utf8 import Points


@kernel
def outside_markup(points: Points, kept: Points, most: int) -> int:
    """Write the first `most` characters that are no markup to `kept`, one space for each piece of markup.

    Returns how many there are: `len(points)` only if nothing was left out.
    """
    at = copy_plain(points, 0, kept, 0, most)
    if at == len(points) or at == most:
        return at
    pairs = pair_braces(points)
    count, is_choice = at, False
    while at < len(points) and count < most:
        point, stop = points[at], markup_end(points, at, pairs)
        if stop > at:
            if point in (AT, COLON, DOT):
                count = before_word(kept, count, True)
            is_choice |= point == BRACE and points[stop - 1] == BRACE
            kept[count] = SPACE
            at, count = stop, count + 1
        else:
            if point == BRACE and is_choice:
                count = before_word(kept, count, False)  # the name of a form, `one {…}`
            kept[count] = point
            at, count = at + 1, count + 1
        copied = copy_plain(points, at, kept, count, most) - at
        at, count = at + copied, count + copied
    return count


@kernel
def copy_plain(points: Points, at: int, kept: Points, count: int, most: int) -> int:
    """Copy what comes before the next mark; returns where that is."""
    stop = min(len(points), at + most - count)
    shift = count - at
    while at < stop:
        point = points[at]
        if point < 128 and NEXT[point] and is_mark(points, at):
            break
        kept[at + shift] = point
        at += 1
    return at


@kernel
def is_mark(points: Points, at: int) -> bool:
    """Whether a character of NEXT is followed by what must follow; a dot is a mark in `www.` only."""
    if points[at] == DOT:
        return is_www(points, at - 3)
    wanted = NEXT[points[at]]
    return bool(wanted == ANY or (at + 1 < len(points) and points[at + 1] == wanted))


@kernel
def before_word(kept: Points, count: int, is_address: bool) -> int:
    """How much is left without the word at the end: the name before a brace, or the beginning of an address."""
    while not is_address and count and kept[count - 1] == SPACE:
        count -= 1
    while count and (is_name(kept[count - 1]) or (is_address and kept[count - 1] in (DOT, MINUS, 0x2B, PERCENT))):
        count -= 1
    return count
