"""Names that data give to files, in manifests, indexes of weights or lists: none leads out of its folder."""

from pathlib import Path

from emma.errors import ArtifactError, EmmaError

SNAPSHOTS = "snapshots"
"""Folder of the Hugging Face hub's cache in which files are links to the `blobs` beside it."""


def inside(
    folder: Path,
    name: object,
    named_by: str | Path,
    *,
    links: bool = False,
    error: type[EmmaError] = ArtifactError,
) -> Path:
    """The path of what `named_by` calls `name` in a folder; it need not exist.

    Raises `error` unless it lies below the folder, wherever links lead. With `links`, those that stand in the folder
    are its owner's own and may lead elsewhere, as where weights lie on another disk.
    """
    if not is_below(name) or not (links or _stays(folder, folder / str(name))):
        raise error(
            f"{named_by} names {str(name)[:200]!r}, which does not lie in {folder}. Nothing outside of that folder was "
            "read or written: it is damaged, or was made to deceive. Delete it, and make or fetch it again."
        )
    return folder / str(name)


def is_below(name: object) -> bool:
    """Whether a name is a plain relative one: `data/sme.parquet`, and not `/etc/passwd`, `../x`, `a/../../x` or ``."""
    return isinstance(name, str) and "\0" not in name and not {"", ".", ".."}.intersection(name.split("/"))


def _stays(folder: Path, path: Path) -> bool:
    home = folder.resolve()
    home = home.parents[1] if home.parent.name == SNAPSHOTS else home
    return path.resolve().is_relative_to(home)
