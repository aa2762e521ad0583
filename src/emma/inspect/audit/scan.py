"""Scan a language's documents once: exact counts, and a few documents to show of each thing that was decided.

Of each kind of decision a shard gives the documents whose hashed ids are smallest, so what is shown is a fair sample,
the same whenever it is drawn, and no language is too large.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from emma.curate.quality.agreement import known_labels, score_side
from emma.curate.quality.limits import LimitRow
from emma.curate.quality.rules import SCORE
from emma.lang.language import Lang
from emma.pipeline.corpus import Corpus, Place
from emma.schemas import FEATURES, Row
from emma.store import shards
from emma.store.address import hash64

MAX_SAMPLES_PER_SHARD = 200
"""Documents of one kind that a shard gives: enough to find the middle of them, few enough for any language."""
KEPT, DOUBTED = "kept", "doubted"


@dataclass(frozen=True)
class AuditSample:
    """A document that may be shown."""

    order: int
    """A hash of its id and the seed: the smallest are shown."""
    place: Place
    values: Row
    """Its features, scores and hits, as far as measured."""


@dataclass
class LanguageScan:
    """The counts of one language, and documents of it that may be shown."""

    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Documents by source and outcome."""
    bytes: Counter[tuple[str, str]] = field(default_factory=Counter)
    pairs: int = 0
    """Documents that are pairs of translations."""
    second: int = 0
    """Pairs whose second side is in the language: other tables count them under the label of the first."""
    scripts: Counter[tuple[str, bool]] = field(default_factory=Counter)
    """Documents by how they are written and whether that agrees with the label."""
    clusters: Counter[str] = field(default_factory=Counter)
    """Size of each cluster of more than one document."""
    labels: Counter[str] = field(default_factory=Counter)
    """Documents by what language ID would call them."""
    doubted: Counter[str] = field(default_factory=Counter)
    """Documents that language ID finds too unlikely, by what it would call them."""
    samples: dict[str, list[AuditSample]] = field(default_factory=dict)
    """Documents by outcome (KEPT for all splits), `script X`, `label X`, and DOUBTED."""

    @property
    def documents(self) -> int:
        """All of the language's documents."""
        return self.outcomes.total()

    def total(self, source: str | None = None, outcomes: Collection[str] | None = None) -> tuple[int, int]:
        """Documents and bytes of a source, or all, that had one of some outcomes, or any."""
        keys = [key for key in self.outcomes if source in (None, key[0]) and (outcomes is None or key[1] in outcomes)]
        return sum(self.outcomes[key] for key in keys), sum(self.bytes[key] for key in keys)


def scan_language(corpus: Corpus, lang: Lang, seed: int, limit: LimitRow | None = None) -> LanguageScan:
    """Look at every document that is in `lang`, or has a side in it.

    `limit` is the row on language ID among the language's limits, if there is one.
    """
    result = LanguageScan()
    known = known_labels(corpus.annotate) if corpus.part("identified") is not None else None
    for number in range(len(corpus.collect.parts["documents"])):
        table = read_shard(corpus, number, lang.label, known)
        if table is not None:
            table = mark_doubted(table, limit) if known is not None else table
            add_counts(result, table, lang.label)
            add_samples(result, table, number, seed)
    return result


def read_shard(corpus: Corpus, number: int, lang: str, known: Sequence[str] | None) -> pa.Table | None:
    """The columns of one shard's documents that are in the language, with their `row`; None where there are none."""
    path = corpus.collect.parts["documents"][number].file("documents.parquet")
    sides = shards.read(path, ["lang", "lang2"])
    mine = pc.or_kleene(pc.equal(sides["lang"], lang), pc.equal(sides["lang2"], lang)).fill_null(False)
    if not pc.any(mine).as_py():
        return None
    table = shards.read(path, ["id", "lang", "lang2", "source"])
    for name, columns in COLUMNS.items():
        if (part := corpus.part(name)) is not None:
            other = shards.read(part[number].file(f"{name}.parquet"), columns)
            for column in columns:
                table = table.append_column(column, other[column])
    rows = pa.array(np.flatnonzero(mine.to_numpy()))
    # Taken after all columns are beside it, since they are aligned row by row.
    table = table.take(rows).append_column("row", rows)
    return add_top_labels(table, lang, known) if known is not None else table


COLUMNS: Mapping[str, tuple[str, ...]] = {
    "annotations": ("bytes", "chars", "written", "script_agrees", *FEATURES),
    "identified": ("labels", "scores", "labels2", "scores2"),
    "contamination": ("benchmark", "benchmark_grams", "benchmark_share"),
    "selection": ("split", "reason", "cluster", "cluster_size"),
}


def add_top_labels(table: pa.Table, lang: str, known: Sequence[str]) -> pa.Table:
    """The table with `top_label` and `lid_score` of the side that is in `lang`.

    The one is what language ID calls it, null where it says nothing; the other the model's score for `lang`, NaN where
    it does not know the language.
    """
    first = pc.equal(table["lang"], lang)
    labels, scores = (pc.if_else(first, table[name], table[f"{name}2"]) for name in ("labels", "scores"))
    declared = pa.chunked_array([pa.array([lang] * len(table))])
    agreed = pa.array(score_side(labels, scores, declared, known))
    table = table.append_column("top_label", pa.chunked_array([take_first_values(labels)])).append_column(SCORE, agreed)
    return table.drop_columns(list(COLUMNS["identified"]))


def mark_doubted(table: pa.Table, limit: LimitRow | None) -> pa.Table:
    """The table with `doubted`, what language ID says instead where the score is below the limit, or would be."""
    value = limit and (limit["limit"] if limit["withheld"] is None else limit["withheld"])
    if limit is None or value is None:
        return table.append_column("doubted", pa.nulls(len(table), pa.string()))
    least = np.where(table["lang2"].is_valid().to_numpy(), 2, 1) * limit["least_chars"]
    below = (table[SCORE].to_numpy() < value) & (table["chars"].to_numpy() >= least)
    return table.append_column("doubted", pc.if_else(pa.array(below), table["top_label"], None))


def take_first_values(lists: pa.ChunkedArray) -> pa.Array:
    """The first value of each list, null where there is none."""
    rows = lists.combine_chunks()
    starts = pa.array(np.asarray(rows.offsets[:-1]), mask=np.asarray(pc.list_value_length(rows).fill_null(0)) == 0)
    return rows.values.take(starts)


def add_counts(result: LanguageScan, table: pa.Table, lang: str) -> None:
    """Add a shard's counts."""
    outcomes = pc.coalesce(table["split"], table["reason"]).to_pylist()
    for source, outcome, size in zip(table["source"].to_pylist(), outcomes, table["bytes"].to_pylist(), strict=True):
        result.outcomes[source, outcome] += 1
        result.bytes[source, outcome] += size
    result.pairs += len(table) - table["lang2"].null_count
    result.second += pc.sum(pc.not_equal(table["lang"], lang)).as_py()
    result.scripts.update(zip(table["written"].to_pylist(), table["script_agrees"].to_pylist(), strict=True))
    # Most documents are alone, and their clusters would fill the memory with ids.
    many = table.filter(pc.greater(table["cluster_size"], 1))
    result.clusters |= Counter(dict(zip(many["cluster"].to_pylist(), many["cluster_size"].to_pylist(), strict=True)))
    if "top_label" in table.column_names:
        result.labels.update(table["top_label"].drop_null().to_pylist())
        result.doubted.update(table["doubted"].drop_null().to_pylist())


def add_samples(result: LanguageScan, table: pa.Table, number: int, seed: int) -> None:
    """Add a shard's documents to the samples."""
    # Hashed with the seed and not drawn: a shard need not know of others, and the same seed shows the same.
    order = np.array([hash64(seed, document) for document in table["id"].to_pylist()], np.uint64)
    values = table.drop_columns(["id", "lang", "lang2", "source", "bytes", "chars"])
    for kind, rows in list_kinds(table):
        for at in rows[np.argsort(order[rows], kind="stable")][:MAX_SAMPLES_PER_SHARD].tolist():
            row = values.slice(at, 1).to_pylist()[0]
            result.samples.setdefault(kind, []).append(AuditSample(int(order[at]), (number, row["row"]), row))


def list_kinds(table: pa.Table) -> Iterator[tuple[str, np.ndarray]]:
    """Each kind of document in a table, and the rows of that kind."""
    kept = table["split"].is_valid().to_numpy()
    if kept.any():
        yield KEPT, np.flatnonzero(kept)
    named = {"": table["reason"], "script ": pc.if_else(table["script_agrees"], None, table["written"])}
    if "top_label" in table.column_names:
        named["label "] = table["top_label"]
        if (doubtful := table["doubted"].is_valid().to_numpy()).any():
            yield DOUBTED, np.flatnonzero(doubtful)
    for prefix, column in named.items():
        encoded = column.combine_chunks().dictionary_encode()
        for place, name in enumerate(encoded.dictionary.to_pylist()):
            yield f"{prefix}{name}", np.flatnonzero(encoded.indices.fill_null(-1).to_numpy() == place)
