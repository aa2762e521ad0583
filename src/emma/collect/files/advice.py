"""What to write in place of a `path` that leads to no file: somebody who has one in mind is told its name."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from emma.collect.config import SourceConfig
from emma.collect.files.compression import compression_suffix, without_suffix
from emma.collect.readers.registry import find_reader
from emma.wording import find_near

MAX_LISTED = 1_000
"""Files of a folder that are looked at: an error need not have seen millions."""
MAGIC = frozenset("*?[")


def advise_path(source: SourceConfig, folder: Path, pattern: str) -> str:
    """What `pattern`, looked for in `folder` without success, may mean; empty where nothing there is like it."""
    given = folder / pattern
    if "**" not in pattern and any(path.is_dir() for path in folder.glob(pattern)):
        return advise_folder(source, pattern, [path for path in folder.glob(pattern) if path.is_dir()])
    parent, _, name = pattern.rpartition("/")
    if MAGIC.intersection(parent) or not given.parent.is_dir():
        return advise_parent(folder, parent)
    names = sorted(path.name for path in take_files([given.parent]) if path.parent == given.parent)
    if not names:
        return ""
    near = find_near(name, names)
    if near and not MAGIC.intersection(name):
        return f"There is '{(Path(parent) / near[0]).as_posix()}'."
    return f"In '{parent or '.'}' there are {list_kinds(names)}."


def advise_folder(source: SourceConfig, pattern: str, folders: Sequence[Path]) -> str:
    """The pattern for the files in some folders, by what the reader reads, or by what is there."""
    names = [path.name for path in take_files(folders)]
    if not names:
        return f"'{pattern}' is a folder without any file."
    own = [suffix for suffix in find_reader(source).suffixes if any(has_suffix(name, suffix) for name in names)]
    kinds = list_kinds(names)
    if not own:
        return f"'{pattern}' is a folder. Write which of its files are meant, as in '{pattern}/**/*'; it has {kinds}."
    packed = {compression_suffix(name) for name in names if has_suffix(name, own[0])}
    end = "" if packed == {""} else packed.pop() if len(packed) == 1 else "*"
    star = "*" if own[0].startswith(".") else ""
    return f"'{pattern}' is a folder. Write path = \"{pattern}/**/{star}{own[0]}{end}\" for the files in it ({kinds})."


def advise_parent(folder: Path, parent: str) -> str:
    """The folder that one on the way may mean, where it is not there."""
    here = folder
    for step in parent.split("/"):
        if MAGIC.intersection(step) or not step:
            return ""
        if not (here / step).is_dir():
            near = find_near(step, sorted(path.name for path in here.iterdir() if path.is_dir()))
            return f"There is no folder '{step}' there{f', but a folder {near[0]!r}' if near else ''}."
        here /= step
    return ""


def take_files(folders: Iterable[Path]) -> list[Path]:
    """Files of folders and of those inside, MAX_LISTED at most."""
    found: list[Path] = []
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                found.append(path)
            if len(found) >= MAX_LISTED:
                return found
    return found


def has_suffix(name: str, suffix: str) -> bool:
    """Whether a name ends so, whatever it is compressed with."""
    return without_suffix(name).name.lower().endswith(suffix)


def list_kinds(names: Iterable[str]) -> str:
    """The ends of names with how many have each, the most first: `12 .csv.gz, 1 .md`."""
    kinds = Counter(without_suffix(name).suffix + compression_suffix(name) or name for name in names)
    listed = sorted(kinds.items(), key=lambda item: (-item[1], item[0]))[:4]
    return ", ".join(f"{count} {kind}" for kind, count in listed) + (", …" if len(kinds) > len(listed) else "")
