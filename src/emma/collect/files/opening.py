"""Open the input files of a range: decompressed, out of their archives, at the line where it starts."""

import io
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import IO

from emma.collect.config import PAIR_READER, SourceConfig
from emma.collect.files.archives import read_member_pairs, read_members
from emma.collect.files.binary import SIGNATURE_BYTES, is_tar, is_zip, recognise_binary
from emma.collect.files.compression import MAGIC_BYTES, compression_suffix, decompress
from emma.collect.files.datasets import is_on_hub
from emma.collect.files.locations import open_location
from emma.collect.files.ranges import FileRange, RangePart
from emma.collect.files.streams import DAMAGE_ERRORS, InputFile, describe_error, skip_line, with_line_feeds
from emma.collect.readers.registry import find_reader
from emma.collect.records import Reject
from emma.collect.text.encodings import BYTE_ORDER_MARKS, SAMPLE_BYTES, has_controls, is_wide, recode_to_utf8

LINE_ENDS_MATTER = frozenset({"gettext", "text"})
"""Readers for which lines may end with carriage returns alone, beside those that read lines."""


def open_range(files: FileRange, source: SourceConfig, max_row_bytes: int) -> Iterator[InputFile | Reject]:
    """Open the files of a range, or the members of the archive that it is; each is to be read before the next."""
    try:
        with ExitStack() as stack:
            file, *companions = [_open_part(stack, part, files, source, max_row_bytes) for part in files.parts]
            if source.member is not None:
                yield from _open_members(file, source, source.member)
                return
            file.companions = tuple(companions)
            checked = check_text(file, source)
            if not isinstance(checked, Reject):
                file.companions = tuple(_skip_to_row(companion, file.row) for companion in companions)
            if not (isinstance(checked, Reject) and file.row):  # said once, however many ranges the file has
                yield checked
    except DAMAGE_ERRORS as error:
        yield Reject(0, "broken file", describe_error(error))


def _open_members(archive: InputFile, source: SourceConfig, pattern: str) -> Iterator[InputFile | Reject]:
    read = read_member_pairs if source.reader == PAIR_READER else read_members
    try:
        for member in read(archive, pattern):
            if isinstance(member, Reject):
                yield member
            else:
                checked = check_text(member, source)
                yield replace(checked, file=member.name) if isinstance(checked, Reject) else checked
    except DAMAGE_ERRORS as error:
        yield Reject(0, "broken file", describe_error(error), unread=archive.count_unread())


def _open_part(
    stack: ExitStack, part: RangePart, files: FileRange, source: SourceConfig, max_row_bytes: int
) -> InputFile:
    """Open one file, at the first line that begins in its range."""
    if is_on_hub(part.location):
        # the library `datasets` opens shards of the hub by itself, from their location
        return InputFile(part.name, io.BytesIO(), max_row_bytes, location=part.location)
    stream = stack.enter_context(open_location(part.location))
    file = InputFile(part.name, stream, max_row_bytes, row=part.row, location=part.location)
    begin = _skip_to_line_start(file, part.start)
    if files.stop is not None and part is files.parts[0]:
        file.left = max(0, files.stop - begin)
    name = part.name if source.member is None else name_by_content(stream, part.name)
    file.stream = stack.enter_context(decompress(stream, name))
    if is_wide(source.encoding):
        file.stream = recode_to_utf8(file.stream, str(source.encoding))
    elif source.encoding != "utf-8":
        file.encoding = source.encoding
    return file


def name_by_content(stream: IO[bytes], name: str) -> str:
    """Name an archive as its first bytes tell, where these are of another kind than its name says."""
    if not compression_suffix(name) or not isinstance(stream, io.BufferedReader):
        return name
    head = stream.peek(SIGNATURE_BYTES)[:SIGNATURE_BYTES]
    if is_tar(head) or is_zip(head):
        return "archive"
    return next((f"archive{suffix}" for sign, suffix in MAGIC_BYTES if head.startswith(sign)), name)


def check_text(file: InputFile, source: SourceConfig) -> InputFile | Reject:
    """The file, for readers of lines in UTF-8 whatever its byte-order mark; a reject where it is no text at all."""
    reader = find_reader(source)
    if reader.is_binary:
        return file
    if what := recognise_binary(file.read_sample()):
        return Reject(
            0, "not text", f"{file.name.rsplit('/', 1)[-1]} is {what}", file.read_sample(), unread=file.count_unread()
        )
    for companion in file.companions:
        if isinstance(rejected := check_text(companion, source), Reject):
            return rejected
    if reader.reads_lines and source.encoding is None:
        name = next((name for mark, name in BYTE_ORDER_MARKS if file.read_sample().startswith(mark)), None)
        if name and is_wide(name):
            replace_stream(file, recode_to_utf8(file.stream, name))
    are_lines = reader.reads_lines or source.reader in LINE_ENDS_MATTER
    if are_lines and file.left is None and has_bare_returns(file.read_sample()):
        replace_stream(file, with_line_feeds(file.stream))
    return file


def replace_stream(file: InputFile, stream: IO[bytes]) -> None:
    """Read a file otherwise from its beginning on, its sample as well."""
    file.stream, file.head = stream, None


def has_bare_returns(sample: bytes) -> bool:
    """Whether lines end with carriage returns alone; in UTF-16, full of control bytes, they may be parts of letters."""
    return b"\r" in sample.rstrip() and b"\n" not in sample.rstrip() and not has_controls(sample)


def _skip_to_line_start(file: InputFile, start: int) -> int:
    """Go to the first line that begins at byte `start` or later; returns where that is."""
    if not start:
        return 0
    file.head = file.stream.read(SAMPLE_BYTES)
    file.stream.seek(start - 1)  # one byte before, so that a line which begins at `start` itself is not skipped
    return start - 1 + skip_line(file.stream)


def _skip_to_row(file: InputFile, row: int) -> InputFile:
    """Go to the end of line `row`."""
    while file.row < row and skip_line(file.stream):
        file.row += 1
    return file
