"""Groups of files that are alike, each of which becomes a source."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from emma.pipeline.draft.columns import LABEL_SHAPE, is_known, name_language
from emma.pipeline.draft.configs import HubFiles, find_config, read_configs
from emma.pipeline.draft.forms import TABLE_SUFFIXES
from emma.pipeline.draft.guesses import Guess, guess_file
from emma.pipeline.draft.names import (
    HELD_OUT_SPLITS,
    TRAIN_SPLITS,
    find_language_words,
    find_pairs,
    find_split,
    last_suffix,
)
from emma.pipeline.draft.places import Place, PlaceFile, suffix_of

MAX_GUESSED = 400
"""Files of a folder and suffix that are opened for a guess; others are taken to be like the nearest before them."""
PAIR_SHAPE = re.compile(r"[a-z]{2,3}[-_][a-z]{2,3}")


Folder = tuple[str, ...]
"""The parts of a folder's name."""
MAX_FOLDERS = 12
"""Folders beside each other that are sources of their own, at most: more are divisions of one."""
MAX_SMALL = 3
"""Files of a folder that make no source of their own, where others beside it are read alike."""


@dataclass
class Group:
    """Files that are read in one way."""

    files: list[PlaceFile]
    guess: Guess
    folder: str
    """The folder that they have in common; of members, their archive."""
    split: str = ""
    """`held out` for files whose names say that models are tested on them, beside others that are to train on."""

    config: str = ""
    """The configuration of a data set of the hub that its files are of, where their names do not say it."""

    @property
    def names(self) -> list[str]:
        """Names as readers know them."""
        return [file.inner for file in self.files]


def group_files(place: Place) -> list[Group]:
    """Group the files of a place."""
    groups: dict[tuple[object, ...], Group] = {}
    configs = read_configs(place.about)
    for (archive, folder), files in _divide_by_home(place).items():
        pairs, rest = find_pairs(files)
        config = {file.inner: _find_config_name(configs, file.inner) for file in rest}
        for pair in pairs:
            sides = tuple(last_suffix(file) for file in pair)
            key: tuple[object, ...] = (archive, folder, "pair", sides)
            groups.setdefault(key, Group([], Guess(("moses",)), archive or folder)).files.extend(pair)
        for suffix, alike in _divide_by_suffix(rest).items():
            for file, guess in _follow_most(list(_guess_files(place, alike)), suffix):
                # what nobody can read is listed together by its reason
                named = config[file.inner]
                key = (archive, folder, named, suffix if guess.why else "", guess.key())
                groups.setdefault(key, Group([], guess, archive or folder, config=named)).files.append(file)
    return [part for group in _join_small(list(groups.values())) for part in _divide_splits(group, configs)]


def _find_config_name(configs: Sequence[HubFiles], name: str) -> str:
    """The configuration of a file where its name does not say it; empty where it does, or there is none."""
    found = find_config(configs, name)
    return "" if found is None or found.config == "default" or found.config in name else found.config


def _divide_by_home(place: Place) -> dict[tuple[str, str], list[PlaceFile]]:
    """Files by archive, or by the folder that makes them a source of their own."""
    children: dict[Folder, set[str]] = {}
    for folder in {PurePosixPath(file.name).parts[:-1] for file in place.files}:
        for depth in range(len(folder)):
            children.setdefault(folder[:depth], set()).add(folder[depth])
    homes: dict[tuple[str, str], list[PlaceFile]] = {}
    for file in place.files:
        home = (file.name, "") if file.member else ("", "/".join(_find_home(file, children)))
        homes.setdefault(home, []).append(file)
    return homes


def _find_home(file: PlaceFile, children: Mapping[Folder, set[str]]) -> Folder:
    """The folder of a file down to where folders are called by languages or splits, or are many."""
    parts = PurePosixPath(file.name).parts[:-1]
    for depth in range(len(parts)):
        beside = children[parts[:depth]]
        if len(beside) > MAX_FOLDERS or _are_kinds(beside):
            return parts[:depth]
    return parts


def _divide_by_suffix(files: Sequence[PlaceFile]) -> dict[str, list[PlaceFile]]:
    suffixes: dict[str, list[PlaceFile]] = {}
    for file in files:
        suffixes.setdefault(suffix_of(file.inner), []).append(file)
    return suffixes


def _join_small(groups: Sequence[Group]) -> list[Group]:
    """Groups of a few files in folders beside each other, read alike, as one: `koi/ru.po` and `l1/fr.po`."""
    joined: dict[tuple[object, ...], Group] = {}
    for number, group in enumerate(groups):
        is_small = len(group.files) <= MAX_SMALL and not group.files[0].member and not group.guess.why
        is_small &= group.guess.readers[:1] != ("moses",)
        above = PurePosixPath(group.folder).parent.as_posix()
        # a folder that is called by a language stays apart from one that is not, about which somebody is asked
        is_named = len(find_language_words(group.names[0])) == 1
        key: tuple[object, ...] = (above, group.config, is_named, *group.guess.key()) if is_small else (number,)
        if key in joined:
            joined[key].files.extend(group.files)
            joined[key].folder = "" if above == "." else above
        else:
            joined[key] = group
    return list(joined.values())


def _are_kinds(folders: set[str]) -> bool:
    """Whether folders beside each other are called by languages, splits or numbers, so that they belong together."""
    kinds = sum(_is_kind(folder) for folder in folders)
    return kinds > 0.6 * len(folders) or all(map(_is_known_word, folders))


def _is_known_word(folder: str) -> bool:
    return bool(LABEL_SHAPE.fullmatch(folder)) and is_known(folder)


def _is_kind(folder: str) -> bool:
    word = folder.lower()
    named = name_language(folder) or _is_known_word(folder) or PAIR_SHAPE.fullmatch(folder)
    return (
        bool(named)
        or word.startswith("values")
        or word in TRAIN_SPLITS | HELD_OUT_SPLITS
        or not re.search(r"[^\W\d_]{2}", word)
    )


def _guess_files(place: Place, files: Sequence[PlaceFile]) -> Iterator[tuple[PlaceFile, Guess]]:
    step = -(-len(files) // MAX_GUESSED) or 1
    guess: Guess | None = None
    for number, file in enumerate(files):
        if (guess is None or number % step == 0) and file.head != b"":
            guess = guess_file(place, file)
        if guess is not None:
            yield file, guess


def _follow_most(guessed: Sequence[tuple[PlaceFile, Guess]], suffix: str) -> Iterator[tuple[PlaceFile, Guess]]:
    """Files that can be read as most of those beside them are, so that one odd file makes no source of its own."""
    full = Counter(guess.key() for _, guess in guessed if not guess.why)
    usual = next((guess for _, guess in guessed if full and guess.key() == full.most_common(1)[0][0]), None)
    for file, guess in guessed:
        yield file, usual if usual is not None and _can_follow(guess, usual, suffix) else guess


def _can_follow(guess: Guess, usual: Guess, suffix: str) -> bool:
    """Whether a file of this guess can be read by the usual one."""
    if guess.is_empty:
        return True
    if usual.readers[0] == "text" and guess.may_be_text and suffix not in TABLE_SUFFIXES:
        return True
    needed = {name for names in usual.choice.fields.values() for name in ([names] if isinstance(names, str) else names)}
    alike = guess.readers == usual.readers and guess.encoding == usual.encoding and guess.options == usual.options
    return alike and bool(needed) and needed <= guess.columns


def _divide_splits(group: Group, configs: Sequence[HubFiles]) -> Iterator[Group]:
    """Files that a model is tested on apart from those that it is trained on, where names tell both."""
    splits = {file.inner: _find_split(configs, file.inner) for file in group.files}
    kinds = Counter(splits.values())
    if kinds["train"] and kinds["held out"] and 2 * kinds[""] < len(splits):
        held = [file for file in group.files if splits[file.inner] == "held out"]
        yield replace(group, files=[file for file in group.files if splits[file.inner] != "held out"])
        yield replace(group, files=held, split="held out")
    else:
        yield group


def _find_split(configs: Sequence[HubFiles], name: str) -> str:
    """The split of a file as the README says, else as its name does."""
    found = find_config(configs, name)
    return find_split(name) if found is None else find_split(f"{found.split}/x")
