"""List and open files of sources, on this machine or behind a protocol (`s3://`, `hf://`, `https://`).

What goes wrong on the way to a remote file stops the run: it says nothing about the file, so it must not become a
reject.
"""

import io
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from emma.errors import EmmaError, SourceError
from emma.store.remote import filesystem, is_url

CHECKSUMS = ("ETag", "etag", "md5", "md5Hash", "checksum", "sha256", "blob_id", "crc32c", "Content-MD5", "Digest")
"""Names that file systems give to a mark of the content, the best first; without one, size and time stand for it."""
TIMES = ("LastModified", "Last-Modified", "last_modified", "mtime", "updated", "created")
BUFFER_BYTES, BLOCK_BYTES = 1 << 20, 8 << 20
"""Bytes read at a time from memory, and from the server."""
UNKNOWN_BYTES = 1_000_000_000
"""Size of a file of which nobody says it: enough for a task of its own."""
STAND_IN = "\ufffd"
_BYTE = re.compile("[\udc80-\udcff]")
_ESCAPED = re.compile(f"{STAND_IN}({STAND_IN}|[0-9A-F]{{2}})")


def escape_name(name: str) -> str:
    """Write a name as the file system or an archive gives it in valid Unicode, so that any table can hold it.

    Python holds a byte that is not UTF-8 as a lone surrogate, which no Parquet file and no terminal takes. Here it is
    U+FFFD and two hexadecimal digits; U+FFFD itself is doubled, so that no two names are escaped alike.
    """
    if name.isascii():
        return name
    doubled = name.replace(STAND_IN, STAND_IN * 2)
    return _BYTE.sub(lambda match: f"{STAND_IN}{ord(match[0]) - 0xDC00:02X}", doubled)


def unescape_name(name: str) -> str:
    """Restore the name that the file system has from what `escape_name` wrote."""
    if STAND_IN not in name:
        return name
    return _ESCAPED.sub(lambda match: STAND_IN if match[1] == STAND_IN else chr(0xDC00 + int(match[1], 16)), name)


@dataclass(frozen=True)
class SourceFile:
    """A file of a source, as it is listed."""

    name: str
    """Relative to the data folder, to the folder of the installed packages, to Python's library, or to its server."""
    location: str
    """Absolute path, escaped in valid Unicode, or URL."""
    bytes: int
    """UNKNOWN_BYTES where nobody says."""
    mark: str = ""
    """A mark of this version of the content, where it need not be read for one; else empty."""


def list_remote(pattern: str) -> list[SourceFile]:
    """List the files whose URLs match a glob, by name. Raises SourceError."""
    with _source_errors(pattern):
        files, inner = filesystem(pattern, SourceError)
        files.invalidate_cache()  # a file written since the last listing would go unnoticed
        infos = files.glob(inner, detail=True) if any(sign in inner for sign in "*?[") else {inner: files.info(inner)}
        facts = [(path, info) for path, info in sorted(infos.items()) if info.get("type", "file") == "file"]
        return [_make_remote_file(files.unstrip_protocol(path), info) for path, info in facts]


def _make_remote_file(url: str, info: Mapping[str, Any]) -> SourceFile:
    size = int(info.get("size") or UNKNOWN_BYTES)
    return SourceFile(url.split("://", 1)[1], url, size, content_mark(url, info))


def content_mark(url: str, info: Mapping[str, Any]) -> str:
    """Hash what a file system says of a file's version, as hexadecimal digits. SourceError if it says nothing."""
    facts = {name: str(info[name]) for name in CHECKSUMS if info.get(name)}
    facts = facts or {name: str(info[name]) for name in TIMES if info.get(name)}
    if not facts:
        raise SourceError(
            f"{url}: the server says neither a checksum nor a time of change, so a changed file would go "
            "unnoticed. Download it and give its local path."
        )
    # Part of the address of every task that reads the file: `json` with its spaces stays, or all would be read again.
    return sha256(json.dumps([facts, info.get("size")], sort_keys=True).encode()).hexdigest()


@contextmanager
def open_location(location: str) -> Iterator[IO[bytes]]:
    """Open a file for reading, given by its escaped path or its URL."""
    if not is_url(location):
        with Path(unescape_name(location)).open("rb", BUFFER_BYTES) as file:
            yield file
        return
    with _source_errors(location):
        files, inner = filesystem(location, SourceError)
        content = files.open(inner, "rb", block_size=BLOCK_BYTES)
    with content, io.BufferedReader(_RemoteStream(content, location), BUFFER_BYTES) as stream:
        yield stream


class _RemoteStream(io.RawIOBase):
    """A remote file whose failures are SourceErrors."""

    def __init__(self, content: IO[bytes], url: str) -> None:
        self._content, self._url = content, url

    def readable(self) -> bool:
        """True."""
        return True

    def seekable(self) -> bool:
        """Whether the file system can read from any place."""
        return bool(self._content.seekable())

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to another place."""
        with _source_errors(self._url):
            return int(self._content.seek(offset, whence))

    def tell(self) -> int:
        """The place."""
        return int(self._content.tell())

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill `buffer`; 0 at the end."""
        with _source_errors(self._url):
            piece = self._content.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


@contextmanager
def _source_errors(url: str) -> Iterator[None]:
    """Turn any failure into a SourceError with the URL: the libraries behind fsspec raise errors of their own."""
    try:
        yield
    except EmmaError:
        raise
    except FileNotFoundError:
        raise SourceError(f"{url} does not exist. Correct `path` in the recipe.") from None
    except Exception as error:
        raise SourceError(
            f"{url} could not be read ({type(error).__name__}: {error}). Check the address, the network and the "
            "credentials in your environment; what is done is kept, so the same command goes on where it stopped."
        ) from error
