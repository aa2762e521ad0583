"""A first look at many texts at once, so that what is whole, and nearly all is, costs next to nothing.

A text that it finds whole is what `clean_text` would return, white space around it aside.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import TypeVar

import numpy as np
import pyarrow as pa
from ftfy.chardata import CHARMAP_ENCODINGS
from numpy.typing import NDArray

from emma.collect.records import CleanDocument, RawDocument, Reject
from emma.collect.text.clean import CLEAN, fix_mojibake
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

BATCH_TEXTS, BATCH_CHARS = 512, 1_000_000
"""Texts that are looked at together, at most; a text that is longer comes last in its batch."""
MIN_CHARS = 10_000
"""Characters from which looking at texts together is quicker than one by one."""
PLANES = (range(0x20000), range(0x2F800, 0x2FA20))
"""Code points that NFC may change; no others have a decomposition or a combining class."""
Item = TypeVar("Item", bound=RawDocument | CleanDocument | Reject)
Surveyed = tuple[Item, Evidence | None, Evidence | None]
"""A document, and for both of its texts what `written_evidence` says of the script; None where that is not known, or
where the text needs repair."""


def survey_documents(documents: Iterable[Item]) -> Iterator[Surveyed[Item]]:
    """Look at the texts of documents in batches, as far as there are enough; rejects pass, and the order stays."""
    batch: list[Item] = []
    chars = 0
    for document in documents:
        batch.append(document)
        if not isinstance(document, Reject):
            chars += len(document.text) + len(document.text2 or "")
        # By characters too, so that a file of books needs no more memory than one of lines.
        if chars >= BATCH_CHARS or len(batch) >= BATCH_TEXTS:
            yield from _survey_batch(batch)
            batch, chars = [], 0
    yield from _survey_batch(batch) if chars >= MIN_CHARS else ((document, None, None) for document in batch)


def _survey_batch(batch: Sequence[Item]) -> Iterator[Surveyed[Item]]:
    documents = [item for item in batch if not isinstance(item, Reject)]
    first = iter(find_evidence([document.text for document in documents]))
    second = iter(find_evidence([document.text2 for document in documents if document.text2 is not None]))
    for item in batch:
        if isinstance(item, Reject):
            yield item, None, None
        else:
            yield item, next(first), None if item.text2 is None else next(second)


def find_evidence(texts: list[str]) -> list[Evidence | None]:
    """Find `written_evidence` of the first SAMPLE_CHARS letters of each text; None where repair changes it."""
    if not texts:
        return []
    try:
        data, offsets = buffers(pa.array(texts, pa.large_string()))
    except UnicodeEncodeError:  # a lone surrogate somewhere
        return [None] if len(texts) == 1 else [evidence for text in texts for evidence in find_evidence([text])]
    doubts, tally, forms = kernel.survey_texts(data, offsets, code_point_table(), len(SCRIPT_CODES), SAMPLE_CHARS)
    rows = zip(texts, doubts.tolist(), count_evidence(tally, forms), strict=True)
    return [None if doubt and needs_repair(text, doubt) else evidence for text, doubt, evidence in rows]


def needs_repair(text: str, doubt: int) -> bool:
    """Whether a text that the kernel doubts is changed by repair."""
    if doubt & kernel.FAULT or (doubt & kernel.MAY_FOLLOW and fix_mojibake(text) is not None):
        return True
    return bool(doubt & kernel.UNSURE) and not unicodedata.is_normalized("NFC", text)


def count_evidence(tally: NDArray[np.int32], forms: NDArray[np.int32]) -> list[Evidence]:
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
def code_point_table() -> NDArray[np.uint32]:
    """The table of code points that the kernel reads: script, Han form, combining class and doubts in one number."""
    table = script_table().astype(np.uint32) | han_forms().astype(np.uint32) << kernel.FORM
    table[[point for point in range(0x10000) if not CLEAN.fullmatch(chr(point))]] |= kernel.FAULT
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
