"""`emma new OWNER/NAME`: choose of a data set of the hub what is in the languages of the goal, and fetch that.

It goes into a folder, and the recipe reads that and no addresses of the hub: again without a network, and always the
same. The commit stands in the recipe, as the origin of each source.
"""

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path, PurePosixPath

from emma.errors import LanguageError, RecipeError
from emma.lang.codes import find_language
from emma.lang.language import Lang
from emma.pipeline.draft.columns import LABEL_SHAPE
from emma.pipeline.draft.configs import find_config, read_configs
from emma.pipeline.draft.goal import is_wanted, read_wanted
from emma.pipeline.draft.hub import CARD, HubData, fetch_files, look_up
from emma.pipeline.draft.places import suffix_of
from emma.pipeline.hub.push import without_bars
from emma.ui.numerals import format_bytes
from emma.wording import plural

NAME = re.compile(
    r"(?P<prefix>hub:/*|hf:/+datasets/|https?:/+huggingface\.co/datasets/)?(?P<name>[\w.-]+/[\w.-]+)"
    r"((@|/tree/)(?P<revision>[\w./-]+?))?/?"
)
"""A data set as people write it, or copy its address; `Path` leaves one slash of two."""
MAX_PARTS = 5
"""Configurations or folders that are listed."""


def find_hub_name(places: Sequence[Path]) -> tuple[str, str] | None:
    """Name and revision of the data set that a place is the name of; None where it is, or would be, a path here."""
    match = NAME.fullmatch(str(places[0])) if len(places) == 1 else None
    if match is None or places[0].exists() or (not match["prefix"] and places[0].parent.is_dir()):
        return None
    return match["name"], match["revision"] or ""


def fetch_place(
    name: str, revision: str, goal: str, folder: Path, *, say: Callable[[str], None], agree: Callable[[str], bool]
) -> HubData:
    """Look a data set up, say what would be fetched, and fetch it into a folder if `agree` says so. RecipeError where
    it does not."""
    data = look_up(name, revision)
    chosen = choose_files(data, goal)
    for line in describe_choice(data, chosen):
        say(line)
    size = format_bytes(sum(chosen.values()))
    if not agree(f"Fetch {size} into {folder}?"):
        less = "" if goal else " With --goal it is the files of some languages, where their names tell."
        what = f"{plural(len(chosen), 'file')}, {size}"
        raise RecipeError(f"Nothing of {name} was fetched: {what}. Say where to: --download {folder}.{less}")
    with without_bars(not sys.stderr.isatty()):
        fetch_files(data, chosen, folder)
    return data


def choose_files(data: HubData, goal: str) -> dict[str, int]:
    """The files, by path, whose paths or configurations name a language of the goal; all where none does, since
    languages may stand in a column. Files about the data come with them. LanguageError for what is no language."""
    if not goal:
        return dict(data.files)
    wanted, configs = tuple(read_wanted(goal).values()), read_configs([(CARD, data.card)])
    named = {path: f"{path}/{found.config if (found := find_config(configs, path)) else ''}" for path in data.files}
    chosen = {path: size for path, size in data.files.items() if _names_any(named[path], wanted)}
    about = {path: size for path, size in data.files.items() if suffix_of(path) in ("", ".md")}
    return {**about, **chosen} if chosen else dict(data.files)


def _names_any(path: str, wanted: Sequence[Lang]) -> bool:
    """Whether a part of a path is the code, label or name of one of some languages: `data/en-sw/train.txt`."""
    parts = re.split(r"[/.]", path)
    words = {*parts, *(word for part in parts for word in re.split(r"[\W_]", part))}
    return any(is_wanted(iso, lang) for word in words if (iso := _read_word(word)) for lang in wanted)


@lru_cache(maxsize=65_536)
def _read_word(word: str) -> str:
    """The language (ISO 639-3) of a code, label or name; empty where it is none."""
    is_name = len(word) > 3 and not LABEL_SHAPE.fullmatch(word)
    try:
        return find_language(word, "name" if is_name else "any")[0] if len(word) > 1 else ""
    except LanguageError:
        return ""


def describe_choice(data: HubData, chosen: Mapping[str, int]) -> Iterator[str]:
    """What the data set holds, and what of it would be fetched."""
    size, all_size = sum(chosen.values()), sum(data.files.values())
    yield f"{data.name} on the hub, at {data.commit[:7]}: {plural(len(data.files), 'file')}, {format_bytes(all_size)}"
    if data.left_out:
        other = format_bytes(sum(data.left_out.values()))
        yield f"  left out: {plural(len(data.left_out), 'file')} that hold no text by their names, {other}"
    parts = _sum_parts(data)
    if len(parts) > 1:
        shown = ", ".join(f"{part} ({format_bytes(size)})" for part, size in parts.most_common(MAX_PARTS))
        yield f"  in it: {shown}" + (f", and {len(parts) - MAX_PARTS} more" if len(parts) > MAX_PARTS else "")
    if len(chosen) < len(data.files):
        yield f"  of the goal's languages: {plural(len(chosen), 'file')}, {format_bytes(size)}"


def _sum_parts(data: HubData) -> Counter[str]:
    """Bytes by configuration, or by folder where the card names none."""
    configs, parts = read_configs([(CARD, data.card)]), Counter[str]()
    for path, size in data.files.items():
        found = find_config(configs, path)
        folder = PurePosixPath(path).parent.as_posix()
        if part := found.config if found else folder.removeprefix("."):
            parts[part] += size
    return parts
