"""Find personal data in texts of any script: e-mail addresses, IP addresses, phone numbers and payment cards.

What is found can be counted and masked. Each rule would rather miss than cry wolf: verses, dates, sums and ISBNs are
digits too, and a corpus that loses them is worse. So a phone number must be written as one, a card must have a scheme's
prefix, its grouping and a right check digit, and an address must be one that others can reach.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from emma.kernels.addresses import AT, LATIN, WORD, Forms, domain_end, ip_end, mailbox_start
from emma.kernels.cards import card_end
from emma.kernels.compiling import kernel
from emma.kernels.numbers import MOST_GROUPS, OPEN, PLUS, find_groups, is_digit, is_letter
from emma.kernels.phones import phone_end
from emma.kernels.tables import LETTER, MARK, NOT_DIGIT, UPPER, classes, digits
from emma.kernels.text import Bytes, Offsets, Points, buffers, decode, longest

Spans = NDArray[np.int64]
"""Rows of KIND, ROW, START and STOP."""

KINDS = ("email", "ip", "phone", "card")
"""What is looked for, in the order of the numbers by which kernels call it."""
EMAIL, IP, PHONE, CARD = range(4)
KIND, ROW, START, STOP = range(4)
"""Columns of spans: number of the kind, text, and its first character and the one after its last."""
PLACEHOLDERS: Mapping[str, str] = {kind: f"<{kind.upper()}>" for kind in KINDS}
"""What stands in a masked text in the place of each kind: the same in all languages."""

# Written as one character each in other scripts, or by typographers.
_SAME = {"\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000": " ", "‐‑‒–−－﹣": "-",
         "．٫": ".", "٬": ",", "＋": "+", "（": "(", "）": ")", "＠": "@", "：": ":", "／": "/"}  # fmt: skip
# Direction marks and joiners of no width: in text from right to left they stand between the groups of a number.
_UNSEEN = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
UNSEEN = 0x82
"""The form of what is not looked at."""


@lru_cache(maxsize=1)
def forms() -> Forms:
    """The form of every code point: ASCII as it is, digits of all scripts as ASCII's, WORD or LATIN for letters, UNSEEN
    for what has no width."""
    table = np.zeros(len(classes()), np.uint8)
    table[np.isin(classes(), (LETTER, UPPER, MARK))] = WORD
    latin = np.r_[0xC0:0x250, 0x300:0x370, 0x1E00:0x1F00]
    table[latin[table[latin] == WORD]] = LATIN
    values = digits()
    table[values != NOT_DIGIT] = values[values != NOT_DIGIT] + ord("0")
    table[: ord("~") + 1] = np.arange(ord("~") + 1)
    for characters, form in _SAME.items():
        table[[ord(character) for character in characters]] = ord(form)
    wide = [chr(ord("！") + place) for place in range(0x5E)]
    for character in filter(str.isalpha, wide):
        table[ord(character)] = ord(unicodedata.normalize("NFKC", character))
    table[[ord(character) for character in _UNSEEN]] = UNSEEN
    table.setflags(write=False)
    return table


@kernel
def find_in_text(text: Forms, spans: Spans) -> int:
    """Write the spans of one text, in order, columns KIND, START and STOP; returns how many."""
    count, least, at = 0, 0, 0
    groups, parts = np.zeros((MOST_GROUPS, 4), np.int64), np.zeros(4, np.int64)
    while at < len(text):
        form, kind, start, stop = text[at], IP, at, at
        if form == AT:
            kind, start, stop = EMAIL, mailbox_start(text, at, least), domain_end(text, at + 1)
            stop = stop if start < at and stop > at + 1 else at
        elif form in (PLUS, OPEN) or (is_digit(form) and not (at and is_digit(text[at - 1]))):
            stop = ip_end(text, at, parts) if is_digit(form) else at
            number = groups[: find_groups(text, at, least, groups) if stop == at else 0]
            if len(number) and is_digit(form):
                kind, stop = CARD, card_end(text, number)
            if len(number) and stop <= at:
                kind, stop = PHONE, phone_end(text, at, number)
        if stop > at:
            spans[count, KIND], spans[count, START], spans[count, STOP] = kind, start, stop
            count, least = count + 1, stop
        at = max(at + 1, stop)
    return count


@kernel
def count_personal(data: Bytes, offsets: Offsets, table: Forms) -> NDArray[np.int32]:
    """Count each kind in each document, int32 (n, 4). `data` UTF-8 bytes, `offsets` int64 (n + 1), `table` `forms`."""
    room = longest(offsets)
    counts = np.zeros((len(offsets) - 1, 4), np.int32)
    points, text, spans = np.empty(room, np.uint32), np.empty(room, np.uint8), np.empty((room // 6 + 1, 4), np.int64)
    nowhere = np.empty(0, np.int64)
    for document in range(len(counts)):
        size = decode(data, offsets[document], offsets[document + 1], points)
        written = write_forms(points[:size], table, text, nowhere)
        for span in range(find_in_text(text[:written], spans)):
            counts[document, spans[span, KIND]] += 1
    return counts


@kernel
def find_personal(data: Bytes, offsets: Offsets, table: Forms) -> Spans:
    """Find all spans of all documents, int64 (m, 4), by document and place; arguments as in `count_personal`."""
    room = longest(offsets)
    counts = count_personal(data, offsets, table)
    found, total = np.empty((counts.sum(), 4), np.int64), 0
    points, text, spans = np.empty(room, np.uint32), np.empty(room, np.uint8), np.empty((room // 6 + 1, 4), np.int64)
    places = np.empty(room, np.int64)
    for document in range(len(counts)):
        if counts[document].sum():
            size = decode(data, offsets[document], offsets[document + 1], points)
            written = write_forms(points[:size], table, text, places)
            for span in spans[: find_in_text(text[:written], spans)]:
                span[ROW], span[START], span[STOP] = document, places[span[START]], places[span[STOP] - 1] + 1
                found[total] = span
                total += 1
    return found


@kernel
def write_forms(points: Points, table: Forms, text: Forms, places: NDArray[np.int64]) -> int:
    """Write the form of each character to `text` but of what is UNSEEN, and to `places`, where that has room, which
    character it is; returns how many, 0 where there is no `@` and are no five digits, and so nothing to find."""
    marks, numbers, size = 0, 0, 0
    for at in range(len(points)):
        form = table[points[at]]
        if form == UNSEEN:
            # What is left out must not grow a word and a number together.
            after = table[points[at + 1]] if at + 1 < len(points) else np.uint8(0)
            before = text[size - 1] if size else np.uint8(0)
            if not ((is_digit(before) and is_letter(after)) or (is_letter(before) and is_digit(after))):
                continue
            form = np.uint8(0)
        text[size] = form
        if len(places):
            places[size] = at
        marks += form == AT
        numbers += 0x30 <= form <= 0x39
        size += 1
    return size if marks > 0 or numbers >= 5 else 0


def mask_personal(column: pa.Array | pa.ChunkedArray, kinds: Sequence[str]) -> tuple[pa.Array, dict[str, int]]:
    """A column of texts with what is of these KINDS replaced by its PLACEHOLDERS, and how many of each there were.

    Nulls stay null. The texts of a batch, not of a corpus: they are held as one array.
    """
    texts = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    wanted = [KINDS.index(kind) for kind in kinds]
    spans = (
        find_personal(*buffers(texts.cast(pa.large_string()).fill_null("")), forms()) if wanted else np.empty((0, 4))
    )
    spans = spans[np.isin(spans[:, KIND], wanted)].astype(np.int64)
    counts = {kind: int((spans[:, KIND] == KINDS.index(kind)).sum()) for kind in kinds}
    if not len(spans):
        return texts, counts
    values = texts.to_pylist()
    # From the end, so that the places before it stay right.
    for kind, row, start, stop in spans[::-1].tolist():
        values[row] = f"{values[row][:start]}{PLACEHOLDERS[KINDS[kind]]}{values[row][stop:]}"
    return pa.array(values, texts.type), counts
