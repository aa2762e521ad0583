"""fastText's classifier on byte arrays: the features of a text, the labels' probabilities, and training.

Joulin et al., Bag of Tricks for Efficient Text Classification (arXiv 1607.01759): a text is the mean of the vectors of
its words and of their hashed character n-grams, and a linear layer turns it into labels. Sums run in a fixed order, so
the numbers do not depend on how many texts come at once or on the width of the processor's registers.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from emma.kernels.utf8 import Bytes, Offsets

SOFTMAX, INDEPENDENT, TREE = range(3)
"""How the outputs become probabilities: together, each by itself, or along the branches of a Huffman tree."""

_FNV_START, _FNV_PRIME = np.uint64(2166136261), np.uint64(16777619)
_BITS_32 = np.uint64(0xFFFFFFFF)
_WORD_GRAM_FACTOR = np.uint64(116049371)
_LABEL = np.frombuffer(b"__label__", np.uint8)


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
    """Where a quantised model keeps each bucket, -1 where it does not; empty if it keeps all."""


class Layers(NamedTuple):
    """The numbers that were learnt."""

    vectors: NDArray[np.float32]
    """(words + buckets, dimension)"""
    outputs: NDArray[np.float32]
    """(dimension, outputs)"""
    loss: int
    branches: NDArray[np.int32]
    """For TREE, (outputs - 1, 2): the children of each inner node, those below `outputs` being leaves; else (0, 2)."""


@njit(nogil=True, cache=True)
def hashed(data: Bytes, start: int, stop: int) -> np.uint64:
    """FNV-1a in 32 bits, of bytes that count as signed."""
    value = _FNV_START
    for at in range(start, stop):
        value = _hash_on(value, data[at])
    return value


@njit(nogil=True, cache=True)
def _hash_on(value: np.uint64, byte: np.uint8) -> np.uint64:
    signed = np.uint64(byte) | np.uint64(0xFFFFFF00) if byte >= 128 else np.uint64(byte)
    return ((value ^ signed) * _FNV_PRIME) & _BITS_32


@njit(nogil=True, cache=True)
def entries(data: Bytes, at: int, starts: NDArray[np.int64], stops: NDArray[np.int64]) -> int:
    """Find the entries of a model file's dictionary, each closed by NUL, eight bytes of count and one of type.

    Returns where they end, or -1 where the file ends before.
    """
    for entry in range(len(starts)):
        starts[entry] = at
        while at < len(data) and data[at] != 0:
            at += 1
        stops[entry] = at
        at += 10
        if at > len(data):
            return -1
    return at


@njit(nogil=True, cache=True)
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


@njit(nogil=True, cache=True)
def find_word(data: Bytes, start: int, stop: int, words: Words) -> int:
    """The number of a word, -1 if it has none."""
    mask = len(words.slots) - 1
    at = np.int64(hashed(data, start, stop)) & mask
    while words.slots[at] >= 0:
        word = words.slots[at]
        begin = words.starts[word]
        if words.stops[word] - begin == stop - start:
            same = 0
            while same < stop - start and words.data[begin + same] == data[start + same]:
                same += 1
            if same == stop - start:
                return int(word)
        at = (at + 1) & mask
    return -1


@njit(nogil=True, cache=True)
def is_space(byte: np.uint8) -> bool:
    """Whether fastText parts words at this byte: ASCII white space and NUL."""
    return bool(byte == 32 or 9 <= byte <= 13 or byte == 0)


@njit(nogil=True, cache=True)
def add_features(  # noqa: PLR0917 - compiled functions take arguments by position
    data: Bytes, start: int, stop: int, words: Words, grams: Grams, ids: NDArray[np.int32], count: int
) -> int:
    """Append the features of `data[start:stop]` to `ids`, which is long enough; returns how many there are then."""
    hashes = np.empty((stop - start) // 2 + 1 if grams.words > 1 else 0, np.uint64)
    tokens, at = 0, start
    while at < stop:
        if is_space(data[at]):
            at += 1
            continue
        end = at
        while end < stop and not is_space(data[end]):
            end += 1
        if not _is_label(data, at, end):
            if grams.words > 1:
                hashes[tokens] = hashed(data, at, end)
            tokens += 1
            count = _add_word(data, at, end, words, grams, ids, count)
        at = end
    if grams.words > 1:
        count = _add_word_grams(hashes[:tokens], len(words.starts), grams, ids, count)
    return count


@njit(nogil=True, cache=True)
def _is_label(data: Bytes, start: int, stop: int) -> bool:
    same = 0
    while same < len(_LABEL) and start + same < stop and data[start + same] == _LABEL[same]:
        same += 1
    return same == len(_LABEL)


@njit(nogil=True, cache=True)
def _add_word(  # noqa: PLR0917 - compiled functions take arguments by position
    data: Bytes, start: int, stop: int, words: Words, grams: Grams, ids: NDArray[np.int32], count: int
) -> int:
    """A word's own number, and its character n-grams with `<` and `>` at its ends."""
    word = find_word(data, start, stop, words) if len(words.starts) else -1
    if word >= 0:
        ids[count] = word
        count += 1
    for first in range(start - 1, stop):
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


@njit(nogil=True, cache=True)
def _add_bucket(value: np.uint64, words: int, grams: Grams, ids: NDArray[np.int32], count: int) -> int:
    bucket = np.int64(value % np.uint64(grams.buckets))
    if len(grams.pruned):
        bucket = grams.pruned[bucket]
    if bucket >= 0:
        ids[count] = words + bucket
        count += 1
    return count


@njit(nogil=True, cache=True)
def _add_word_grams(hashes: NDArray[np.uint64], words: int, grams: Grams, ids: NDArray[np.int32], count: int) -> int:
    """Word n-grams; hashes of words count as signed numbers of 32 bits."""
    for first in range(len(hashes)):
        value = np.uint64(np.int64(np.int32(hashes[first])))
        for last in range(first + 1, min(len(hashes), first + grams.words)):
            value = value * _WORD_GRAM_FACTOR + np.uint64(np.int64(np.int32(hashes[last])))
            count = _add_bucket(value, words, grams, ids, count)
    return count


@njit(nogil=True, cache=True)
def room(characters: int, grams: Grams) -> int:
    """Features that a text of so many characters can have at most."""
    return 2 * (characters + 2) * (grams.longest + 1) + (characters + 2) * grams.words


@njit(nogil=True, cache=True)
def average(ids: NDArray[np.int32], count: int, vectors: NDArray[np.float32], hidden: NDArray[np.float32]) -> None:
    """Write the mean of the features' vectors to `hidden`."""
    hidden[:] = 0
    for at in range(count):
        row = ids[at]
        for column in range(len(hidden)):
            hidden[column] += vectors[row, column]
    scale = np.float32(1 / count)
    for column in range(len(hidden)):
        hidden[column] *= scale


@njit(nogil=True, cache=True)
def score(hidden: NDArray[np.float32], layers: Layers, scores: NDArray[np.float32]) -> None:
    """Write the outputs' probabilities for one text to `scores`, (outputs,)."""
    scores[:] = 0
    for column in range(len(hidden)):
        weight = hidden[column]
        for output in range(len(scores)):
            scores[output] += weight * layers.outputs[column, output]
    if layers.loss == SOFTMAX:
        soften(scores)
    elif layers.loss == INDEPENDENT:
        for output in range(len(scores)):
            scores[output] = 1 / (1 + np.exp(-scores[output]))
    else:
        _walk(layers.branches, scores)


@njit(nogil=True, cache=True)
def soften(scores: NDArray[np.float32]) -> None:
    """Softmax in place."""
    most, total = scores.max(), np.float32(0)
    for output in range(len(scores)):
        scores[output] = np.exp(scores[output] - most)
        total += scores[output]
    scale = np.float32(1) / total
    for output in range(len(scores)):
        scores[output] *= scale


@njit(nogil=True, cache=True)
def _walk(branches: NDArray[np.int32], scores: NDArray[np.float32]) -> None:
    """From the outputs of a tree's inner nodes, the root being the last, to the probabilities of its leaves."""
    leaves = len(branches) + 1
    reached = np.zeros(2 * leaves - 1, np.float32)
    reached[-1] = 1
    for node in range(len(branches) - 1, -1, -1):
        right = 1 / (1 + np.exp(-scores[node]))
        reached[branches[node, 0]] = reached[leaves + node] * (1 - right)
        reached[branches[node, 1]] = reached[leaves + node] * right
    scores[:] = reached[:leaves]


@njit(nogil=True, cache=True)
def learn(  # noqa: PLR0917 - compiled functions take arguments by position
    data: Bytes,
    offsets: Offsets,
    targets: NDArray[np.int32],
    order: NDArray[np.int64],
    rate: float,
    decay: float,
    words: Words,
    grams: Grams,
    layers: Layers,
) -> float:
    """Stochastic gradient descent on a softmax over the texts in `order`; `layers` change in place.

    `rate` falls by `decay` with each text. Returns the mean of their negative log-likelihoods, in nats.
    """
    vectors, outputs = layers.vectors, layers.outputs
    longest = 0
    for text in order:
        longest = max(longest, offsets[text + 1] - offsets[text])
    ids = np.empty(room(longest, grams), np.int32)
    hidden, gradient = np.empty(vectors.shape[1], np.float32), np.empty(vectors.shape[1], np.float32)
    scores = np.empty(outputs.shape[1], np.float32)
    loss = 0.0
    for step in range(len(order)):
        text = order[step]
        count = add_features(data, offsets[text], offsets[text + 1], words, grams, ids, 0)
        if not count:
            continue
        average(ids, count, vectors, hidden)
        score(hidden, layers, scores)
        loss -= np.log(max(scores[targets[text]], np.float32(1e-30)))
        speed = np.float32(rate - decay * step)
        for output in range(len(scores)):
            scores[output] *= -speed
        scores[targets[text]] += speed
        _backward(hidden, scores, outputs, gradient)
        scale = np.float32(1 / count)
        for column in range(len(gradient)):
            gradient[column] *= scale
        for at in range(count):
            for column in range(len(gradient)):
                vectors[ids[at], column] += gradient[column]
    return loss / max(1, len(order))


@njit(nogil=True, cache=True)
def _backward(
    hidden: NDArray[np.float32],
    steps: NDArray[np.float32],
    outputs: NDArray[np.float32],
    gradient: NDArray[np.float32],
) -> None:
    """Write what `hidden` should change by to `gradient`, then change `outputs`.

    Eight partial sums at once: as fast as the processor can, and in an order that does not depend on it.
    """
    whole = len(steps) // 8 * 8
    sums = np.empty(8, np.float32)
    for column in range(len(hidden)):
        weights = outputs[column]
        sums[:] = 0
        for at in range(0, whole, 8):
            for lane in range(8):
                sums[lane] += steps[at + lane] * weights[at + lane]
        total = ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]))
        for at in range(whole, len(steps)):
            total += steps[at] * weights[at]
        gradient[column] = total
        value = hidden[column]
        for at in range(len(steps)):
            weights[at] += value * steps[at]
