"""Holding a store: one run at a time writes into it, and finds nothing half-written and nothing unpublished."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from emma.errors import ArtifactError
from emma.store import manifest, remote
from emma.store.artifact import publish
from emma.store.files import replace_file

REMOTE = "remote"
"""Name of the file, in the store's root, with the URL of the object store that it is the cache of."""
MARKER = "emma-store.json"
"""Name of the file that says in an object store what this is."""


@contextmanager
def hold_store(store: Path, url: str | None) -> Iterator[None]:
    """Hold a store, and clear what a killed run left half-written; `url` is the object store it is the cache of.

    Raises ArtifactError when another run holds it, or it cannot be written.
    """
    try:
        store.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArtifactError(f"{store} cannot be made ({error.strerror}). Choose another --home.") from None
    with (store / ".lock").open("a+") as lock:
        try:
            # The system releases it with the process, so a run that was killed leaves no lock behind.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ArtifactError(
                f"Another run is using {store}. Wait for it to finish, or give this one its own --home."
            ) from None
        remove_leftovers(store)
        if url is not None:
            publish_all(store, url)
        try:
            yield
        finally:
            remove_leftovers(store)


def list_leftovers(store: Path) -> list[Path]:
    """What was being written when a process was killed."""
    return sorted([*store.glob("*/*.tmp"), *store.glob("*/*/*.tmp")])


def remove_leftovers(store: Path) -> None:
    """Remove what was being written when a process was killed."""
    for leftover in list_leftovers(store):
        if leftover.is_file():
            leftover.unlink(missing_ok=True)
        else:
            shutil.rmtree(leftover, ignore_errors=True)


def publish_all(store: Path, url: str) -> None:
    """See that the object store can be used, and has all that was made here before it was given."""
    if remote.read_file(f"{url}/{MARKER}") is None:
        remote.write_file(f"{url}/{MARKER}", b'{"what": "a store of EMMA: artifacts by address"}\n')
    if (store / REMOTE).exists():
        return
    for depth in ("*/*/*", "*/*"):  # tasks before stages, whose manifests name them
        for path in sorted(store.glob(f"{depth}/{manifest.MANIFEST}")):
            if (content := manifest.read(path.parent)) is not None:
                place = path.parent.relative_to(store).as_posix()
                publish(path.parent, content["files"], f"{url}/{place}")
    with replace_file(store / REMOTE) as path:
        path.write_text(url + "\n", encoding="utf-8")
