"""An object store behind the local one: S3, or whatever else fsspec speaks.

Nothing is ever renamed there. An artifact exists once its manifest does, and the manifest is the last file to be
written, so an upload that was killed is invisible. Folders are named by URL (`s3://bucket/prefix/collect/<key>`).
"""

import errno
import os
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from emma.config.extras import need
from emma.errors import ArtifactError, ExtraError
from emma.store.address import file_digest
from emma.store.files import join_inside

WAITS_S = (0.5, 2.0, 8.0)
"""Seconds before each further try; the library behind the URL has usually tried several times by then."""
AT_ONCE = 16
"""Transfers at a time: the latency of an object store is long, its bandwidth wide."""
SMALL_BYTES = 4_000_000
"""Larger files are sent one after the other: libraries hold what they send."""
OPTIONS: Mapping[str, Mapping[str, Any]] = {"s3": {"max_concurrency": 2}}
"""Settings of file systems: S3's would hold ten pieces of 50 MB of each file."""
REFUSED = ("NoCredentialsError", "PartialCredentialsError", "TokenRetrievalError")
"""What libraries raise without credentials; where there are wrong ones it is PermissionError."""

T = TypeVar("T")


def join(url: str | None, *names: str) -> str | None:
    """A folder or file below `url`; None stays None: no object store."""
    return None if url is None else "/".join([url.rstrip("/"), *names])


def above(url: str | None, levels: int) -> str | None:
    """The folder so many levels up."""
    return None if url is None else url.rsplit("/", levels)[0]


def read(url: str) -> bytes | None:
    """A small file, or None where there is none. Raises ArtifactError when the store does not answer."""
    try:
        content: bytes = _try(url, lambda files, path: files.cat_file(path))
    except FileNotFoundError:
        return None
    return content


def read_many(urls: Iterable[str]) -> dict[str, bytes]:
    """Those of many small files that exist."""
    wanted = list(urls)
    found = each_at_once(read, wanted)
    return {url: content for url, content in zip(wanted, found, strict=True) if content is not None}


def names(url: str) -> set[str]:
    """What stands directly below a folder; nothing where there is none."""
    try:
        paths = _try(url, lambda files, path: files.ls(path, detail=False, refresh=True))
    except FileNotFoundError:
        return set()
    return {path.rstrip("/").rsplit("/", 1)[-1] for path in paths}


def write(url: str, content: bytes) -> None:
    """Write a small file."""
    _sent(url, lambda files, path: files.pipe_file(path, content))


def upload(source: Path, url: str) -> None:
    """Copy a file there."""
    _sent(url, lambda files, path: files.put_file(str(source), path))


def upload_all(folder: Path, names: Iterable[str], url: str) -> None:
    """Copy some files of a folder there."""
    small, large = list[str](), list[str]()
    for name in sorted(names):
        (small if join_inside(folder, name, "What is to be sent").stat().st_size <= SMALL_BYTES else large).append(name)
    each_at_once(upload, [folder / name for name in small], [f"{url}/{name}" for name in small])
    for name in large:
        upload(folder / name, f"{url}/{name}")


def fetch(url: str, to: Path, facts: Mapping[str, Any]) -> None:
    """Copy a file here, under another name until it is whole.

    Raises ArtifactError when it is missing there or is not what its manifest says (`bytes`, `sha256`).
    """
    to.parent.mkdir(parents=True, exist_ok=True)
    temporary = to.with_name(f"{to.name}.{os.getpid()}.tmp")
    try:
        _try(url, lambda files, path: files.get_file(path, str(temporary)))
        check(url, temporary, facts)
        temporary.replace(to)
    except FileNotFoundError:
        raise ArtifactError(f"{url} is missing. {_again(url)}") from None
    finally:
        temporary.unlink(missing_ok=True)


def check(url: str, path: Path, facts: Mapping[str, Any]) -> None:
    """ArtifactError when what came from `url` is not what was sent."""
    if (size := path.stat().st_size) != facts["bytes"]:
        raise ArtifactError(f"{url} has {size} bytes, its manifest says {facts['bytes']}. {_again(url)}")
    if facts.get("sha256") not in (None, file_digest(path)):
        raise ArtifactError(f"{url} is damaged: its SHA-256 is not what its manifest says. {_again(url)}")


def each_at_once(function: Callable[..., T], *arguments: Iterable[Any]) -> list[T]:
    """`map` with AT_ONCE threads, for functions that wait for the network; the first error is raised."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(function, *arguments))


def _sent(url: str, action: Callable[[Any, str], object]) -> None:
    try:
        _try(url, action)
    except FileNotFoundError as error:  # of S3: the bucket
        raise ArtifactError(f"{url} cannot be written: {error}. Create the bucket, or correct --store.") from None


def _try(url: str, action: Callable[[Any, str], T]) -> T:
    """Do it, and again while the trouble looks passing. FileNotFoundError is an answer and not trouble."""
    files, path = filesystem(url)
    for wait in (*WAITS_S, None):
        try:
            return action(files, path)
        except FileNotFoundError:
            raise
        except Exception as error:  # whatever the library behind the URL raises
            if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EROFS}:
                raise  # this machine's own disk
            if isinstance(error, PermissionError) or type(error).__name__ in REFUSED:
                raise _refused(url, error) from None
            if wait is None:
                raise ArtifactError(
                    f"{url} cannot be reached ({type(error).__name__}: {error}). Nothing finished is lost: "
                    "check --store and the network, and run the same command again."
                ) from error
            time.sleep(wait)
    raise AssertionError("unreachable")


def _refused(url: str, error: Exception) -> ArtifactError:
    return ArtifactError(
        f"The object store refused {url} ({type(error).__name__}: {error}). Give credentials as its own tools take "
        "them (for S3: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile) with the right to list, read and "
        "write."
    )


def _again(url: str) -> str:
    return f"Delete the folder {url.rsplit('/', 1)[0]} there and run again to rebuild it."


def filesystem(url: str) -> tuple[Any, str]:
    """The fsspec file system of a URL, and the path in it.

    Raises ExtraError or ArtifactError when nothing is installed that speaks it.
    """
    protocol, _, path = url.partition("://")
    return _filesystem(protocol), path


@lru_cache
def _filesystem(protocol: str) -> Any:
    fsspec = need("fsspec", "s3")
    if protocol == "s3":
        need("s3fs", "s3")
    try:
        return fsspec.filesystem(protocol, **OPTIONS.get(protocol, {}))
    except ImportError as error:
        raise ExtraError(f"--store {protocol}://… needs a package that is not installed: {error}") from None
    except ValueError:
        raise ArtifactError(f"'{protocol}' is no kind of store that fsspec knows, such as s3 or gs.") from None
