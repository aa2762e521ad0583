"""Answers of the models side by side: three of every language, chosen by a hash of the item and never by the answer."""

import hashlib
from bisect import insort
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from emma.lang.language import Lang
from emma.report.quotes import shorten, shorten_end
from emma.schemas import Row
from emma.store import shards

ANSWERS = 3
"""Answers that are shown of a language."""
CHOICES = ("accuracy", "accuracy_by_byte", "macro_f1")
"""Metrics of benchmarks whose answers are choices: texts are shown before them, as they say more."""
COLUMNS = ("task", "variant", "lang", "item")
Key = tuple[str, str, str, str]
"""The columns COLUMNS of an item."""


@dataclass(frozen=True)
class ShownAnswer:
    """One item and what models made of it."""

    task: str
    variant: str
    lang: str
    prompt: str
    reference: str
    answers: Mapping[str, str]
    """By model."""
    answer_langs: Mapping[str, str | None]
    """The language that each answer was found to be in, where that was looked at."""
    values: Mapping[str, float | None]
    """Of the metric, by model."""
    metric: str

    @property
    def tag(self) -> str:
        """The BCP 47 tag of the language, by which browsers choose fonts."""
        return Lang.parse(self.lang).tag


def read_answers(path: Path, models: Sequence[str]) -> dict[str, list[ShownAnswer]]:
    """The answers to show of every language, from `items.parquet` (schemas.TASK_ITEMS); the last model's items.

    Texts are read a batch at a time, and only those of the items that were chosen are kept.
    """
    chosen = choose_items(path, models[-1])
    rows: dict[Key, dict[str, Row]] = defaultdict(dict)
    for row in _find_rows(path, {key for keys in chosen.values() for key in keys}):
        rows[key_of(row)][row["model"]] = row
    return {lang: [_show(rows[key], models) for key in keys] for lang, keys in sorted(chosen.items())}


def key_of(row: Row) -> Key:
    """Which item a row is of."""
    return row["task"], row["variant"], row["lang"], row["item"]


def choose_items(path: Path, model: str) -> dict[str, list[Key]]:
    """For each language, an item of each benchmark in turn, texts before choices; the smallest hashes first."""
    smallest: dict[str, dict[tuple[bool, str, str], list[tuple[str, str]]]] = defaultdict(lambda: defaultdict(list))
    for batch in shards.batches(path, ["model", "metric", *COLUMNS]):
        for row in batch.filter(pc.equal(batch["model"], model)).to_pylist():
            # Without the language: where items are parallel, every language shows the same ones.
            order = hashlib.blake2b(f"{row['task']} {row['item']}".encode(), digest_size=8).hexdigest()
            best = smallest[row["lang"]][row["metric"] in CHOICES, row["task"], row["variant"]]
            insort(best, (order, row["item"]))
            del best[ANSWERS:]
    return {lang: _take_in_turn(lang, tasks) for lang, tasks in smallest.items()}


def _take_in_turn(lang: str, tasks: Mapping[tuple[bool, str, str], Sequence[tuple[str, str]]]) -> list[Key]:
    ranked = [
        (rank, place, (place[1], place[2], lang, item))
        for place, items in tasks.items()
        for rank, (_, item) in enumerate(items)
    ]
    return [key for *_, key in sorted(ranked)[:ANSWERS]]


def _find_rows(path: Path, keys: Set[Key]) -> Iterator[Row]:
    items = pa.array(sorted({item for *_, item in keys}), pa.string())
    for batch in shards.batches(path):
        # Few rows are left to be looked at in Python.
        yield from (row for row in batch.filter(pc.is_in(batch["item"], items)).to_pylist() if key_of(row) in keys)


def _show(rows: Mapping[str, Row], models: Sequence[str]) -> ShownAnswer:
    row = rows[models[-1]]
    there = [name for name in models if name in rows]
    return ShownAnswer(
        task=row["task"],
        variant=row["variant"],
        lang=row["lang"],
        prompt=shorten_end(row["prompt"][row["question"] :]),
        reference=shorten(row["gold"] or ""),
        answers={name: shorten(rows[name]["answer"] or "") for name in there},
        answer_langs={name: rows[name]["answer_lang"] for name in there},
        values={name: rows[name]["value"] for name in there},
        metric=row["metric"],
    )
