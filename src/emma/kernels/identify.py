"""Give texts the labels of a fastText classifier: excerpts, spelling, and the likeliest few of each."""

import numpy as np
from numpy.typing import NDArray

from emma.kernels.compiling import kernel
from emma.kernels.fasttext import Layers, average, score
from emma.kernels.letters import outside_markup
from emma.kernels.subwords import Grams, Words, add_features, close_text, features_room, words_room
from emma.kernels.tables import GAP, LETTER, SKIP, UPPER
from emma.kernels.text import Bytes, Offsets, Points, decode, longest

_WINDOWS = 3


@kernel
def identify(  # noqa: PLR0917 - compiled functions take arguments by position
    data: Bytes,
    offsets: Offsets,
    words: Words,
    grams: Grams,
    layers: Layers,
    groups: NDArray[np.int32],
    fitting: NDArray[np.bool_],
    scripts: NDArray[np.int64],
    classes: NDArray[np.uint8],
    spelling: Points,
    most_chars: int,
    labels: NDArray[np.int32],
    chances: NDArray[np.float32],
) -> None:
    """Write the likeliest labels of each text and their probabilities to `labels` and `chances`, both (n, k).

    `groups`, (outputs,), says which label each output stands for, -1 for none: what goes to none is shared out among
    the others in proportion, and where it is more than half, the text gets no label. Nor does a text without a letter.
    `scripts`, (n,), says which script each text is in, and `fitting`, (scripts, outputs), which labels can be in it:
    the others are out of the question, and theirs is shared out too. The end of a row is -1. Markup is not read.
    `spelling` may be empty: then texts are read as they are.
    """
    outputs = layers.outputs.shape[1]
    room = most_chars + _WINDOWS
    ids, hashes = np.empty(features_room(room, grams), np.int32), np.empty(words_room(room, grams), np.uint64)
    counts = np.zeros(2, np.int64)
    points, kept = np.empty(room, np.uint32), np.empty(room, np.uint32)
    spelt = np.empty(4 * room, np.uint8)
    windows = np.empty((_WINDOWS, 2), np.int64)
    hidden, scores = np.empty(layers.vectors.shape[1], np.float32), np.empty(outputs, np.float32)
    sums = np.empty(max(outputs, groups.max() + 1), np.float32)
    labels[:] = -1
    for text in range(len(offsets) - 1):
        letters = False
        for window in range(choose_windows(data, offsets[text], offsets[text + 1], most_chars, windows)):
            start, stop = windows[window]
            decoded = points[: decode(data, start, stop, points)]
            read = kept[: outside_markup(decoded, kept, len(decoded))]
            letters |= _has_letter(read, classes)
            if len(spelling) or len(read) < len(decoded):
                size = respell(read, spelling, spelt)
                add_features(spelt, 0, size, words, grams, ids, hashes, counts)
            else:
                add_features(data, start, stop, words, grams, ids, hashes, counts)
        count = close_text(words, grams, ids, hashes, counts)
        if not letters or not count:
            continue
        average(ids, count, layers.vectors, hidden)
        score(hidden, layers, scores)
        _choose_labels(scores, groups, fitting[scripts[text]], sums, labels[text], chances[text])


@kernel
def count_scripts(  # noqa: PLR0917 - compiled functions take arguments by position
    data: Bytes,
    offsets: Offsets,
    scripts: NDArray[np.uint8],
    forms: NDArray[np.uint8],
    most_chars: int,
    count: int,
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The scripts and the Han forms of what `identify` reads of each text, (n, count) and (n, 3), markup left out."""
    tally, han = np.zeros((len(offsets) - 1, count), np.int32), np.zeros((len(offsets) - 1, 3), np.int32)
    points, kept = np.empty(most_chars + _WINDOWS, np.uint32), np.empty(most_chars + _WINDOWS, np.uint32)
    windows = np.empty((_WINDOWS, 2), np.int64)
    for text in range(len(offsets) - 1):
        for window in range(choose_windows(data, offsets[text], offsets[text + 1], most_chars, windows)):
            decoded = points[: decode(data, windows[window, 0], windows[window, 1], points)]
            for point in kept[: outside_markup(decoded, kept, len(decoded))]:
                tally[text, scripts[point]] += 1
                han[text, forms[point]] += 1
    return tally, han


@kernel
def choose_windows(data: Bytes, start: int, stop: int, most_chars: int, windows: NDArray[np.int64]) -> int:
    """Write where to read a text to `windows`: all of it, or a third of `most_chars` in the middle of each third.

    Headings, menus and licences stand at the ends of documents, and often in another language. Returns how many
    windows there are.
    """
    if _forward(data, start, stop, most_chars) == stop:
        windows[0] = start, stop
        return 1
    part = most_chars // _WINDOWS
    for window in range(_WINDOWS):
        at = start + (2 * window + 1) * (stop - start) // (2 * _WINDOWS)
        for _ in range(part // 2):
            at -= at > start
            while data[at] & 0xC0 == 0x80:
                at -= 1
        while data[at] & 0xC0 == 0x80:  # a continuation byte: back to the beginning of its character
            at -= 1
        windows[window] = at, _forward(data, at, stop, part)
    return _WINDOWS


@kernel
def _forward(data: Bytes, start: int, stop: int, chars: int) -> int:
    """Find the place `chars` characters after `start`, or `stop` if that comes before."""
    at = start
    while at < stop and chars > 0:
        at += 1
        while at < stop and data[at] & 0xC0 == 0x80:
            at += 1
        chars -= 1
    return at


@kernel
def _has_letter(points: Points, classes: NDArray[np.uint8]) -> bool:
    for point in points:
        kind = classes[point]
        if kind in (LETTER, UPPER):
            return True
    return False


@kernel
def respell(points: Points, spelling: Points, spelt: Bytes) -> int:
    """Write the UTF-8 of a text to `spelt`, in another spelling if there is one; returns how many bytes."""
    at = 0
    for point in points:
        new = spelling[point] if len(spelling) else point
        if new == SKIP and len(spelling):
            continue
        if new == GAP and len(spelling):
            new = np.uint32(32)
        if new < 0x80:
            spelt[at] = new
            at += 1
            continue
        # UTF-8 by hand (RFC 3629), since compiled code has no encoder: a lead byte and one to three that follow.
        extra = 1 if new < 0x800 else 2 if new < 0x10000 else 3
        lead = (0xC0, 0xE0, 0xF0)[extra - 1]
        spelt[at] = lead | new >> 6 * extra
        for more in range(1, extra + 1):
            spelt[at + more] = 0x80 | new >> 6 * (extra - more) & 0x3F
        at += extra + 1
    return at


@kernel
def respell_all(data: Bytes, offsets: Offsets, spelling: Points) -> tuple[Bytes, Offsets]:
    """Write texts in another spelling, without markup."""
    room = longest(offsets)
    points, kept, spelt = np.empty(room, np.uint32), np.empty(room, np.uint32), np.empty(4 * room, np.uint8)
    new, places = np.empty(2 * len(data), np.uint8), np.zeros(len(offsets), np.int64)
    for text in range(len(offsets) - 1):
        decoded = points[: decode(data, offsets[text], offsets[text + 1], points)]
        size = respell(kept[: outside_markup(decoded, kept, len(decoded))], spelling, spelt)
        at = places[text]
        for byte in range(size):
            new[at + byte] = spelt[byte]
        places[text + 1] = at + size
    return new[: places[-1]], places


@kernel
def _choose_labels(  # noqa: PLR0917 - compiled functions take arguments by position
    scores: NDArray[np.float32],
    groups: NDArray[np.int32],
    fitting: NDArray[np.bool_],
    sums: NDArray[np.float32],
    labels: NDArray[np.int32],
    chances: NDArray[np.float32],
) -> None:
    """Write the likeliest labels of one text; of equals, the first."""
    sums[:] = 0
    named, nameless, unfitting = np.float32(0), np.float32(0), np.float32(0)
    for output in range(len(scores)):
        if not fitting[output]:
            unfitting += scores[output]
        elif groups[output] < 0:
            nameless += scores[output]
        else:
            sums[groups[output]] += scores[output]
            named += scores[output]
    # More likely in a language that has no label of ours than in any that has.
    if nameless > named or named <= 0:
        return
    if nameless + unfitting > 0:
        for label in range(len(sums)):
            sums[label] *= 1 + (nameless + unfitting) / named
    for place in range(len(labels)):
        best = sums.argmax()
        # Rounded, since the last digits may differ from one processor to the next.
        chance = np.round(min(sums[best], np.float32(1)) * 10_000) / 10_000
        if chance <= 0:
            return
        labels[place], chances[place] = best, chance
        sums[best] = 0
