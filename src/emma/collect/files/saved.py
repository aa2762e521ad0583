"""Data sets in folders, as `save_to_disk` writes them or as they lie on the Hugging Face hub, and their splits.

Which split a file is of, its name or its folder says: `train-00000-of-00002.parquet`, `train.parquet`, or
`train/0000.parquet`.
"""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePath
from typing import TypeVar

from emma.collect.config import SourceConfig
from emma.collect.files.compression import without_suffix
from emma.errors import SourceError
from emma.store.files import join_inside

File = TypeVar("File")
OTHERS = frozenset({".csv", ".json", ".jsonl", ".ndjson", ".tsv", ".txt", ".xml"})
SHARD = re.compile(r"(?P<name>.+?)(?:[-_]\d+)?(?:-of-\d+)?")
"""The name of a file before its suffix: that of its split, and its number."""


def files(folder: Path, source: SourceConfig) -> list[Path]:
    """The data of a folder that `save_to_disk` wrote, as its state tells; else the Parquet files of a folder.

    Of these the ones of the source's options `config` and `split`. Raises SourceError where there are none.
    """
    named: dict[Path, PurePath] = {}
    for path in sorted(folder.rglob("state.json")):
        split, names = _named(path)
        for name in names:
            file = join_inside(path.parent, name, path, error=SourceError)
            named[file] = path.parent.relative_to(folder) / split / name
    return chosen(named or {path: path.relative_to(folder) for path in sorted(folder.rglob("*.parquet"))}, source)


def others(paths: Iterable[Path]) -> str:
    """The kinds of other data in folders, by their suffixes: `.csv, .jsonl`."""
    inner = (each for path in paths if path.is_dir() for each in path.rglob("*") if each.is_file())
    return ", ".join(sorted({without_suffix(each.name).suffix for each in inner} & OTHERS))


def chosen(files: Mapping[File, PurePath], source: SourceConfig) -> list[File]:
    """Those files, given with their names, that are of the configuration and split that the source asks for.

    All if it asks for none. Raises SourceError where there are none, or where it asks for those inside of an archive.
    """
    kept = list(files)
    for option in ("config", "split"):
        if wanted := source.options.get(option):
            if source.member is not None:
                raise SourceError(f"Source '{source.name}': `member` chooses files of an archive, not `{option}`.")
            marks = {each: set(marked(files[each], option)) for each in kept}
            kept = [each for each in kept if wanted in marks[each]]
            if files and not kept:
                known = ", ".join(sorted(set().union(*marks.values()))) or "none"
                raise SourceError(
                    f"Source '{source.name}': no file is of the {option} '{wanted}'. Names found: {known}. Correct "
                    f"the option `{option}`, or leave it out and choose the files with `path`."
                )
    return kept


def marked(path: PurePath, option: str) -> list[str]:
    """What a file may be called a part of: its folders, and for a split its own name without its number."""
    name = SHARD.fullmatch(path.stem)
    return [*path.parts[:-1], *([name["name"]] if name and option == "split" else [])]


def _named(path: Path) -> tuple[str, list[str]]:
    """The split that the state of a saved data set names, and its files."""
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
        return str(state.get("_split") or ""), [str(file["filename"]) for file in state.get("_data_files", ())]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise SourceError(f"{path} is damaged ({error}); save the data set again.") from None
