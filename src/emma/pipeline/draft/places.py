"""The files of a place that somebody names: a folder, a file, an archive, or files of translations side by side.

Files about the data (README, LICENSE) are kept apart from the data, since they say the licence and are no text to train
on.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from emma.collect.files.archives import read_members
from emma.collect.files.binary import is_tar, is_zip
from emma.collect.files.compression import decompress, without_suffix
from emma.collect.files.locations import escape_name
from emma.collect.files.opening import name_by_content
from emma.collect.files.streams import DAMAGE_ERRORS, InputFile
from emma.collect.records import Reject
from emma.errors import SourceError

ABOUT = re.compile(
    r"(readme|licen[cs]es?|copying|notice|authors|contributors|contributing|changelog|changes|citation|bugs|todo)"
    r"([-_. ]\w+)*(\.(md|txt|rst|html?|cff))?|dataset_(info|dict)\.json|state\.json|manifest.*\.(json|csv)|thumbs\.db",
    re.IGNORECASE,
)
"""Names of files that are about the data."""
MAX_FILES = 100_000
"""Files of a place that are listed."""
MAX_MEMBERS, MAX_MEMBER_BYTES = 20_000, 1 << 30
"""Members of an archive that are listed, and the bytes, decompressed, after which no more are."""
HEADS, HEAD_BYTES = 2_000, 1 << 15
"""Members whose beginning is kept, and the bytes of it."""
MAX_ROW_BYTES = 16_000_000
MAX_ABOUT_BYTES = 200_000
BOOK_MARKS = (b"mimetypeapplication/epub+zip", b"META-INF/container.xml")
WHOLE = (*BOOK_MARKS, b"[Content_Types].xml")
"""Names in zip archives that are one document: books and Office files."""


@dataclass(frozen=True)
class PlaceFile:
    """A file of the place, or a member of one of its archives."""

    name: str
    """Relative to the data folder; of a member that of its archive."""
    size: int
    """Bytes on disk; of a member 0, since the archive's are counted."""
    member: str = ""
    head: bytes | None = None
    """The first bytes of a member, read while its archive was listed; empty where the first members speak for it."""

    @property
    def inner(self) -> str:
        """The name by which readers know it: `archive.tar/folder/file` of a member."""
        return f"{self.name}/{self.member}" if self.member else self.name


@dataclass(frozen=True)
class Place:
    """What was found at a place."""

    root: Path
    """The data folder of the recipe."""
    files: tuple[PlaceFile, ...]
    about: tuple[tuple[str, str], ...]
    """Names and contents of the files about the data."""
    notes: tuple[str, ...]
    """What was not looked at, in sentences."""


def find_place(names: Sequence[Path]) -> Place:
    """Find the files of a place. SourceError where there is nothing."""
    paths, named = [path for name in names for path in _expand(name)], True
    if len(paths) == 1 and paths[0].is_dir():
        root, notes, named = paths[0].absolute(), list[str](), False
        paths = list(_walk(root, notes))
    elif folder := next((path for path in paths if path.is_dir()), None):
        raise SourceError(f"{folder} is a folder beside other places. Name the folder that holds all, or one alone.")
    else:
        root, notes = _common_folder(paths), []
    files: list[PlaceFile] = []
    about: list[tuple[str, str]] = []
    for path in map(Path.absolute, paths):
        name = escape_name(path.relative_to(root).as_posix())
        if ABOUT.fullmatch(path.name) and not named:
            about.append((name, _read_about(path)))
        else:
            files += _list_file(path, name, about, notes)
    if not files:
        raise SourceError(f"There is no text at {root}: {'only files about it' if about else 'it is empty'}.")
    return Place(root, tuple(files), tuple(about), tuple(notes))


def _expand(name: Path) -> list[Path]:
    """The files that a name stands for: itself, or those that a stem names, as OPUS calls a pair of files."""
    if name.exists():
        return [name]
    if name.parent.is_dir() and (
        files := sorted(path for path in name.parent.glob(f"{name.name}.*") if path.is_file())
    ):
        return files
    if re.match(r"\w+:/", str(name)):
        raise SourceError(f"{name} is not on this machine. Fetch it, and name the file or folder.")
    raise SourceError(
        f"There is nothing at {name}. Name a folder, a file, an archive, two files of translations, or OWNER/NAME of a "
        "data set of the hub, alone."
    )


def _common_folder(paths: Sequence[Path]) -> Path:
    folders = {path.absolute().parent for path in paths}
    common = min(folders, key=lambda folder: len(folder.parts))
    while not all(folder.is_relative_to(common) for folder in folders):
        common = common.parent
    return common


def _walk(root: Path, notes: list[str]) -> Iterator[Path]:
    """The files below a folder, sorted; hidden ones are not data."""
    count = 0
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        if any(part.startswith((".", "__")) for part in parts) or not path.is_file():
            continue
        count += 1
        if count > MAX_FILES:
            notes.append(f"Only the first {MAX_FILES:,} files were listed.")
            return
        yield path


def _read_about(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(MAX_ABOUT_BYTES).decode("utf-8", "replace")


def _list_file(path: Path, name: str, about: list[tuple[str, str]], notes: list[str]) -> Iterator[PlaceFile]:
    """The file itself, or the members of the archive that it is."""
    if not path.stat().st_size:
        notes.append(f"{name} is empty.")
        return
    head = read_head(path)
    if not (is_zip(head) or is_tar(head)) or any(mark in head for mark in WHOLE):
        yield PlaceFile(name, path.stat().st_size)
        return
    count = total = 0
    with path.open("rb") as raw:
        stream = decompress(raw, name_by_content(raw, name)) if not is_zip(head) else raw
        try:
            for item in read_members(InputFile(name, stream, MAX_ROW_BYTES), "*"):
                if isinstance(item, Reject):
                    continue
                member = item.name.removeprefix(f"{name}/")
                count, total = count + 1, total + len(beginning := item.read_sample())
                if ABOUT.fullmatch(member.rsplit("/", 1)[-1]):
                    about.append((item.name, beginning.decode("utf-8", "replace")))
                elif not any(part.startswith((".", "__")) for part in member.split("/")) and beginning:
                    kept = beginning[:HEAD_BYTES] if count <= HEADS else b""
                    yield PlaceFile(name, path.stat().st_size if count == 1 else 0, member, kept)
                if count >= MAX_MEMBERS or total >= MAX_MEMBER_BYTES:
                    notes.append(f"Of {name} only the first {count:,} members were looked at.")
                    return
        except DAMAGE_ERRORS as error:
            notes.append(f"{name} is damaged after {count:,} members ({error}).")


def read_head(path: Path) -> bytes:
    """The first bytes of a file, decompressed, as far as they can be."""
    with path.open("rb") as raw:
        try:
            stream = decompress(raw, name_by_content(raw, path.name))
            return InputFile(path.name, stream, MAX_ROW_BYTES).read_sample()
        except DAMAGE_ERRORS:
            return b""


def head_of(place: Place, file: PlaceFile) -> bytes:
    """The first bytes of a file of a place."""
    return file.head if file.head is not None else read_head(place.root / file.name)


def suffix_of(name: str) -> str:
    """The suffix of a name, small, without that of its compression: `.tsv` of `hun/Test.TSV.gz`."""
    return without_suffix(name.rsplit("/", 1)[-1]).suffix.lower()
