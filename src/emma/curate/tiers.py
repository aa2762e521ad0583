"""Tiers: how much of a language there is, in white-space words as published, and in fair words for any script.

A byte premium is what a language needs in bytes for what English says in one (Arnett, Chang and Bergen, arXiv
2403.00686). Bytes over premium, over the bytes of an English word, are the words that English would have had.
"""

from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import TypedDict

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from emma.curate.parallel import BITEXT, MIN_CORRELATION, PARALLEL, compare_bitext, correlate_sizes, measure_sides
from emma.curate.tallies import add_up
from emma.lang.language import CODE, ENGLISH, Lang
from emma.lang.tiers import ENGLISH_BYTES_PER_WORD, tier_of
from emma.store import shards
from emma.store.artifact import Artifact

SIZES = pa.schema([("lang", pa.string()), ("documents", pa.int64()), ("bytes", pa.int64()), ("words", pa.int64())])
TIERS = pa.schema(
    [
        *SIZES,  # of what is kept, a pair's sides each with its language; words are white-space words
        ("premium", pa.float64()),  # bytes of this language over bytes of English for the same content
        ("premium_from", pa.string()),  # recipe, a benchmark's name, bitext, script, none
        ("fair_words", pa.int64()),
        ("tier", pa.string()),  # by fair words
        ("tier_published", pa.string()),  # by white-space words
    ]
)


class SizeRow(TypedDict):
    """A row of SIZES."""

    lang: str
    documents: int
    bytes: int
    words: int


class TierRow(SizeRow):
    """A row of TIERS."""

    premium: float
    premium_from: str
    fair_words: int
    tier: str
    tier_published: str


SIDES = (["lang", "bytes1", "words1"], ["lang2", "bytes2", "words2"])
"""Columns of each side of a pair."""
Premium = tuple[float, str]
"""A byte premium, and its origin as in the column `premium_from`."""


def measure_sizes(out: Path, shard: tuple[Artifact, Artifact, Artifact]) -> dict[str, int]:
    """Write `sizes.parquet` and `parallel.parquet` of what one shard keeps: documents, annotations, selection."""
    documents, annotations, selection = shard
    table = shards.read(documents.file("documents.parquet"), ["lang", "lang2"])
    notes = shards.read(annotations.file("annotations.parquet"), ["bytes", "words"])
    table = table.append_column("bytes", notes["bytes"]).append_column("words", notes["words"])
    kept = shards.read(selection.file("selection.parquet"), ["split"])["split"].is_valid()
    pairs = pc.and_(kept, table["lang2"].is_valid())
    single = table.filter(pc.and_(kept, table["lang2"].is_null()))
    sizes, parallel = [single.select(["lang", "bytes", "words"])], [PARALLEL.empty_table()]
    if pc.any(pairs).as_py():
        both = measure_sides(documents, table).filter(pairs)
        sizes += [both.select(side).rename_columns(["lang", "bytes", "words"]) for side in SIDES]
        parallel += compare_bitext(both)
    ones = [part.add_column(1, "documents", pa.array(np.ones(len(part), np.int64))) for part in sizes]
    shards.write(out / "sizes.parquet", add_up(ones, SIZES, 3))
    shards.write(out / "parallel.parquet", add_up(parallel, PARALLEL, 6))
    return {"rows": len(table)}


def tier_table(sizes: pa.Table, parallel: pa.Table, fixed: Mapping[str, float], min_parallel: int) -> pa.Table:
    """`tiers.parquet`: a row for each language that has kept text. Program code is in no language and has none."""
    rows = [row for row in sizes.to_pylist() if row["lang"] != CODE.label]
    known = measure_premiums(parallel, min_parallel) | {lang: (value, "recipe") for lang, value in fixed.items()}
    return pa.Table.from_pylist([make_row(row, *choose_premium(row["lang"], known)) for row in rows], schema=TIERS)


def make_row(row: SizeRow, ratio: float, source: str) -> TierRow:
    """A row of TIERS from one of SIZES and a premium."""
    words = round(row["bytes"] / ratio / ENGLISH_BYTES_PER_WORD)
    return TierRow(
        **row,
        premium=ratio,
        premium_from=source,
        fair_words=words,
        tier=tier_of(words),
        tier_published=tier_of(row["words"]),
    )


def measure_premiums(parallel: pa.Table, min_parallel: int) -> dict[str, Premium]:
    """The measured premium of each language: by a benchmark, else by bitext; where there are several, the largest.

    Too few texts measure nothing, nor do texts whose lengths do not go together.
    """
    premiums: dict[str, Premium] = {ENGLISH.label: (1.0, ENGLISH.label)}
    # Benchmarks before bitext: professional translations of whole texts, where mined pairs may lack half a sentence.
    ranked = sorted(parallel.to_pylist(), key=lambda row: (row["source"] == BITEXT, -row["pairs"], row["source"]))
    for row in ranked:
        if row["pairs"] >= min_parallel and correlate_sizes(row) >= MIN_CORRELATION:
            # The first of the ranked rows wins.
            premiums.setdefault(row["lang"], (row["bytes"] / row["english"], row["source"]))
    return premiums


def choose_premium(label: str, known: Mapping[str, Premium]) -> Premium:
    """A language's premium, else the median of those measured in its script, else 1."""
    script = Lang.parse(label).script
    same = [ratio for other, (ratio, _) in sorted(known.items()) if Lang.parse(other).script == script]
    return known.get(label) or ((median(same), "script") if same else (1.0, "none"))
