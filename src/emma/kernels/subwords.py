"""fastText's features of a text: its words, their character n-grams in hashed buckets, and n-grams of words.

Bojanowski et al., Enriching Word Vectors with Subword Information (arXiv 1607.04606); hashes and order are those of
fastText 0.9, so that its models can be used.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from emma.kernels.compiling import kernel
from emma.kernels.text import Bytes

_FNV_START, _FNV_PRIME = np.uint64(2166136261), np.uint64(16777619)
_BITS_32 = np.uint64(0xFFFFFFFF)
_WORD_GRAM_FACTOR = np.uint64(116049371)
_LABEL = np.frombuffer(b"__label__", np.uint8)
_END_OF_LINE = np.frombuffer(b"</s>", np.uint8)


class Words(NamedTuple):
    """The words that have a vector of their own."""

    data: Bytes
    starts: NDArray[np.int64]
    stops: NDArray[np.int64]
    slots: NDArray[np.int32]
    """Hash table of word numbers, -1 where free; a power of two long."""
    end_of_line: int
    """The number of `</s>`, which closes every text; -1 if it has no vector."""


class Grams(NamedTuple):
    """The n-grams that share hashed vectors."""

    buckets: int
    shortest: int
    longest: int
    """Characters of an n-gram, the marks of a word's two ends counted; 0 for none."""
    words: int
    """Words of the longest n-gram of words; 1 for none."""
    pruned: NDArray[np.int32]
    """The place at which a quantised model keeps each bucket, -1 where it does not; empty if it keeps all."""


@kernel
def hashed(data: Bytes, start: int, stop: int) -> np.uint64:
    """Hash bytes by FNV-1a in 32 bits, as fastText does."""
    value = _FNV_START
    for at in range(start, stop):
        value = _hash_on(value, data[at])
    return value


@kernel
def _hash_on(value: np.uint64, byte: np.uint8) -> np.uint64:
    # fastText casts to int8_t before it extends: bytes from 128 on have all upper bits set.
    signed = np.uint64(byte) | np.uint64(0xFFFFFF00) if byte >= 128 else np.uint64(byte)
    return ((value ^ signed) * _FNV_PRIME) & _BITS_32


@kernel
def entries(data: Bytes, at: int, starts: NDArray[np.int64], stops: NDArray[np.int64]) -> int:
    """Find the entries of a model file's dictionary, each closed by NUL, eight bytes of count and one of type.

    Returns where they end, or -1 where the file ends before.
    """
    for entry in range(len(starts)):
        starts[entry] = at
        while at < len(data) and data[at] != 0:
            at += 1
        stops[entry] = at
        # NUL, eight bytes of count, one of type.
        at += 10
        if at > len(data):
            return -1
    return at


@kernel
def index_words(data: Bytes, starts: NDArray[np.int64], stops: NDArray[np.int64]) -> NDArray[np.int32]:
    """The hash table of `Words`."""
    size = 2
    while size < 2 * len(starts):
        size *= 2
    slots = np.full(size, -1, np.int32)
    for word in range(len(starts)):
        at = np.int64(hashed(data, starts[word], stops[word])) & (size - 1)
        while slots[at] >= 0:
            at = (at + 1) & (size - 1)
        slots[at] = word
    return slots


@kernel
def find_word(data: Bytes, start: int, stop: int, words: Words) -> int:
    """The number of a word, -1 if it has none."""
    mask = len(words.slots) - 1
    at = np.int64(hashed(data, start, stop)) & mask
    while words.slots[at] >= 0:
        word = words.slots[at]
        begin = words.starts[word]
        if words.stops[word] - begin == stop - start:
            matching = 0
            while matching < stop - start and words.data[begin + matching] == data[start + matching]:
                matching += 1
            if matching == stop - start:
                return int(word)
        at = (at + 1) & mask
    return -1


@kernel
def is_space(byte: np.uint8) -> bool:
    """Whether fastText parts words at this byte: ASCII white space and NUL."""
    return bool(byte == 32 or 9 <= byte <= 13 or byte == 0)


@kernel
def add_features(  # noqa: PLR0917 - compiled functions take arguments by position
    data: Bytes,
    start: int,
    stop: int,
    words: Words,
    grams: Grams,
    ids: NDArray[np.int32],
    hashes: NDArray[np.uint64],
    counts: NDArray[np.int64],
) -> None:
    """Append the features of `data[start:stop]` to `ids`, and its words' hashes to `hashes` if n-grams need them.

    `counts` says how many of both there are; `features_room` and `words_room` how long they must be.
    """
    at = start
    while at < stop:
        if is_space(data[at]):
            at += 1
            continue
        end = at
        while end < stop and not is_space(data[end]):
            end += 1
        if not _is_label(data, at, end):
            if grams.words > 1:
                hashes[counts[1]] = hashed(data, at, end)
                counts[1] += 1
            counts[0] = _add_word(data, at, end, words, grams, ids, counts[0])
        at = end


@kernel
def close_text(
    words: Words, grams: Grams, ids: NDArray[np.int32], hashes: NDArray[np.uint64], counts: NDArray[np.int64]
) -> int:
    """Append the end of line and the n-grams of words, and begin anew. Returns how many features the text has."""
    count, tokens = counts[0], counts[1]
    counts[:] = 0
    if words.end_of_line >= 0:
        ids[count] = words.end_of_line
        count += 1
    if grams.words > 1:
        hashes[tokens] = hashed(_END_OF_LINE, 0, len(_END_OF_LINE))
        count = _add_word_grams(hashes[: tokens + 1], len(words.starts), grams, ids, count)
    return int(count)


@kernel
def _is_label(data: Bytes, start: int, stop: int) -> bool:
    same = 0
    while same < len(_LABEL) and start + same < stop and data[start + same] == _LABEL[same]:
        same += 1
    return same == len(_LABEL)


@kernel
def _add_word(  # noqa: PLR0917 - compiled functions take arguments by position
    data: Bytes, start: int, stop: int, words: Words, grams: Grams, ids: NDArray[np.int32], count: int
) -> int:
    """A word's own number, and its character n-grams with `<` and `>` at its ends."""
    word = find_word(data, start, stop, words) if len(words.starts) else -1
    if word >= 0:
        ids[count] = word
        count += 1
    # Places one before and one after the word stand for its marks, `<` (60) and `>` (62).
    for first in range(start - 1, stop):
        # N-grams begin at characters and not inside of one.
        if first >= start and data[first] & 0xC0 == 0x80:
            continue
        value, at, length = _FNV_START, first, 0
        while at <= stop and length < grams.longest:
            if at < start or at == stop:
                value = _hash_on(value, np.uint8(60 if at < start else 62))
                at += 1
            else:
                value = _hash_on(value, data[at])
                at += 1
                while at < stop and data[at] & 0xC0 == 0x80:
                    value = _hash_on(value, data[at])
                    at += 1
            length += 1
            if length >= grams.shortest and not (length == 1 and first < start):
                count = _add_bucket(value, len(words.starts), grams, ids, count)
    return count


@kernel
def _add_bucket(value: np.uint64, words: int, grams: Grams, ids: NDArray[np.int32], count: int) -> int:
    bucket = np.int64(value % np.uint64(grams.buckets))
    if len(grams.pruned):
        bucket = grams.pruned[bucket]
    if bucket >= 0:
        ids[count] = words + bucket
        count += 1
    return count


@kernel
def _add_word_grams(hashes: NDArray[np.uint64], words: int, grams: Grams, ids: NDArray[np.int32], count: int) -> int:
    """Word n-grams; hashes of words count as signed numbers of 32 bits."""
    for first in range(len(hashes)):
        value = np.uint64(np.int64(np.int32(hashes[first])))
        for last in range(first + 1, min(len(hashes), first + grams.words)):
            value = value * _WORD_GRAM_FACTOR + np.uint64(np.int64(np.int32(hashes[last])))
            count = _add_bucket(value, words, grams, ids, count)
    return count


@kernel
def features_room(characters: int, grams: Grams) -> int:
    """Features that a text of so many characters can have at most."""
    return 2 * (characters + 2) * (grams.longest + 1) + (characters + 2) * grams.words


@kernel
def words_room(characters: int, grams: Grams) -> int:
    """Hashes of words that it can have at most, if n-grams need them."""
    return characters + 2 if grams.words > 1 else 0
