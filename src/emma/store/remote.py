"""Files behind a URL (`s3://`, `gs://`, `https://`), through fsspec: the one place where a file system is opened.

Credentials and endpoints come from fsspec's own configuration and the environment, never from a recipe.

The functions below keep an object store behind the local one. Nothing is ever renamed there: an artifact exists once
its manifest does, and the manifest is the last file to be written, so an upload that was killed is invisible. Folders
are named by URL (`s3://bucket/prefix/collect/<key>`).
"""

import errno
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from emma.config.extras import need
from emma.errors import ArtifactError, EmmaError, ExtraError
from emma.store.address import file_digest
from emma.store.files import join_inside, replace_file

WAITS_S = (0.5, 2.0, 8.0)
"""Seconds before each further try; the library behind the URL has usually tried several times by then."""
MAX_TRANSFERS = 16
"""Transfers at a time: the latency of an object store is long, its bandwidth wide."""
SMALL_BYTES = 4_000_000
"""Larger files are sent one after the other: libraries hold what they send."""
OPTIONS: Mapping[str, Mapping[str, Any]] = {"s3": {"max_concurrency": 2}}
"""Settings of file systems: S3's would hold ten pieces of 50 MB of each file."""
CREDENTIAL_ERRORS = ("NoCredentialsError", "PartialCredentialsError", "TokenRetrievalError")
"""Errors that libraries raise without credentials; where there are wrong ones it is PermissionError."""

T = TypeVar("T")


def join_url(url: str | None, *names: str) -> str | None:
    """A folder or file below `url`; None stays None: no object store."""
    return None if url is None else "/".join([url.rstrip("/"), *names])


def parent_url(url: str | None, levels: int) -> str | None:
    """The folder that many levels up."""
    return None if url is None else url.rsplit("/", levels)[0]


def read_file(url: str) -> bytes | None:
    """Read a small file; None where there is none. Raises ArtifactError when the store does not answer."""
    try:
        content: bytes = _try_repeatedly(url, lambda files, path: files.cat_file(path))
    except FileNotFoundError:
        return None
    return content


def read_files(urls: Iterable[str]) -> dict[str, bytes]:
    """Read many small files at once; those that do not exist are left out."""
    addresses = list(urls)
    contents = map_at_once(read_file, addresses)
    return {url: content for url, content in zip(addresses, contents, strict=True) if content is not None}


def list_names(url: str) -> set[str]:
    """List the names directly below a folder; empty where there is no such folder."""
    try:
        # Without fsspec's cache of listings: other machines write into the same folder.
        paths = _try_repeatedly(url, lambda files, path: files.ls(path, detail=False, refresh=True))
    except FileNotFoundError:
        return set()
    return {path.rstrip("/").rsplit("/", 1)[-1] for path in paths}


def write_file(url: str, content: bytes) -> None:
    """Write a small file."""
    _send(url, lambda files, path: files.pipe_file(path, content))


def upload(source: Path, url: str) -> None:
    """Copy a local file to a URL."""
    _send(url, lambda files, path: files.put_file(str(source), path))


def upload_all(folder: Path, names: Iterable[str], url: str) -> None:
    """Copy some files of a local folder below a URL, small ones at once and large ones one by one."""
    small, large = list[str](), list[str]()
    for name in sorted(names):
        (small if join_inside(folder, name, "What is to be sent").stat().st_size <= SMALL_BYTES else large).append(name)
    map_at_once(upload, [folder / name for name in small], [f"{url}/{name}" for name in small])
    for name in large:
        upload(folder / name, f"{url}/{name}")


def fetch(url: str, to: Path, facts: Mapping[str, Any]) -> None:
    """Copy a file from a URL, under a temporary name until it is complete.

    Raises ArtifactError where it is missing there or is not what its manifest says (`bytes`, `sha256`).
    """
    try:
        # Checked before the rename, so that a damaged copy never has the name of a file that is right.
        with replace_file(to) as temporary:
            _try_repeatedly(url, lambda files, path: files.get_file(path, str(temporary)))
            check_fetched(url, temporary, facts)
    except FileNotFoundError:
        raise ArtifactError(f"{url} is missing. {_how_to_rebuild(url)}") from None


def check_fetched(url: str, path: Path, facts: Mapping[str, Any]) -> None:
    """Raise ArtifactError where the copy `path` of `url` is not what its manifest says."""
    if (size := path.stat().st_size) != facts["bytes"]:
        raise ArtifactError(f"{url} has {size} bytes, its manifest says {facts['bytes']}. {_how_to_rebuild(url)}")
    if facts.get("sha256") not in (None, file_digest(path)):
        raise ArtifactError(f"{url} is damaged: its SHA-256 is not what its manifest says. {_how_to_rebuild(url)}")


def map_at_once(function: Callable[..., T], *arguments: Iterable[Any]) -> list[T]:
    """Map a function that waits for the network, in MAX_TRANSFERS threads; the first error is raised."""
    with ThreadPoolExecutor(MAX_TRANSFERS) as pool:
        return list(pool.map(function, *arguments))


def _send(url: str, action: Callable[[Any, str], object]) -> None:
    try:
        _try_repeatedly(url, action)
    except FileNotFoundError as error:  # of S3: the bucket
        raise ArtifactError(f"{url} cannot be written: {error}. Create the bucket, or correct --store.") from None


def _try_repeatedly(url: str, action: Callable[[Any, str], T]) -> T:
    """Call `action`, and again while the trouble looks passing. FileNotFoundError is an answer and not trouble."""
    files, path = filesystem(url)
    for wait in (*WAITS_S, None):
        try:
            return action(files, path)
        except FileNotFoundError:
            raise
        except Exception as error:  # whatever the library behind the URL raises
            if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EROFS}:
                raise  # this machine's own disk
            if isinstance(error, PermissionError) or type(error).__name__ in CREDENTIAL_ERRORS:
                raise _refusal(url, error) from None
            if wait is None:
                raise ArtifactError(
                    f"{url} cannot be reached ({type(error).__name__}: {error}). Nothing finished is lost: "
                    "check --store and the network, and run the same command again."
                ) from error
            time.sleep(wait)
    raise AssertionError("unreachable")


def _refusal(url: str, error: Exception) -> ArtifactError:
    return ArtifactError(
        f"The object store refused {url} ({type(error).__name__}: {error}). Give credentials as its own tools take "
        "them (for S3: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile) with the right to list, read and "
        "write."
    )


def _how_to_rebuild(url: str) -> str:
    return f"Delete the folder {url.rsplit('/', 1)[0]} there and run again to rebuild it."


def filesystem(url: str, error: type[EmmaError] = ArtifactError) -> tuple[Any, str]:
    """Open the fsspec file system of a URL; also the path in it.

    Raises ExtraError where a package is not installed, `error` where nothing speaks the protocol.
    """
    protocol = url.partition("://")[0]
    fsspec = need("fsspec", "s3")
    if protocol == "s3":
        need("s3fs", "s3")
    try:
        files, path = fsspec.core.url_to_fs(url, **OPTIONS.get(protocol, {}))  # fsspec keeps one instance for each
    except ImportError as cause:
        raise ExtraError(f"{protocol}:// needs a package that is not installed: {cause}") from None
    except ValueError:
        raise error(
            f"{url} cannot be opened: '{protocol}' is no kind of store that fsspec knows, such as s3 or gs."
        ) from None
    return files, path


def is_url(path: str) -> bool:
    """Whether a path names a protocol."""
    return "://" in path
