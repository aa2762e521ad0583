"""Find where a piece of markup ends: tags, entities, templates and placeholders, addresses, targets of links, code.

All take the characters of a text and a place in it, where such a piece may begin, and return the place after it, or the
same place where there is none. No piece is looked for beyond REACH, templates aside, so the time is linear.
"""

import numpy as np
from numpy.typing import NDArray

from emma.kernels.compiling import kernel
from emma.kernels.text import Points

REACH = 1_000
"""Characters in which markup must end, templates aside."""
PARAMETER = 64
"""Characters of a placeholder's name."""
SPACE, NEWLINE = 32, 10
LESS, MORE, BRACE, END_BRACE, BRACKET, END_BRACKET = 0x3C, 0x3E, 0x7B, 0x7D, 0x5B, 0x5D
ROUND, END_ROUND, BAR, COLON, COMMA, DOT, SLASH, BACKSLASH = 0x28, 0x29, 0x7C, 0x3A, 0x2C, 0x2E, 0x2F, 0x5C
DOLLAR, PERCENT, AND, AT, TICK, HASH, SEMICOLON, MINUS, BANG = 0x24, 0x25, 0x26, 0x40, 0x60, 0x23, 0x3B, 0x2D, 0x21
CODE_TAGS = ("code", "pre", "kbd", "samp", "tt", "script", "style", "math", "syntaxhighlight", "source", "var")
ANY = 1
NEXT = np.zeros(128, np.uint32)
"""The character that must follow one where markup may begin, or by which it is known; or ANY; else 0."""
NEXT[[LESS, BRACE, DOLLAR, PERCENT, AND, AT, TICK, BACKSLASH]] = ANY
NEXT[[COLON, BRACKET, END_BRACKET, DOT]] = SLASH, BRACKET, ROUND, ANY
_TAGS = np.zeros((len(CODE_TAGS), 16), np.uint32)
for _row, _name in enumerate(CODE_TAGS):
    _TAGS[_row, : len(_name)] = [ord(_letter) for _letter in _name]


@kernel
def markup_end(points: Points, at: int, pairs: NDArray[np.int64]) -> int:
    """End of the markup that stands here; `at` itself where there is none."""
    point, after = points[at], points[at + 1] if at + 1 < len(points) else np.uint32(0)
    stop = at
    if point == LESS:
        stop = tag_end(points, at, after)
    elif point == BRACE:
        stop = brace_end(points, at, pairs)
    elif point in (DOLLAR, PERCENT):
        stop = value_end(points, at)
    elif point == AND:
        stop = entity_end(points, at, after)
    elif point == TICK:
        stop = code_end(points, at)
    elif point == BACKSLASH and is_ascii_letter(after):
        stop = name_end(points, at + 1)
    elif point == BRACKET:
        stop = target_end(points, at)
    elif point == END_BRACKET:
        stop = max(at, find(points, at, END_ROUND, REACH) + 1)
    elif (point in (AT, DOT) and is_ascii_letter(after)) or (
        point == COLON and at + 2 < len(points) and points[at + 2] == SLASH
    ):
        stop = address_end(points, at + 1)
    return stop


@kernel
def is_ascii_letter(point: np.uint32) -> bool:
    """Whether this is one of A to Z or a to z."""
    # With bit 0x20 set, capitals of ASCII are small letters.
    return bool(0x61 <= point | 0x20 <= 0x7A)


@kernel
def is_name(point: np.uint32) -> bool:
    """Whether this can stand in a name of a program: letters of ASCII, digits, the low line."""
    return bool(is_ascii_letter(point) or 0x30 <= point <= 0x39 or point == 0x5F)


@kernel
def is_www(points: Points, at: int) -> bool:
    """Whether `www` stands here, and nothing before."""
    if at < 0 or (at > 0 and is_name(points[at - 1])):
        return False
    # 0x77 is w.
    return bool(points[at] | 0x20 == 0x77 and points[at + 1] | 0x20 == 0x77 and points[at + 2] | 0x20 == 0x77)


@kernel
def name_end(points: Points, at: int) -> int:
    """End of the name that stands here."""
    while at < len(points) and is_name(points[at]):
        at += 1
    return at


@kernel
def find(points: Points, at: int, character: int, reach: int) -> int:
    """Next place of a character in this line, -1 if not within `reach`."""
    for place in range(at, min(len(points), at + reach)):
        if points[place] == character:
            return place
        if points[place] == NEWLINE:
            return -1
    return -1


@kernel
def address_end(points: Points, at: int) -> int:
    """End of an address, in which all of ASCII may stand but spaces and brackets."""
    while at < len(points) and 0x21 <= points[at] < 0x7F:
        if points[at] in (LESS, MORE, 0x22, BAR, BRACKET, END_BRACKET, BRACE, END_BRACE, TICK, END_ROUND):
            break
        at += 1
    return at


@kernel
def entity_end(points: Points, at: int, after: np.uint32) -> int:
    """End of `&amp;`, `&#233;` or `&#xE9;`."""
    stop = name_end(points, at + 1 + (after == HASH))
    return stop + 1 if at + 1 < stop < min(len(points), at + 33) and points[stop] == SEMICOLON else at


@kernel
def value_end(points: Points, at: int) -> int:
    """End of a placeholder: `$1`, `$name`, `%s`, `%1$s`, `%-5.2f`, `%(name)s`, `%name%`, and the sign of `%{…}`."""
    stop = name_end(points, at + 1)
    if points[at] == DOLLAR:
        return stop if stop > at + 1 else at
    if at + 2 < stop < len(points) and points[stop] == PERCENT:
        return stop + 1
    stop = at + 1
    if stop < len(points) and points[stop] == ROUND:
        end = name_end(points, stop + 1)
        if end < len(points) and points[end] == END_ROUND:
            stop = end + 1
    while stop < len(points) and (0x30 <= points[stop] <= 0x39 or points[stop] in (DOLLAR, DOT, MINUS, HASH, 0x2B)):
        stop += 1
    # The length modifiers of printf: h, l, L, z.
    while stop + 1 < len(points) and points[stop] in (0x68, 0x6C, 0x4C, 0x7A) and is_ascii_letter(points[stop + 1]):
        stop += 1
    return stop + 1 if stop < len(points) and (is_ascii_letter(points[stop]) or points[stop] == AT) else at


@kernel
def pair_braces(points: Points) -> NDArray[np.int64]:
    """For each opening brace, the place of its closing one, -1 if there is none."""
    pairs, top = np.full(len(points), -1, np.int64), -1
    for at in range(len(points)):
        if points[at] == BRACE:
            # Until a brace is closed its place holds the one opened before it: the stack needs no room of its own.
            pairs[at], top = top, at
        elif points[at] == END_BRACE and top >= 0:
            pairs[top], top = at, pairs[top]
    while top >= 0:
        pairs[top], top = -1, pairs[top]
    return pairs


@kernel
def brace_end(points: Points, at: int, pairs: NDArray[np.int64]) -> int:
    """End of a template or a placeholder, or the beginning of the words that it shows."""
    end = int(pairs[at])
    if end < 0:
        return at
    if points[at + 1] == PERCENT:
        return end + 1
    if points[at + 1] == BRACE and pairs[at + 1] == end - 1:
        stop = name_end(points, at + 2 + (points[at + 2] == HASH))
        bar = find(points, stop, BAR, end - stop) if points[stop] == COLON else -1
        return bar + 1 if bar >= 0 else end + 1
    stop = at + 1
    while stop < end and (is_name(points[stop]) or points[stop] in (DOT, COLON, MINUS, HASH, BANG, AT, DOLLAR)):
        stop += 1
    if stop == end and end - at <= PARAMETER:
        return end + 1
    if at + 1 < stop < end and points[stop] == COMMA:
        inner = find(points, stop, BRACE, end - stop)
        return inner + 1 if inner >= 0 else end + 1
    return at


@kernel
def target_end(points: Points, at: int) -> int:
    """Beginning of the words of a link, behind its last bar; at its beginning if it shows its target."""
    stop = at
    for place in range(at + 2, min(len(points), at + REACH)):
        if points[place] in (END_BRACKET, BRACKET, NEWLINE):
            return stop if points[place] == END_BRACKET else at
        if points[place] == BAR:
            stop = place + 1
    return at


@kernel
def tag_end(points: Points, at: int, after: np.uint32) -> int:
    """End of a tag or a comment, or of what stands between tags of code."""
    if not is_ascii_letter(after) and after not in (SLASH, BANG, 0x3F):
        return at
    is_comment = points[at + 1] == BANG and at + 3 < len(points) and points[at + 2] == MINUS == points[at + 3]
    for place in range(at + 1, min(len(points), at + REACH)):
        if points[place] == MORE and not (is_comment and points[place - 1] != MINUS):
            return content_end(points, at, place + 1)
        if points[place] == LESS and not is_comment:
            return at
    return at


@kernel
def content_end(points: Points, at: int, stop: int) -> int:
    """End of the content of a tag that begins at `at` and ends at `stop`, if that is code; else `stop`."""
    row = -1
    for place in range(len(_TAGS)):
        if is_named(points, at + 1, place):
            row = place
    if row < 0 or points[stop - 2] == SLASH:
        return stop
    for place in range(stop, min(len(points) - 2, stop + 10 * REACH)):
        if points[place] == LESS and points[place + 1] == SLASH and is_named(points, place + 2, row):
            return max(stop, find(points, place, MORE, REACH) + 1)
    return stop


@kernel
def is_named(points: Points, at: int, row: int) -> bool:
    """Whether a name of _TAGS stands here."""
    for place in range(_TAGS.shape[1]):
        letter = _TAGS[row, place]
        if not letter:
            return at + place >= len(points) or not is_name(points[at + place])
        if at + place >= len(points) or points[at + place] | 0x20 != letter:
            return False
    return False


@kernel
def code_end(points: Points, at: int) -> int:
    """End of code between back ticks; those in or before words are letters of some languages."""
    if at > 0 and is_word(points[at - 1]):
        return at
    size = 1
    while at + size < len(points) and points[at + size] == TICK:
        size += 1
    run = 0
    for place in range(at + size, min(len(points), at + REACH)):
        run = run + 1 if points[place] == TICK else 0
        if run == size and not (place + 1 < len(points) and is_word(points[place + 1])):
            return place + 1
        if points[place] == NEWLINE and size < 3:
            return at
    return at


@kernel
def is_word(point: np.uint32) -> bool:
    """Whether a back tick beside this is more likely a letter than the mark of code, which Han may touch."""
    return bool(is_name(point) or 0x80 <= point < 0x2E80 or point == TICK)
