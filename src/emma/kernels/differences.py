"""Compare two texts span by span: they differ in numbers, in other facts of a text that is else the same, or in more.

Two pages of one template share most of their shingles, and are no copies: they say different things. What tells them
from a copy with a few changed words is that numbers change for numbers, and that what stands in a place changes from
page to page.
"""

import numpy as np
from numpy.typing import NDArray

from emma.kernels.compiling import kernel
from emma.kernels.sets import Indices
from emma.kernels.tables import DIGIT, GAP, SKIP
from emma.kernels.text import FIRST, GOLDEN, Bytes, Hashes, Offsets, Points, decode, longest, mix

SAME, NUMBERS, FACTS = range(3)
"""Two texts differ in more than facts, or in nothing; in numbers for numbers; in a few short spans, one for another."""
ANCHOR_TOKENS = 4
"""Tokens in a row that must be equal again after a difference."""
MAX_SPAN_TOKENS = 12
"""Tokens of a difference on either side, at most."""
MAX_DIFFERENCES = 6
"""Differences that are more than numbers, at most."""
MAX_BESIDE_NUMBERS = 1
"""Differences that are more than numbers, at most, beside ones of numbers: a page with another name and number."""
ABSENT = GOLDEN
"""The hash of what stands on the side that lacks something."""
NUMERAL = np.uint64(1)
"""The lowest bit of a token with a digit in it; that of others is 0."""


@kernel
def hash_tokens(
    data: Bytes, offsets: Offsets, fold: Points, kinds: NDArray[np.uint8], spaced: NDArray[np.bool_]
) -> tuple[Hashes, Offsets]:
    """Hashes of the words of texts that space them, of the characters of others; and where each text's begin, (n + 1).

    `fold` and `kinds` are `tables.fold` and `tables.classes`. A run of digits is one token in either.
    """
    points, starts = np.empty(longest(offsets) + 1, np.uint32), np.zeros(len(offsets), np.int64)
    tokens, end = np.empty(offsets[-1] - offsets[0] + len(offsets), np.uint64), 0
    for text in range(len(offsets) - 1):
        size = decode(data, offsets[text], offsets[text + 1], points)
        value, inside, numeral = GOLDEN, False, False
        for at in range(size + 1):
            form = fold[points[at]] if at < size else np.uint32(GAP)
            digit = at < size and kinds[points[at]] == DIGIT
            if inside and (form == GAP or (not spaced[text] and not (digit and numeral) and form != SKIP)):
                # One bit of the hash is given up to tell numerals from words: the others are enough for two texts.
                tokens[end] = mix(value) & ~NUMERAL | (NUMERAL if numeral else np.uint64(0))
                end += 1
                value, inside, numeral = GOLDEN, False, False
            if form > max(GAP, SKIP):
                value = (value + np.uint64(form) + GOLDEN) * FIRST
                value ^= value >> np.uint64(32)
                inside, numeral = True, numeral or digit
        starts[text + 1] = end
    return tokens[:end].copy(), starts


@kernel
def is_equal_from(left: Hashes, one: int, right: Hashes, two: int) -> bool:
    """Whether the texts are equal for ANCHOR_TOKENS tokens from these places on, or to the end of both."""
    if min(len(left) - one, len(right) - two) < ANCHOR_TOKENS and len(left) - one != len(right) - two:
        return False
    for step in range(min(ANCHOR_TOKENS, len(left) - one)):  # noqa: SIM110 - compiled, and quicker to compile than all()
        if left[one + step] != right[two + step]:
            return False
    return True


@kernel
def find_resumption(left: Hashes, one: int, right: Hashes, two: int) -> tuple[int, int]:
    """Find the nearest places from which the texts are equal again; -1, -1 if none is within MAX_SPAN_TOKENS."""
    # By growing distance, so that a difference is no longer than it must be.
    for total in range(1, 2 * MAX_SPAN_TOKENS + 1):
        for step in range(max(0, total - MAX_SPAN_TOKENS), min(total, MAX_SPAN_TOKENS) + 1):
            next_one, next_two = one + step, two + total - step
            there = next_one <= len(left) and next_two <= len(right)
            if there and is_equal_from(left, next_one, right, next_two):
                return next_one, next_two
    return -1, -1


@kernel
def differ_in_numbers_only(left: Hashes, right: Hashes) -> bool:
    """Whether both have numerals and are equal without them."""
    one, two, count, other = 0, 0, 0, 0
    while True:
        while one < len(left) and left[one] & NUMERAL:
            one, count = one + 1, count + 1
        while two < len(right) and right[two] & NUMERAL:
            two, other = two + 1, other + 1
        if one == len(left) or two == len(right) or left[one] != right[two]:
            break
        one, two = one + 1, two + 1
    return one == len(left) and two == len(right) and count > 0 and other > 0


@kernel
def classify_difference(left: Hashes, right: Hashes, spans: Indices) -> tuple[int, int]:
    """SAME, NUMBERS or FACTS, and how many differences that are more than numbers; these are written to `spans`,
    int64 (MAX_DIFFERENCES, 4): where each begins and ends on the left, and on the right."""
    one, two, count, numbers = 0, 0, 0, 0
    while one < len(left) or two < len(right):
        if one < len(left) and two < len(right) and left[one] == right[two]:
            one, two = one + 1, two + 1
            continue
        next_one, next_two = find_resumption(left, one, right, two)
        if next_one < 0:
            return SAME, 0
        if differ_in_numbers_only(left[one:next_one], right[two:next_two]):
            numbers += 1
        else:
            if count == MAX_DIFFERENCES:
                return SAME, 0
            spans[count, 0], spans[count, 1], spans[count, 2], spans[count, 3] = one, next_one, two, next_two
            count += 1
        one, two = next_one, next_two
    if count > MAX_BESIDE_NUMBERS or (count and not numbers):
        return FACTS, count
    return NUMBERS if numbers else SAME, count


@kernel
def compare_texts(
    tokens: Hashes, starts: Offsets, left: Indices, right: Indices
) -> tuple[NDArray[np.uint8], Indices, Hashes]:
    """Compare pairs of texts: uint8 (p), and every difference that is more than numbers of those that are not SAME.

    Text i has `tokens[starts[i] : starts[i + 1]]`. A fact is a row of places, int64 (m, 3): its pair, and where it
    begins on the left and on the right; and of hashes, uint64 (m, 2): what stands there on the left and on the right.
    """
    verdicts, spans = np.empty(len(left), np.uint8), np.empty((MAX_DIFFERENCES, 4), np.int64)
    places, values, facts = np.empty((64, 3), np.int64), np.empty((64, 2), np.uint64), 0
    for pair in range(len(left)):
        one = tokens[starts[left[pair]] : starts[left[pair] + 1]]
        two = tokens[starts[right[pair]] : starts[right[pair] + 1]]
        verdict, count = classify_difference(one, two, spans)
        verdicts[pair] = verdict
        # Room grows by doubling: most pairs have few differences, and a bound for all would take 240 bytes a pair.
        if facts + MAX_DIFFERENCES > len(places):
            places, values = double_facts(places, values)
        for span in spans[:count]:
            places[facts, 0], places[facts, 1], places[facts, 2] = pair, span[0], span[2]
            values[facts, 0], values[facts, 1] = hash_span(one[span[0] : span[1]]), hash_span(two[span[2] : span[3]])
            facts += 1
    return verdicts, places[:facts].copy(), values[:facts].copy()


@kernel
def hash_span(span: Hashes) -> np.uint64:
    """Hash a span of tokens into one number; ABSENT for an empty span."""
    value = ABSENT
    for token in span:
        value = mix(value + token)
    return value


@kernel
def double_facts(places: Indices, values: Hashes) -> tuple[Indices, Hashes]:
    """Copy both arrays into ones twice as long."""
    more, others = np.empty((2 * len(places), 3), np.int64), np.empty((2 * len(values), 2), np.uint64)
    for row in range(len(places)):
        for column in range(3):
            more[row, column] = places[row, column]
        for column in range(2):
            others[row, column] = values[row, column]
    return more, others
