"""Members of tar and zip archives, one after the other; what is wrong with one of them does not hide the rest."""

import fnmatch
import tarfile
import zipfile
from collections.abc import Iterator
from typing import IO

from emma.collect.compression import decompress, without_suffix
from emma.collect.streams import InputFile, in_words
from emma.collect.unit import Bad


def members(archive: InputFile, pattern: str) -> Iterator[InputFile | Bad]:
    """The members that match, each to be read before the next. Raises what damage raises."""
    found = _of_zip(archive, pattern) if archive.inner.suffix == ".zip" else _of_tar(archive, pattern)
    seen = set()
    for name, content in found:
        if name in seen:
            yield Bad(0, "member twice", f"'{name}' is in {archive.name} again; the first one was read")
        elif isinstance(content, Bad):
            yield content
        else:
            seen.add(name)
            yield _member(archive, name, content)


def _member(archive: InputFile, name: str, content: IO[bytes]) -> InputFile:
    full = f"{archive.name}/{name}"
    return InputFile(full, decompress(content, name), archive.max_row_bytes, archive.encoding, forward_only=True)


def _of_tar(archive: InputFile, pattern: str) -> Iterator[tuple[str, IO[bytes] | Bad]]:
    with tarfile.open(fileobj=archive.stream, mode="r|") as tar:
        for info in tar:
            if info.isfile() and fnmatch.fnmatchcase(info.name, pattern) and (content := tar.extractfile(info)):
                yield info.name, content


def _of_zip(archive: InputFile, pattern: str) -> Iterator[tuple[str, IO[bytes] | Bad]]:
    with zipfile.ZipFile(archive.seekable()) as packed:
        for info in packed.infolist():
            if info.is_dir() or not fnmatch.fnmatchcase(info.filename, pattern):
                continue
            try:
                with packed.open(info) as content:
                    yield info.filename, content
            except (NotImplementedError, RuntimeError, zipfile.BadZipFile) as error:  # unknown method, a password
                yield info.filename, Bad(0, "broken file", f"member '{info.filename}': {in_words(error)}")


def pairs(archive: InputFile, pattern: str) -> Iterator[InputFile | Bad]:
    """The members of a zip archive that are two and two the same but for their last suffix, side by side."""
    with zipfile.ZipFile(archive.seekable()) as packed:
        names = [info.filename for info in packed.infolist() if not info.is_dir()]
        for stem, two in by_stem([name for name in names if fnmatch.fnmatchcase(name, pattern)]).items():
            if len(two) != 2:
                yield Bad(0, "no pair", f"of '{stem}.*' there are {len(two)} files, not 2; narrow `member`")
                continue
            with packed.open(two[0]) as one, packed.open(two[1]) as other:
                file, beside = _member(archive, two[0], one), _member(archive, two[1], other)
                file.beside = (beside,)
                yield file


def by_stem(names: list[str]) -> dict[str, list[str]]:
    """Names, sorted, under what they have in common before the last suffix (their compression aside)."""
    groups: dict[str, list[str]] = {}
    for name in sorted(names):
        groups.setdefault(without_suffix(name).with_suffix("").as_posix(), []).append(name)
    return groups
