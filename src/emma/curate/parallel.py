"""Parallel text: how many bytes a language needs for what English says, wherever both say the same.

Pairs of translations in the corpus say so, and benchmarks whose files hold the same sentences row for row. Whether two
files do is seen from their lengths: those of translations rise and fall together.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from emma.lang.language import ENGLISH, UNDETERMINED, Lang
from emma.store import shards
from emma.store.artifact import Artifact

BITEXT = "bitext"
MIN_COMMON_SHARE = 0.9
"""Share of the rows of either file that the other must have too."""
MIN_CORRELATION = 0.5
"""Least correlation of lengths in translations. In 122 languages of FLORES-200 devtest it is 0.69 to 0.96 beside
English, and 0.04 at most where the sentences are shifted by a few rows."""

PARALLEL = pa.schema(
    [
        ("source", pa.string()),  # a benchmark, or "bitext"
        ("lang", pa.string()),
        ("pairs", pa.int64()),
        ("bytes", pa.int64()),
        ("english", pa.int64()),  # bytes of the English sides
        ("squares", pa.float64()),  # sums that the correlation of both lengths is made of
        ("english_squares", pa.float64()),
        ("products", pa.float64()),
    ]
)
Sizes = NDArray[np.float64]


def compare_sizes(source: str, lang: str, sizes: Sizes, english: Sizes) -> pa.Table:
    """A row of PARALLEL for texts of these many bytes beside English ones."""
    sums = [sizes.sum(), english.sum(), (sizes * sizes).sum(), (english * english).sum(), (sizes * english).sum()]
    values = [source, lang, len(sizes), int(sums[0]), int(sums[1]), *map(float, sums[2:])]
    return pa.table([[value] for value in values], schema=PARALLEL)


def measure_sides(documents: Artifact, table: pa.Table) -> pa.Table:
    """Add bytes and white-space words of each side to `table`, which has the words of whole documents.

    Texts are read a batch at a time; only documents of bitext have a second side.
    """
    measured = [
        [pc.binary_length(batch["text"]), pc.binary_length(batch["text2"]), count_spaced_words(batch["text2"])]
        for batch in shards.batches(documents.file("documents.parquet"), ["text", "text2"])
    ]
    for name, chunks in zip(("bytes1", "bytes2", "words2"), zip(*measured, strict=True), strict=True):
        table = table.append_column(name, pa.chunked_array(chunks).cast(pa.int64()))
    return table.append_column("words1", pc.subtract(table["words"], table["words2"]))


def count_spaced_words(texts: pa.Array) -> pa.Array:
    """White-space words of each text."""
    return pc.list_value_length(pc.utf8_split_whitespace(pc.utf8_trim_whitespace(texts)))


def compare_bitext(table: pa.Table) -> Iterator[pa.Table]:
    """Rows of PARALLEL for pairs with an English side: columns lang, lang2, bytes1 and bytes2."""
    for side, other in (("1", "2"), ("2", "1")):
        lang, beside = ("lang", "lang2") if side == "1" else ("lang2", "lang")
        mine = table.filter(pc.and_(pc.equal(table[beside], ENGLISH.label), pc.not_equal(table[lang], ENGLISH.label)))
        for label in sorted(set(mine[lang].to_pylist())):
            rows = mine.filter(pc.equal(mine[lang], label))
            own, english = (rows[f"bytes{number}"].to_numpy().astype(np.float64) for number in (side, other))
            yield compare_sizes(BITEXT, label, own, english)


def compare_benchmarks(out: Path, parts: tuple[Artifact, ...]) -> dict[str, int]:
    """Write `parallel.parquet` for the benchmarks' files: those of each language beside the English one they match."""
    files = read_files(parts)
    rows = [PARALLEL.empty_table()]
    for (source, _, label), texts in sorted(files.items()):
        if label != ENGLISH.label and Lang.parse(label).iso639_3 != UNDETERMINED:
            english = [other for (name, _, lang), other in files.items() if (name, lang) == (source, ENGLISH.label)]
            rows += [best] if (best := find_best_match(source, label, texts, english)) is not None else []
    shards.write(out / "parallel.parquet", pa.concat_tables(rows))
    return {"files": len(files)}


FileRows = tuple[NDArray[np.int64], Sizes]
"""Row numbers, ascending, and the bytes of their texts."""


def read_files(parts: tuple[Artifact, ...]) -> dict[tuple[str, str, str], FileRows]:
    """The texts of each benchmark, file and language, where no row has two."""
    columns = ["source", "file", "lang", "row"]
    tables = []
    for part in parts:
        for batch in shards.batches(part.file("documents.parquet"), [*columns, "text"]):
            size = pc.binary_length(batch["text"]).cast(pa.int64())
            tables.append(pa.table([*(batch[name] for name in columns), size], [*columns, "bytes"]))
    files = {}
    grouped = pa.concat_tables(tables).group_by(columns[:3]).aggregate([("row", "list"), ("bytes", "list")])
    for row in grouped.to_pylist():
        numbers, places = np.unique(np.array(row["row_list"], np.int64), return_index=True)
        # Rows with two texts cannot be matched: which of them the other file translates is not known.
        if len(numbers) == len(row["row_list"]):
            key = (row["source"], row["file"], row["lang"])
            files[key] = numbers, np.array(row["bytes_list"], np.float64)[places]
    return files


def find_best_match(source: str, lang: str, texts: FileRows, english: list[FileRows]) -> pa.Table | None:
    """The comparison with the English file whose lengths go best with these, if any has the same rows."""
    matches: list[tuple[float, pa.Table]] = []
    for rows, sizes in english:
        common, here, there = np.intersect1d(texts[0], rows, assume_unique=True, return_indices=True)
        # Files of one benchmark may hold different sentences, and row numbers alone would pair them all.
        if len(common) >= MIN_COMMON_SHARE * max(len(texts[0]), len(rows)):
            table = compare_sizes(source, lang, texts[1][here], sizes[there])
            matches.append((correlate_sizes(table.to_pylist()[0]), table))
    return max(matches, key=lambda match: match[0])[1] if matches else None


def correlate_sizes(row: Mapping[str, float]) -> float:
    """Pearson's correlation of the lengths of both sides; 1 where all on one side are equally long."""
    count = row["pairs"]
    mine = count * row["squares"] - row["bytes"] ** 2
    english = count * row["english_squares"] - row["english"] ** 2
    product = mine * english
    return float((count * row["products"] - row["bytes"] * row["english"]) / product**0.5) if product > 0 else 1.0
