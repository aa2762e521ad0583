"""Files wherever they lie: on this machine as ever; behind a protocol (`s3://`, `hf://`, `https://`) through fsspec.

Credentials and endpoints come from fsspec's own configuration and the environment, never from a recipe. What goes
wrong on the way stops the run: it says nothing about the file, so it must not become a reject.
"""

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from emma.collect.files.escaping import unescaped
from emma.config.extras import need
from emma.errors import EmmaError, SourceError

SIGNS = ("ETag", "etag", "md5", "md5Hash", "checksum", "sha256", "blob_id", "crc32c", "Content-MD5", "Digest")
"""What file systems call a mark of the content, the best first; without one, size and time stand for it."""
TIMES = ("LastModified", "Last-Modified", "last_modified", "mtime", "updated", "created")
BUFFER, BLOCK = 1 << 20, 8 << 20
"""Bytes read at a time from memory, and from the server."""


def is_remote(path: str) -> bool:
    """Whether a path names a protocol."""
    return "://" in path


def found(pattern: str) -> list[tuple[str, str, int, str]]:
    """Name, address, size and mark of the content of each file that matches, by name. Raises SourceError."""
    with _told(pattern):
        system, inner = _system(pattern)
        system.invalidate_cache()
        infos = system.glob(inner, detail=True) if _is_glob(inner) else {inner: system.info(inner)}
        files = [(path, info) for path, info in sorted(infos.items()) if info.get("type", "file") == "file"]
        return [_facts(system, path, info) for path, info in files]


def _is_glob(pattern: str) -> bool:
    return any(sign in pattern for sign in "*?[")


def _system(address: str) -> tuple[Any, str]:
    fsspec = need("fsspec", "s3")
    system, inner = fsspec.core.url_to_fs(address)
    return system, inner


def _facts(system: Any, path: str, info: Mapping[str, Any]) -> tuple[str, str, int, str]:
    address = system.unstrip_protocol(path)
    return address.split("://", 1)[1], address, int(info.get("size") or 0), mark(address, info)


def mark(address: str, info: Mapping[str, Any]) -> str:
    """What tells one version of a file from another, as hexadecimal digits. SourceError if there is nothing."""
    facts = {name: str(info[name]) for name in SIGNS if info.get(name)}
    facts = facts or {name: str(info[name]) for name in TIMES if info.get(name)}
    if not facts:
        raise SourceError(
            f"{address}: the server says neither a checksum nor a time of change, so a changed file would go "
            "unnoticed. Download it and give its local path."
        )
    return sha256(json.dumps([facts, info.get("size")], sort_keys=True).encode()).hexdigest()


@contextmanager
def opened(location: str) -> Iterator[IO[bytes]]:
    """The bytes of a file, given by its path or address."""
    if not is_remote(location):
        with Path(unescaped(location)).open("rb", BUFFER) as file:
            yield file
        return
    with _told(location):
        system, inner = _system(location)
        content = system.open(inner, "rb", block_size=BLOCK)
    with content, io.BufferedReader(_Told(content, location), BUFFER) as stream:
        yield stream


class _Told(io.RawIOBase):
    """A remote file whose failures are SourceErrors."""

    def __init__(self, content: Any, address: str) -> None:
        self._content, self._address = content, address

    def readable(self) -> bool:
        """True."""
        return True

    def seekable(self) -> bool:
        """Whether the file system can read from any place."""
        return bool(self._content.seekable())

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to another place."""
        with _told(self._address):
            return int(self._content.seek(offset, whence))

    def tell(self) -> int:
        """The place."""
        return int(self._content.tell())

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill `buffer`; 0 at the end."""
        with _told(self._address):
            piece = self._content.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


@contextmanager
def _told(address: str) -> Iterator[None]:
    """Any failure as a SourceError with the address; a package that is missing as need() says it."""
    try:
        yield
    except EmmaError:
        raise
    except FileNotFoundError:
        raise SourceError(f"{address} does not exist. Correct `path` in the recipe.") from None
    except ImportError as error:
        raise SourceError(f"{address} cannot be opened: {error}. Install that package, or EMMA's extra 's3'.") from None
    except Exception as error:
        raise SourceError(
            f"{address} could not be read ({type(error).__name__}: {error}). Check the address, the network and the "
            "credentials in your environment; what is done is kept, so the same command goes on where it stopped."
        ) from error
