"""A task's data: the folder it lies in, the files of a language, and the items in them.

Files keep the layout in which their authors publish them. Codes in names of files and in columns are read by
`emma.lang`, so that a task knows languages and no codes; where two of them are one language today, such as `ajp` and
`apc`, it has the items of both.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from emma.config.extras import need
from emma.errors import EmmaError, LanguageError, SourceError
from emma.evaluate.tasks.rows import Row, RowError, read_rows
from emma.evaluate.tasks.task import Item, RejectedItem, TaskData, TaskInfo
from emma.lang.codes import resolve
from emma.lang.language import UNDETERMINED, Lang
from emma.lang.scripts import NO_SCRIPT


@dataclass(frozen=True)
class Layout:
    """Where the files of a task lie below its folder."""

    paths: tuple[str, ...]
    """Patterns such as `{lang}/{split}.tsv`, in which `*` is any part of a name; the first that fits a file is taken.
    Files may be compressed (.gz, .zst)."""
    items: tuple[str, ...] = ("test",)
    """Names of the split that is asked; the first that there is."""
    pool: tuple[str, ...] = ("train", "dev", "valid", "val", "validation")
    """Names of splits that examples may come from; the first that there is."""
    codes: tuple[tuple[str, str], ...] = ()
    """Codes that mean another language elsewhere, and its label, empty where they are none; of "" where names of files
    have no code."""
    lang_column: str = ""
    """Column that has the code, where names of files have none."""
    columns: tuple[str, ...] = ()
    """Names of the columns of files without a header."""
    parts: Callable[[Row], Iterable[Mapping[str, Any]]] | None = None
    """The columns of the rows that a row holds, such as the questions about a passage."""


UNKNOWN = Lang(UNDETERMINED, NO_SCRIPT[0])
"""What items are in whose code is no language; each of them is a reject."""
Files = Sequence[tuple[str, str, Path]]
"""Code, split and path."""


def known(name: str) -> TaskInfo:
    """What is known of a benchmark before it is run, from the table beside this module."""
    return _read_known()[name]


@lru_cache(maxsize=1)
def _read_known() -> dict[str, TaskInfo]:
    table = Path(__file__).with_name("known.tsv")
    rows = [dict(row.values) for row in read_rows(table, table.parent)]
    for row in rows:
        row.update(version=int(row["version"]), shots=int(row["shots"]), native=row["native"] == "yes")
        row.update(hub=row["hub"] or None, beside=tuple(row["beside"].split()))
    return {row["name"]: TaskInfo(**row) for row in rows}


def find_folder(info: TaskInfo, data: Path | None) -> Path:
    """The folder of a task's data: below `data`, `data` itself, or its repository of the hub as it was fetched before.

    Nothing is downloaded. Raises SourceError, which says how the data is had.
    """
    for folder in (data / info.folder, data) if data else ():
        if folder.is_dir() and folder.name == info.folder:
            return folder
    if info.hub and (found := _find_in_hub_cache(info.hub)):
        return found
    if info.finds_data:
        return (data or Path()) / info.folder
    place = f"{data or '<data>'}/{info.folder}"
    command = f", or run: hf download --repo-type dataset {info.hub} --local-dir {place}" if info.hub else ""
    raise SourceError(
        f"Task {info.name}: there is no folder {place}. Its data is had from {info.origin} (licence: {info.licence}); "
        f"put it there{command}."
    )


def _find_in_hub_cache(repository: str) -> Path | None:
    try:
        library = need("huggingface_hub", "lid")
        return Path(library.snapshot_download(repository, repo_type="dataset", local_files_only=True))
    except (EmmaError, OSError, ValueError):  # the library is not installed, or has not fetched it
        return None


def list_languages(folder: Path, layout: Layout) -> list[Lang]:
    """The languages that have items, sorted. Raises SourceError where no file fits the layout."""
    return sorted(lang for lang in _group_files(folder, layout) if find_files(folder, layout, lang, layout.items))


def find_files(folder: Path, layout: Layout, lang: Lang, splits: Sequence[str]) -> list[Path]:
    """The files of a language: those of the first of these splits that there is."""
    files = _group_files(folder, layout).get(lang, ())
    of_splits = ([path for _, its, path in files if its == split] for split in splits)
    return next(filter(None, of_splits), [])


def read_task(
    folder: Path, layout: Layout, lang: Lang, make: Callable[[Row], Item], *, may_be_empty: bool = False
) -> TaskData:
    """The items of a language and those that examples come from, made of their rows; RowError makes one a reject.

    Raises SourceError for a file that has rows and no item, unless it `may_be_empty`.
    """
    if lang == UNKNOWN:
        make, may_be_empty = _refuse, True
    rejects: list[RejectedItem] = []
    splits: list[tuple[Item, ...]] = []
    for names in (layout.items, layout.pool):
        items: dict[str, Item] = {}
        for path in find_files(folder, layout, lang, names):
            made = [make_item(row, lang, make) for row in _read(path, folder, layout) if _is_in(row, lang, layout)]
            faults = [each for each in made if isinstance(each, RejectedItem)]
            if faults and len(faults) == len(made) and not may_be_empty:
                raise SourceError(f"{path} has no item: of its row {faults[0].row}, {faults[0].reason}.")
            rejects.extend(faults)
            for item in (each for each in made if isinstance(each, Item)):
                # An id that was there before becomes one of its own by its place, and neither item is lost.
                name = item.id if item.id not in items else f"{item.id} ({item.place[0]}, row {item.place[1]})"
                items[name] = replace(item, id=name)
        splits.append(tuple(items.values()))
    return TaskData(splits[0], splits[1], tuple(rejects))


def make_item(row: Row, lang: Lang, make: Callable[[Row], Item]) -> Item | RejectedItem:
    """The item of a row, with its place, or why it is none."""
    try:
        return replace(make(row), place=(row.file, row.number))
    except RowError as error:
        return RejectedItem(lang.label, row.file, row.number, str(error))


@lru_cache(maxsize=64)
def _group_files(folder: Path, layout: Layout) -> Mapping[Lang, Files]:
    groups: dict[Lang, list[tuple[str, str, Path]]] = {}
    for code, split, path in _match_files(folder, layout):
        for each in _list_codes(path, folder, layout) if layout.lang_column and not code else [code]:
            if dict(layout.codes).get(each) != "":
                groups.setdefault(_resolve(each, layout), []).append((each, split, path))
    # Where several codes are one language, the file that is named as EMMA names it comes first.
    return {lang: sorted(files, key=lambda file: file[0] != lang.label) for lang, files in groups.items()}


def _read(path: Path, folder: Path, layout: Layout) -> Iterator[Row]:
    for row in read_rows(path, folder, layout.columns):
        if layout.parts is None or row.fault:
            yield row
            continue
        try:
            yield from (replace(row, values=values) for values in layout.parts(row))
        except (KeyError, TypeError, RowError) as error:
            yield replace(row, fault=f"it has not the parts that it should have ({error!r})")


def _match_files(folder: Path, layout: Layout) -> Files:
    for pattern in layout.paths:
        splits = "|".join(re.escape(split) for split in (*layout.items, *layout.pool))
        expression = re.escape(pattern).replace(r"\*", "[^/]*").replace(r"\{lang\}", "(?P<lang>[^/]+)", 1)
        expression = expression.replace(r"\{lang\}", "(?P=lang)").replace(r"\{split\}", f"(?P<split>{splits})", 1)
        expression = expression.replace(r"\{split\}", "(?P=split)")
        files = []
        for path in sorted(folder.glob(re.sub(r"(\{\w+\}|\*)+", "*", pattern + "*"))):
            if match := re.fullmatch(expression + r"(?:\.gz|\.zst)?", path.relative_to(folder).as_posix()):
                parts = match.groupdict()
                files.append((parts.get("lang", ""), parts.get("split", layout.items[0]), path))
        if files:
            return files
    raise SourceError(f"{folder} has no file named like {' or '.join(layout.paths)}.")


def _list_codes(path: Path, folder: Path, layout: Layout) -> list[str]:
    rows = _read(path, folder, layout)
    return list(dict.fromkeys(str(row.values[layout.lang_column]) for row in rows if layout.lang_column in row.values))


def _is_in(row: Row, lang: Lang, layout: Layout) -> bool:
    """Whether a row is of this language; one that cannot be read is said with each of them."""
    code = row.values.get(layout.lang_column)
    return not layout.lang_column or code is None or _resolve(str(code), layout) == lang


def _resolve(code: str, layout: Layout) -> Lang:
    if label := dict(layout.codes).get(code):
        return Lang.parse(label)
    try:
        return resolve(code).lang
    except LanguageError:
        return UNKNOWN


def _refuse(_row: Row) -> Item:
    raise RowError("the code in its file's name or column is no language (`emma lang CODE` says why)")
