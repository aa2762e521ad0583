"""Files one by one: JSON in one layout, replacing a file in one step, and names that stay inside their folder."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from emma.errors import ArtifactError, EmmaError

SNAPSHOTS = "snapshots"
"""Folder of the Hugging Face hub's cache in which files are links to the `blobs` beside it."""


@contextmanager
def replace_file(path: Path) -> Iterator[Path]:
    """A name beside `path` to write to: the file takes its place in one step, or is removed if anything goes wrong.

    Whoever reads `path` sees the file of before or the new one, never a part of either, also after a kill.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # In the same folder, since a rename is one step only within a file system.
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def read_json(path: Path) -> Any:
    """The value in a JSON file of an artifact. Raises ArtifactError when it is not JSON."""
    try:
        return orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise ArtifactError(f"{path} is not JSON ({error}). Delete {path.parent} and run again.") from None


def read_json_lines(path: Path) -> Iterator[Any]:
    """The values in a file of JSON lines. Raises ArtifactError naming the first row that is not JSON."""
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        try:
            yield orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise ArtifactError(
                f"{path}, row {number} is not JSON ({error}). Delete {path.parent} and run again."
            ) from None


def dump_json(value: object, *, sort_keys: bool = False) -> str:
    """A value as JSON for people and artifacts: indented, in any script; NaN is refused with ValueError.

    By the standard library and not orjson: artifacts have one space of indent and Python's spelling of floats, and
    their bytes are promised to stay; orjson writes two spaces, `1e-5` for `1e-05`, and null for NaN.
    """
    return json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False, sort_keys=sort_keys)


def write_json(path: Path, value: object, *, sort_keys: bool = False, end: str = "\n") -> None:
    """Write a value to a JSON file as `dump_json` has it. Some artifacts were always written with no newline at the
    `end`."""
    path.write_text(dump_json(value, sort_keys=sort_keys) + end, encoding="utf-8")


def join_inside(
    folder: Path,
    name: object,
    named_by: str | Path,
    *,
    links: bool = False,
    error: type[EmmaError] = ArtifactError,
) -> Path:
    """The path of what `named_by` calls `name` in a folder; it need not exist.

    Names in manifests, indexes of weights or lists are data, which anybody may have written: raises `error` unless the
    path lies below the folder, wherever links lead. With `links`, those that stand in the folder are its owner's own
    and may lead elsewhere, as where weights lie on another disk.
    """
    if not is_plain_relative(name) or not (links or _stays(folder, folder / str(name))):
        raise error(
            f"{named_by} names {str(name)[:200]!r}, which does not lie in {folder}. Nothing outside of that folder was "
            "read or written: it is damaged, or was made to deceive. Delete it, and make or fetch it again."
        )
    return folder / str(name)


def is_plain_relative(name: object) -> bool:
    """Whether a name leads below its folder: `data/sme.parquet`, and not `/etc/passwd`, `../x`, `a/../../x` or ``."""
    return isinstance(name, str) and "\0" not in name and not {"", ".", ".."}.intersection(name.split("/"))


def _stays(folder: Path, path: Path) -> bool:
    home = folder.resolve()
    # Links of the hub's cache lead out of the snapshot into `blobs`, two folders up.
    home = home.parents[1] if home.parent.name == SNAPSHOTS else home
    return path.resolve().is_relative_to(home)
