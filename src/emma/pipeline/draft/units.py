"""What a document is in files of plain text: the file, a paragraph between empty lines, or a line."""

import re
from collections.abc import Sequence
from statistics import median

from emma.pipeline.draft.places import Place, PlaceFile, head_of
from emma.pipeline.draft.rows import decode_head

MAX_LOOKED = 12
"""Files that are looked at."""
BOOK_BYTES = 1_000_000
"""Bytes of a file from which blocks between empty lines are taken for documents."""
MIN_LINES, MIN_LINE_CHARS, MAX_WRAPPED = 20, 25, 100
"""Lines of a file of sentences, the characters of most of them, and those that a line broken to a page has at most."""


def find_unit(place: Place, files: Sequence[PlaceFile]) -> str:
    """The value of the option `unit`: what most of the files looked at are made of."""
    step = -(-len(files) // MAX_LOOKED)
    units = [_unit_of(decode_head(head_of(place, file)), file.size) for file in files[::step]]
    return max(("document", "paragraph", "line"), key=units.count)


def _unit_of(text: str, size: int) -> str:
    lines = text.splitlines()
    filled = [line.strip() for line in lines if line.strip()]
    if len(filled) < MIN_LINES:
        return "document"
    if len(filled) < len(lines[: len(lines) - 1]) * 0.98:  # there are empty lines in it
        return "paragraph" if size >= BOOK_BYTES else "document"
    return "line" if median(map(len, filled)) >= MIN_LINE_CHARS and not _is_wrapped(filled) else "document"


def _is_wrapped(lines: Sequence[str]) -> bool:
    """Whether lines were broken to fit a page: nearly all are as long as the longest, and end in no full stop."""
    longest = sorted(map(len, lines))[int(0.95 * len(lines))]
    if longest > MAX_WRAPPED:
        return False
    full = sum(len(line) > 0.8 * longest for line in lines)
    stopped = sum(bool(re.search(r"\W$", line)) for line in lines)
    return full > 0.6 * len(lines) and stopped < 0.5 * len(lines)
