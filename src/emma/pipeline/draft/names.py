"""What names of files say of them beside languages: two that are translations of each other, and splits."""

from collections.abc import Sequence
from pathlib import PurePosixPath

from emma.collect.files.compression import without_suffix
from emma.collect.files.datasets import SHARD
from emma.pipeline.draft.columns import name_language
from emma.pipeline.draft.places import PlaceFile

TRAIN_SPLITS = frozenset({"train", "training"})
HELD_OUT_SPLITS = frozenset({"dev", "devtest", "eval", "heldout", "test", "val", "valid", "validation"})
SIDE_NAMES = ({"src", "tgt"}, {"source", "target"}, {"src", "trg"})
"""Suffixes of a text and its translation that say no language."""


def find_pairs(files: Sequence[PlaceFile]) -> tuple[list[list[PlaceFile]], list[PlaceFile]]:
    """Files that are two and two the same but for their last suffix, which is a language; and those that are not."""
    stems: dict[str, list[PlaceFile]] = {}
    for file in files:
        stems.setdefault(without_suffix(file.inner).with_suffix("").as_posix(), []).append(file)
    pairs = [
        sorted(pair, key=lambda file: file.inner)
        for pair in stems.values()
        if len(pair) == 2 and _are_sides([last_suffix(file) for file in pair])
    ]
    paired = {file.inner for pair in pairs for file in pair}
    return pairs, [file for file in files if file.inner not in paired]


def last_suffix(file: PlaceFile) -> str:
    """The last suffix of a file's name, that of its compression aside."""
    return without_suffix(file.inner).suffix.removeprefix(".")


def _are_sides(suffixes: list[str]) -> bool:
    if set(map(str.lower, suffixes)) in SIDE_NAMES:
        return True
    languages = [name_language(suffix) for suffix in suffixes]
    return all(languages) and languages[0] != languages[1]


def find_split(name: str) -> str:
    """`train`, `held out`, or nothing, by the whole name of a file without its number, or of a folder."""
    path = PurePosixPath(name)
    stem = path.name.split(".")[0]
    match = SHARD.fullmatch(stem)
    words = {part.lower() for part in (*path.parts[:-1], stem, match["name"] if match else stem)}
    if words & TRAIN_SPLITS:
        return "train"
    return "held out" if words & HELD_OUT_SPLITS else ""
