"""A first look at many texts at once, so that what is whole, and nearly all is, costs next to nothing.

Of a text that it finds whole, `repair(mend(text) or text)` is the text itself, white space around it aside.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain
from typing import TypeVar

import numpy as np
import pyarrow as pa
from ftfy.chardata import CHARMAP_ENCODINGS
from numpy.typing import NDArray

from emma.collect.records import RawDocument, Reject
from emma.collect.text.clean import SOUND, mend
from emma.kernels import letters as kernel
from emma.kernels.text import buffers
from emma.lang.codes import SAMPLE_CHARS
from emma.lang.scripts import (
    NO_SCRIPT,
    SCRIPT_CODES,
    Evidence,
    han_forms,
    script_table,
    unicode_scripts,
    written_scripts,
)

BATCH, BATCH_CHARS = 512, 1_000_000
"""Texts that are looked at together, at most; a text that is longer comes last in its batch."""
ENOUGH = 10_000
"""Characters from which looking at them together is quicker than one by one."""
AnyUnit = TypeVar("AnyUnit", bound=RawDocument | Reject)
PLANES = (range(0x20000), range(0x2F800, 0x2FA20))
"""Code points that NFC may change; no others have a decomposition or a combining class."""


def surveyed(units: Iterable[AnyUnit]) -> Iterator[AnyUnit]:
    """The same, in order; units of whole texts know what script their characters are in."""
    batch: list[AnyUnit] = []
    chars = 0
    for unit in units:
        batch.append(unit)
        if isinstance(unit, RawDocument):
            chars += len(unit.text) + len(unit.text2 or "")
        if chars >= BATCH_CHARS or len(batch) >= BATCH:
            yield from _looked_at(batch)
            batch, chars = [], 0
    yield from _looked_at(batch) if chars >= ENOUGH else batch


def _looked_at(batch: list[AnyUnit]) -> list[AnyUnit]:
    units = [each for each in batch if isinstance(each, RawDocument)]
    for unit, seen in zip(units, look([unit.text for unit in units]), strict=True):
        unit.seen = seen
    if pairs := [unit for unit in units if unit.text2 is not None]:
        for unit, seen in zip(pairs, look([unit.text2 or "" for unit in pairs]), strict=True):
            unit.seen2 = seen
    return batch


def look(texts: list[str]) -> list[Evidence | None]:
    """Of each text, what `written_evidence` says of its first SAMPLE letters; None where mending changes it."""
    try:
        data, offsets = buffers(pa.array(texts, pa.large_string()))
    except UnicodeEncodeError:  # a lone surrogate somewhere
        return [None] if len(texts) == 1 else [found for text in texts for found in look([text])]
    doubts, tally, forms = kernel.survey_texts(data, offsets, cells(), len(SCRIPT_CODES), SAMPLE_CHARS)
    found = zip(texts, doubts.tolist(), evidences(tally, forms), strict=True)
    return [None if doubt and needs_mending(text, doubt) else seen for text, doubt, seen in found]


def needs_mending(text: str, doubt: int) -> bool:
    """Whether a doubt is right."""
    if doubt & kernel.FAULT or (doubt & kernel.MAY_FOLLOW and mend(text) is not None):
        return True
    return bool(doubt & kernel.UNSURE) and not unicodedata.is_normalized("NFC", text)


def evidences(tally: NDArray[np.int32], forms: NDArray[np.int32]) -> list[Evidence]:
    """`written_evidence` of many texts, from their counts."""
    written = written_scripts(tally, forms[:, 1], forms[:, 2])
    totals = tally[:, len(NO_SCRIPT) :].sum(axis=1)
    covered = np.zeros(len(tally), np.int64)
    for script in np.unique(written):
        columns = [SCRIPT_CODES.index(code) for code in unicode_scripts(str(script)) if code not in NO_SCRIPT]
        rows = written == script
        covered[rows] = tally[rows][:, columns].sum(axis=1)
    return list(zip(written.tolist(), (covered / np.maximum(totals, 1)).tolist(), totals.tolist(), strict=True))


@lru_cache(maxsize=1)
def cells() -> NDArray[np.uint32]:
    """What the kernel needs to know of every code point."""
    table = script_table().astype(np.uint32) | han_forms().astype(np.uint32) << kernel.FORM
    table[[point for point in range(0x10000) if not SOUND.fullmatch(chr(point))]] |= kernel.FAULT
    for bit, low, high in ((kernel.MAY_BEGIN, 0xC2, 0xF5), (kernel.MAY_FOLLOW, 0x80, 0xC0)):
        table[[ord(char) for encoding in CHARMAP_ENCODINGS for char in bytes(range(low, high)).decode(encoding)]] |= bit
    table[0xFFFD] |= kernel.MAY_FOLLOW  # stands for a byte that the encoding lacks
    for point in chain(*PLANES):
        char = chr(point)
        table[point] |= unicodedata.combining(char) << kernel.ORDER
        if not unicodedata.is_normalized("NFC", char):
            table[point] |= kernel.UNSURE
        if len(parts := unicodedata.decomposition(char).split()) == 2 and not parts[0].startswith("<"):
            table[int(parts[1], 16)] |= kernel.UNSURE  # after another character it may become this one
    table[0x1161:0x1176] |= kernel.UNSURE  # vowels and finals, which compose to Hangul syllables without any table
    table[0x11A8:0x11C3] |= kernel.UNSURE
    return table
