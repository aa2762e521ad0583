"""Examples of what curation dropped: for each language its most frequent reasons, each with a document's text."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from emma.lang.coverage import OPTED_OUT, REMOVED
from emma.report.quotes import shorten
from emma.schemas import SPLITS, Row
from emma.store import shards
from emma.store.artifact import Artifact

REASONS = 3
"""Reasons of a language that an example is shown of, the most frequent first."""
MAX_SHARDS = 64
"""Shards that examples are looked for in, spread evenly: a report must not take as long as reading the corpus."""
UNSHOWN_REASONS = frozenset({REMOVED, OPTED_OUT})
"""Who asked for a text to be taken out does not want to read it in a report."""
LETTERS = 160
"""Columns of a terminal that a text is shown of."""

Pair = tuple[Artifact, Artifact]
"""A shard of documents and the selection made on it."""
Key = tuple[str, str]
"""Language and reason."""


@dataclass(frozen=True)
class DroppedDocument:
    """A document that was dropped."""

    lang: str
    reason: str
    source: str
    text: str
    characters: int
    """Of the whole text."""


@dataclass(frozen=True)
class Found:
    """Where an example lies: the one with the smallest hash of its id is shown."""

    order: str
    shard: int
    row: int
    source: str


def read_examples(
    collect: Artifact, curate: Artifact, curated: Sequence[Row], private: frozenset[str] = frozenset()
) -> dict[str, list[DroppedDocument]]:
    """Examples by language; nothing of sources in `private`, and nothing where the shards are not at hand.

    Labels and reasons are read of at most MAX_SHARDS shards, texts of the documents that are shown.
    """
    pairs = spread(list(zip(collect.parts.get("documents", ()), curate.parts.get("selection", ()), strict=False)))
    wanted = choose_reasons(curated)
    found: dict[Key, Found] = {}
    for number, pair in enumerate(pairs):
        for key, candidate in _find_candidates(number, pair):
            shown = key in wanted and candidate.source not in private
            if shown and (key not in found or candidate.order < found[key].order):
                found[key] = candidate
    return _read_texts(pairs, found, wanted)


def choose_reasons(curated: Iterable[Row]) -> dict[Key, int]:
    """The documents of each language's most frequent reasons, by (language, reason)."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in curated:
        counts[row["lang"]][row["outcome"]] += row["documents"]
    return {
        (lang, reason): counts[lang][reason]
        for lang in counts
        for reason in sorted(drop_splits(counts[lang]), key=lambda each: (-counts[lang][each], each))[:REASONS]
    }


def drop_splits(counts: Mapping[str, int]) -> list[str]:
    """The outcomes that are reasons and may be shown."""
    return [outcome for outcome in counts if outcome not in {*SPLITS, *UNSHOWN_REASONS}]


def spread(pairs: Sequence[Pair]) -> list[Pair]:
    """At most MAX_SHARDS of them, from the beginning to the end."""
    count = min(len(pairs), MAX_SHARDS)
    return [pairs[number * len(pairs) // count] for number in range(count)]


def _find_candidates(number: int, pair: Pair) -> Iterator[tuple[Key, Found]]:
    """The first dropped document of each language and reason in every batch of a shard."""
    documents, selection = pair
    tables = [
        (documents.file("documents.parquet"), ("id", "lang", "source")),
        (selection.file("selection.parquet"), ("reason",)),
    ]
    start = 0
    for table in shards.aligned(tables):
        numbered = table.append_column("row", pa.array(range(table.num_rows), pa.int64()))
        dropped = numbered.filter(pc.is_valid(table["reason"]))
        first = dropped.group_by(["lang", "reason"]).aggregate([("row", "min")])["row_min"]
        for row in numbered.take(first).to_pylist():
            order = hashlib.blake2b(row["id"].encode(), digest_size=8).hexdigest()
            yield (row["lang"], row["reason"]), Found(order, number, start + row["row"], row["source"])
        start += table.num_rows


def _read_texts(
    pairs: Sequence[Pair], found: Mapping[Key, Found], wanted: Mapping[Key, int]
) -> dict[str, list[DroppedDocument]]:
    """The texts, in the order of `wanted`."""
    rows: dict[int, set[int]] = defaultdict(set)
    for each in found.values():
        rows[each.shard].add(each.row)
    texts = {(shard, row): text for shard in rows for row, text in _pick(pairs[shard][0], rows[shard])}
    examples: dict[str, list[DroppedDocument]] = defaultdict(list)
    for lang, reason in wanted:
        if one := found.get((lang, reason)):
            text = texts[one.shard, one.row]
            examples[lang].append(DroppedDocument(lang, reason, one.source, shorten(text, LETTERS), len(text)))
    return dict(examples)


def _pick(documents: Artifact, rows: set[int]) -> Iterator[tuple[int, str]]:
    start = 0
    for batch in shards.batches(documents.file("documents.parquet"), ["text"]):
        for row in sorted(row for row in rows if start <= row < start + batch.num_rows):
            yield row, batch["text"][row - start].as_py()
        start += batch.num_rows
