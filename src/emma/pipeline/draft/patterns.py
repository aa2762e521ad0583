"""Patterns of `path` and `member` that name the files of a source, and no others."""

import re
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from emma.collect.files.compression import compression_suffix, without_suffix

MAX_BASES = 4
"""Names of files, whatever their folder, that are patterns."""
MAX_LISTED = 24
"""Files that are named one by one where no pattern fits them."""


def find_patterns(names: Sequence[str], others: Iterable[str]) -> tuple[str, ...]:
    """Patterns, as few and as plain as may be, that match these names and none of the others.

    They are matched as `path` is: `*` stays in a folder, `**` does not.
    """
    others = set(others) - set(names)
    for proposed in _propose(names):
        patterns = tuple(pattern for pattern in proposed if any(matches(name, pattern) for name in names))
        if all(any(matches(name, pattern) for pattern in patterns) for name in names) and not any(
            matches(other, pattern) for other in others for pattern in patterns
        ):
            return patterns
    return tuple(map(escape_glob, names))


def _propose(names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Patterns from the plainest on: by suffix, by the folders, by beginning and end of names, across all folders."""
    if len(names) == 1:
        yield (escape_glob(names[0]),)
    folders = _wild_folders(names)
    bases = sorted({escape_glob(name.rsplit("/", 1)[-1]) for name in names})
    ends = sorted({_all_suffixes(name) for name in names})
    last = sorted({_end(name) for name in names})
    start = escape_glob(find_common_start([name.rsplit("/", 1)[-1] for name in names]))
    started = [f"{start}*{end}" for end in ends]
    for tails in (last, *([bases] if len(bases) <= min(MAX_BASES, len(names) - 1) else []), ends, started):
        for heads in (folders, ["**/"] if folders != [""] else []):
            starred = tails if tails is bases else [tail if "*" in tail else f"*{tail}" for tail in tails]
            if (count := len(heads) * len(starred)) and count <= MAX_LISTED:
                yield tuple(f"{head}{tail}" for head in heads for tail in starred)
    if len(names) <= MAX_LISTED:
        yield tuple(map(escape_glob, names))


def _wild_folders(names: Sequence[str]) -> list[str]:
    """The folders of some names with a star for each level at which they differ in more than a few."""
    folders = {PurePosixPath(name).parts[:-1] for name in names}
    depths = {len(parts) for parts in folders}
    wild = []
    for depth in sorted(depths):
        levels = list(zip(*(parts for parts in folders if len(parts) == depth), strict=True))
        wild.append("".join(f"{escape_glob(level[0]) if len(set(level)) == 1 else '*'}/" for level in levels))
    return wild


def _all_suffixes(name: str) -> str:
    base = name.rsplit("/", 1)[-1]
    return "." + base.split(".", 1)[1] if "." in base else escape_glob(base)


def _end(name: str) -> str:
    """The last suffix, with that of a compression."""
    base = name.rsplit("/", 1)[-1]
    if not compression_suffix(base):
        return PurePosixPath(base).suffix or escape_glob(base)
    return without_suffix(base).suffix + PurePosixPath(base).suffix


def find_common_start(names: Sequence[str]) -> str:
    """What all of some names begin with."""
    first, last = min(names), max(names)
    length = next((at for at, (one, two) in enumerate(zip(first, last, strict=False)) if one != two), None)
    return first[: min(len(first), len(last)) if length is None else length]


def escape_glob(name: str) -> str:
    """A name in which nothing is a sign of a pattern."""
    return re.sub(r"([*?\[])", r"[\1]", name)


def matches(name: str, pattern: str) -> bool:
    """Whether a name matches a pattern of `path`."""
    return re.fullmatch(_translate(pattern), name) is not None


def _translate(pattern: str) -> str:
    plain = {"**/": "(?:[^/]+/)*", "*": "[^/]*", "?": "[^/]"}
    pieces = re.split(r"(\*\*/|\*|\?|\[.\])", pattern)  # of sets only those that `escape_glob` writes
    return "".join(plain.get(piece) or re.escape(re.sub(r"^\[(.)\]$", r"\1", piece)) for piece in pieces)


def find_member_pattern(members: Sequence[str], others: Sequence[str]) -> tuple[str, int]:
    """A pattern for members of an archive, in which `*` crosses folders, and the number of others that it matches."""
    ends = {_end(name) for name in members}
    end = ends.pop() if len(ends) == 1 else ""
    dotted = end if end.startswith(".") else ""
    longer = {_all_suffixes(name) for name in members}
    ends_longer = longer.pop() if len(longer) == 1 else dotted
    start = escape_glob(find_common_start(members))
    patterns = (f"*{dotted}", f"*{ends_longer}", f"{start}*{dotted}", f"{start}*{ends_longer}")
    fitting = [pattern for pattern in patterns if all(fnmatchcase(name, pattern) for name in members)]
    return min(
        ((pattern, sum(fnmatchcase(name, pattern) for name in others)) for pattern in fitting), key=lambda item: item[1]
    )
