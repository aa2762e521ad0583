"""A text without its markup, and a first look at it: the scripts of its letters, and whether it may need mending.

Left out are tags, entities, templates and placeholders of messages, addresses of the web and of mail, targets of links,
commands and code. What they show stays: the words of a link, the forms that `{{PLURAL:…|…}}` chooses from.
"""

import numpy as np
from numpy.typing import NDArray

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
from emma.kernels.text import Bytes, Offsets, Points, decode, longest

Cells = NDArray[np.uint32]
Tally = NDArray[np.int32]

FORM, ORDER = np.uint32(8), np.uint32(10)
"""Bits at which a cell, all that is known of a code point, has its Han form and combining class; below, its script."""
FAULT, MAY_BEGIN, MAY_FOLLOW, UNSURE = np.uint32(1 << 18), np.uint32(1 << 19), np.uint32(1 << 20), np.uint32(1 << 21)
"""Bits of a cell: to be removed or replaced; may be the first character of mojibake; the second; NFC may change it.
A text's doubts: FAULT and UNSURE where any character has them, MAY_FOLLOW where one follows a MAY_BEGIN."""
ONE, FORMS, SCRIPTS, CLASSES = np.uint32(1), np.uint32(3), np.uint32(255), np.uint32(255 << 10)


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
            # These stand inside an address, whose beginning has been copied by now.
            if point in (AT, COLON, DOT):
                count = drop_last_word(kept, count, True)
            is_choice |= point == BRACE and points[stop - 1] == BRACE
            kept[count] = SPACE
            at, count = stop, count + 1
        else:
            if point == BRACE and is_choice:
                count = drop_last_word(kept, count, False)  # the name of a form, `one {…}`
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
        # The table first: nearly no character is a mark, and this loop goes over all text that is read.
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
    follower = NEXT[points[at]]
    return bool(follower == ANY or (at + 1 < len(points) and points[at + 1] == follower))


@kernel
def drop_last_word(kept: Points, count: int, is_address: bool) -> int:
    """Count what is kept without the word at the end: the name before a brace, or the beginning of an address."""
    while not is_address and count and kept[count - 1] == SPACE:
        count -= 1
    while count and (is_name(kept[count - 1]) or (is_address and kept[count - 1] in (DOT, MINUS, 0x2B, PERCENT))):
        count -= 1
    return count


@kernel
def find_doubts(points: Points, cells: Cells) -> np.uint32:
    """Find what in a text may need mending: FAULT, MAY_FOLLOW, UNSURE, or nothing (0)."""
    doubts, before = np.uint32(0), np.uint32(0)
    for point in points:
        cell = cells[point]
        doubts |= cell & (FAULT | UNSURE) | (before << ONE) & cell & MAY_FOLLOW
        if cell & CLASSES and before & CLASSES > cell & CLASSES:  # marks out of their canonical order
            doubts |= UNSURE
        before = cell
    return doubts


@kernel
def survey_texts(data: Bytes, offsets: Offsets, cells: Cells, scripts: int, most: int) -> tuple[Cells, Tally, Tally]:
    """Find each document's doubts, and tally scripts and Han forms of its first `most` characters that are no markup.

    `data` UTF-8 bytes, `offsets` int64 (n + 1), `cells` uint32 by code point. Returns uint32 (n); int32 (n, scripts);
    int32 (n, 4), columns none, simplified, traditional, unused.
    """
    count = len(offsets) - 1
    doubtful, tally, forms = (
        np.zeros(count, np.uint32),
        np.zeros((count, scripts), np.int32),
        np.zeros((count, 4), np.int32),
    )
    points, kept = np.empty(longest(offsets), np.uint32), np.empty(longest(offsets), np.uint32)
    for document in range(count):
        text = points[: decode(data, offsets[document], offsets[document + 1], points)]
        doubtful[document] = find_doubts(text, cells)
        for point in kept[: outside_markup(text, kept, most)]:
            tally[document, cells[point] & SCRIPTS] += 1
            forms[document, cells[point] >> FORM & FORMS] += 1
    return doubtful, tally, forms
