"""Counting what the sample holds as the tokenizer sees it: words with their leading space, written ▁.

A word is what lies between spaces; in scripts that do not space words it is a whole run, which base segmentation and
the boundaries of `units.py` divide later.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from emma.models.sentencepiece import SPACE
from emma.store import shards
from emma.store.artifact import Artifact
from emma.vocab.sample import Pair, Plan, take

_WORD = re.compile(f" ?[^ \n\r\t{SPACE}]+")
_MARKED_WORD = re.compile(f"{SPACE}?[^ \n\r\t{SPACE}]+")
Cut = Mapping[str, Any]
"""How a tokenizer cuts text into words, as JSON: `{"prefix": whether a space is put before each text}`, or its own
normaliser and pre-tokenizer, and whether these write spaces as ▁ (`marked`)."""
WORDS = pa.schema([("word", pa.string()), ("count", pa.int64())])


def words_in(text: str, prefix: bool) -> list[str]:
    """The words of a text. With `prefix` the tokenizer puts a space before the text, so the first word has one too."""
    return _WORD.findall(f" {text}" if prefix else text)


def cutter(cut: Cut) -> Callable[[str], list[str]]:
    """The function that gives the words of a text; those of a byte-level tokenizer are in its alphabet."""
    if "prefix" in cut:
        return partial(words_in, prefix=bool(cut["prefix"]))
    from emma.models.tokenizer_kinds import steps_of, words_of

    own = partial(words_of, steps_of(cut))
    return own if not cut.get("marked") else lambda text: [each for word in own(text) for each in marked_words(word)]


def marked_words(word: str) -> list[str]:
    """The words in what a tokenizer's own steps leave as one, where they write spaces as ▁."""
    return _MARKED_WORD.findall(word)


def count_words(out: Path, pair: Pair, plan: Plan, cut: Cut) -> dict[str, int]:
    """Count the words of a shard's part of the sample: `words.parquet`, sorted."""
    words_of = cutter(cut)
    counts: dict[int, Counter[str]] = {}
    size = 0
    for each in take(pair, plan, ("lang",)):
        size += each.bytes
        times = plan[each.group][2]
        counts.setdefault(times, Counter()).update(words_of(each.text))
    shards.write(out / "words.parquet", _added([_table(found, times) for times, found in sorted(counts.items())]))
    return {"bytes": size}


def _table(found: Counter[str], times: int) -> pa.Table:
    columns = [pa.array(found, pa.string()), pc.multiply(pa.array(found.values(), pa.int64()), times)]
    return pa.table(columns, schema=WORDS)


def _added(tables: Sequence[pa.Table]) -> pa.Table:
    total = pa.concat_tables([WORDS.empty_table(), *tables]).group_by("word").aggregate([("count", "sum")])
    return total.sort_by("word").rename_columns(WORDS.names)


def all_words(counted: Sequence[Artifact]) -> tuple[list[str], list[int]]:
    """The words of all shards, sorted, with a leading ▁ for a space, and their counts."""
    total = _added([shards.read(each.file("words.parquet")) for each in counted])
    words = pc.replace_substring(total["word"], " ", SPACE, max_replacements=1)
    return words.to_pylist(), total["count"].to_pylist()


def count_characters(words: Sequence[str], counts: Sequence[int]) -> dict[str, int]:
    """How often each character occurs in words that occur so often."""
    points = np.frombuffer("".join(words).encode("utf-32-le"), np.uint32)
    weights = np.repeat(np.asarray(counts, np.int64), [len(word) for word in words])
    sums = np.bincount(points, weights)  # floats, but exact up to 2^53
    return {chr(point): int(sums[point]) for point in np.flatnonzero(sums)}
