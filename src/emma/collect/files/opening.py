"""From a piece to the input files in it: opened, decompressed, out of their archives, at the line where it starts."""

import io
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import IO

from emma.collect.config import SourceConfig
from emma.collect.files import archives, hub, remote
from emma.collect.files.binary import LOOKED_AT, is_tar, is_zip, recognised
from emma.collect.files.compression import BEGINNINGS, compression, decompress
from emma.collect.files.inputs import PAIRED
from emma.collect.files.pieces import Part, Piece
from emma.collect.files.streams import DAMAGE, InputFile, in_words, skip_line, with_line_feeds
from emma.collect.text.encodings import MARKS, SAMPLE, as_utf8, has_controls, is_wide
from emma.collect.unit import Bad

BINARY = frozenset({"parquet", "huggingface", "warc", "epub"})
"""Readers of formats that are not text."""
OF_LINES = frozenset({"csv", "jsonl", "moses", "conllu"})
"""Readers that take line after line, which only UTF-8 can be cut into."""
CUT_UP = frozenset({"gettext", "text"})
"""Others to which lines matter."""


def open_piece(piece: Piece, source: SourceConfig, max_row_bytes: int) -> Iterator[InputFile | Bad]:
    """The files of a piece, or the members of the archive that it is; each is to be read before the next."""
    try:
        with ExitStack() as stack:
            file, *others = [_open(stack, part, piece, source, max_row_bytes) for part in piece.parts]
            if source.member is not None:
                yield from _members(file, source, source.member)
                return
            file.beside = tuple(others)
            if not isinstance(found := as_text(file, source), Bad):
                file.beside = tuple(_from_line(each, file.row) for each in others)
            if not (isinstance(found, Bad) and file.row):  # said once, however many ranges the file has
                yield found
    except DAMAGE as error:
        yield Bad(0, "broken file", in_words(error))


def _members(archive: InputFile, source: SourceConfig, pattern: str) -> Iterator[InputFile | Bad]:
    read = archives.pairs if source.reader == PAIRED else archives.members
    try:
        for member in read(archive, pattern):
            if isinstance(member, Bad):
                yield member
            else:
                found = as_text(member, source)
                yield replace(found, file=member.name) if isinstance(found, Bad) else found
    except DAMAGE as error:
        yield Bad(0, "broken file", in_words(error), unread=archive.unread())


def _open(stack: ExitStack, part: Part, piece: Piece, source: SourceConfig, max_row_bytes: int) -> InputFile:
    if hub.is_hub(part.location):
        return InputFile(part.name, io.BytesIO(), max_row_bytes, location=part.location)
    stream = stack.enter_context(remote.opened(part.location))
    file = InputFile(part.name, stream, max_row_bytes, row=part.row, location=part.location)
    begin = _begin(file, part.start)
    if piece.stop is not None and part is piece.parts[0]:
        file.left = max(0, piece.stop - begin)
    name = part.name if source.member is None else as_it_begins(stream, part.name)
    file.stream = stack.enter_context(decompress(stream, name))
    if is_wide(source.encoding):
        file.stream = as_utf8(file.stream, str(source.encoding))
    elif source.encoding != "utf-8":
        file.encoding = source.encoding
    return file


def as_it_begins(stream: IO[bytes], name: str) -> str:
    """The name of an archive as it should be by its first bytes, where these are of another kind than it says."""
    if not compression(name) or not isinstance(stream, io.BufferedReader):
        return name
    head = stream.peek(LOOKED_AT)[:LOOKED_AT]
    if is_tar(head) or is_zip(head):
        return "archive"
    return next((f"archive{suffix}" for sign, suffix in BEGINNINGS if head.startswith(sign)), name)


def as_text(file: InputFile, source: SourceConfig) -> InputFile | Bad:
    """The file, for readers of lines in UTF-8 whatever its byte-order mark; a Bad where it is no text at all."""
    if source.reader in BINARY:
        return file
    if what := recognised(file.sample()):
        return Bad(0, "not text", f"{file.name.rsplit('/', 1)[-1]} is {what}", file.sample(), unread=file.unread())
    bad = [found for each in file.beside if isinstance(found := as_text(each, source), Bad)]
    if bad:
        return bad[0]
    if source.reader in OF_LINES and source.encoding is None:
        name = next((name for mark, name in MARKS if file.sample().startswith(mark)), None)
        if name and is_wide(name):
            replace_stream(file, as_utf8(file.stream, name))
    if source.reader in OF_LINES | CUT_UP and file.left is None and has_returns_alone(file.sample()):
        replace_stream(file, with_line_feeds(file.stream))
    return file


def replace_stream(file: InputFile, stream: IO[bytes]) -> None:
    """Read a file otherwise from its beginning on, its sample as well."""
    file.stream, file.head = stream, None


def has_returns_alone(sample: bytes) -> bool:
    """Whether lines end with carriage returns alone; in UTF-16, full of control bytes, they may be parts of letters."""
    return b"\r" in sample.rstrip() and b"\n" not in sample.rstrip() and not has_controls(sample)


def _begin(file: InputFile, start: int) -> int:
    """Move to the first line that begins at byte `start` or later; where that is."""
    if not start:
        return 0
    file.head = file.stream.read(SAMPLE)
    file.stream.seek(start - 1)
    return start - 1 + skip_line(file.stream)


def _from_line(file: InputFile, row: int) -> InputFile:
    """The file with its stream after line `row`."""
    while file.row < row and skip_line(file.stream):
        file.row += 1
    return file
