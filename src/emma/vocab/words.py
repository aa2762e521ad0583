"""Counting what the sample holds as the tokenizer sees it: words with their leading space, written ▁.

A word is what lies between spaces; in scripts that do not space words it is a whole run, which base segmentation and
the boundaries of `units.py` divide later.
"""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from emma.store import shards
from emma.store.artifact import Artifact
from emma.vocab.sample import Pair, Plan, take

SPACE = "▁"
"""Stands for a space in SentencePiece vocabularies; a literal one in the text reads back as a space."""
_WORD = re.compile(f" ?[^ \n\r\t{SPACE}]+")
WORDS = pa.schema([("word", pa.string()), ("count", pa.int64())])


def words_in(text: str, prefix: bool) -> list[str]:
    """The words of a text. With `prefix` the tokenizer puts a space before the text, so the first word has one too."""
    return _WORD.findall(f" {text}" if prefix else text)


def count_words(out: Path, pair: Pair, plan: Plan, prefix: bool) -> dict[str, int]:
    """Count the words of a shard's part of the sample: `words.parquet`, sorted."""
    counts: Counter[str] = Counter()
    size = 0
    for each in take(pair, plan, ("lang",)):
        size += each.bytes
        times = plan[each.group][2]
        for word, count in Counter(words_in(each.text, prefix)).items():
            counts[word] += count * times
    shards.write(out / "words.parquet", _table(counts))
    return {"bytes": size}


def all_words(counted: Sequence[Artifact]) -> tuple[list[str], list[int]]:
    """The words of all shards, sorted, with a leading ▁ for a space, and their counts."""
    table = shards.read_all(each.file("words.parquet") for each in counted)
    total = table.group_by("word").aggregate([("count", "sum")]).sort_by("word")
    return [word.replace(" ", SPACE) for word in total["word"].to_pylist()], total["count_sum"].to_pylist()


def _table(counts: Counter[str]) -> pa.Table:
    words = sorted(counts)
    return pa.table([words, [counts[word] for word in words]], schema=WORDS)
