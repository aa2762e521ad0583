"""Making the texts to tokenise from documents and their selection, each under one language, domain and split."""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from emma.lang.language import Lang
from emma.pack.config import PackConfig, fill_template
from emma.store import shards
from emma.store.address import hash64
from emma.store.selected import SelectedShard, read_selected
from emma.store.spill import SpillWriter

TEXTS = pa.schema([(name, pa.string()) for name in ("lang", "domain", "split", "id", "text")])
_DOCUMENT_COLUMNS = ("id", "text", "lang", "text2", "lang2", "domain")


def measure_languages(out: Path, shard: SelectedShard) -> dict[str, int]:
    """Task: UTF-8 bytes of each language's own text, from which pairs learn which of their sides is the rarer."""
    sizes: Counter[str] = Counter()
    bitext = 0
    for table in _read_kept(shard):
        bitext += table.num_rows - table["lang2"].null_count
        # Pairs do not count: they are what is to be filed.
        alone = table.filter(pc.is_null(table["lang2"]))
        grouped = pa.table({"lang": alone["lang"], "bytes": pc.binary_length(alone["text"])}).group_by("lang")
        sizes.update({row["lang"]: row["bytes_sum"] for row in grouped.aggregate([("bytes", "sum")]).to_pylist()})
    langs = sorted(sizes)
    shards.write(out / "languages.parquet", pa.table({"lang": langs, "bytes": [sizes[lang] for lang in langs]}))
    return {"bitext": bitext}


def scatter_texts(
    out: Path, shard: SelectedShard, buckets: int, section: PackConfig, language_bytes: Mapping[str, int]
) -> dict[str, int]:
    """Task: send each training and validation text, in source order, to the bucket of its language and domain.

    Counts the rows read, and the texts that they gave.
    """
    spills: dict[int, SpillWriter] = {}
    counts = Counter({"rows_in": 0, "texts": 0})
    for table in _read_kept(shard):
        texts = write_out_pairs(table, section, language_bytes)
        counts.update(rows_in=table.num_rows, texts=texts.num_rows)
        keys = zip(texts["lang"].to_pylist(), texts["domain"].to_pylist(), strict=True)
        bucket_of = pa.array([number_bucket(lang, domain) % buckets for lang, domain in keys], pa.int32())
        for number in sorted(pc.unique(bucket_of).to_pylist()):
            if number not in spills:
                spills[number] = SpillWriter(out / f"{number:04}.parquet", TEXTS)
            spills[number].add(texts.filter(pc.equal(bucket_of, number)))
    for spill in spills.values():
        spill.close()
    return dict(counts)


@lru_cache(maxsize=65_536)
def number_bucket(lang: str, domain: str) -> int:
    """A number by which the texts of a language and domain come together."""
    return hash64("bucket", lang, domain)


def write_out_pairs(table: pa.Table, section: PackConfig, language_bytes: Mapping[str, int]) -> pa.Table:
    """The table with pairs written out by the template, filed under the language that has less text of its own."""
    # The common case, without a row in Python.
    if table["lang2"].null_count == table.num_rows:
        return table.select(TEXTS.names)
    rows = [text for row in table.to_pylist() for text in _write_out_pair(row, section, language_bytes)]
    return pa.Table.from_pylist(rows, schema=TEXTS)


def _write_out_pair(
    row: dict[str, str], section: PackConfig, language_bytes: Mapping[str, int]
) -> Iterator[dict[str, str]]:
    if row["lang2"] is None:
        yield row
        return
    sides = [
        (lang, Lang.parse(lang).name, text) for lang, text in ((row["lang"], row["text"]), (row["lang2"], row["text2"]))
    ]
    # under the rarer language, whose share of the mix then decides how often the pair is seen
    rarer = min(row["lang"], row["lang2"], key=lambda lang: (language_bytes.get(lang, 0), lang))
    for first, second in list_directions(row["id"], section):
        yield {**row, "text": fill_template(section.bitext_template, sides[first], sides[second]), "lang": rarer}


def list_directions(document: str, section: PackConfig) -> tuple[tuple[int, int], ...]:
    """The orders in which the two sides of the pair with this id are written."""
    straight, swapped = (0, 1), (1, 0)
    if section.bitext_both:
        return straight, swapped
    return (swapped if hash64("direction", document) * 2.0**-64 < section.bitext_reversed else straight,)


def _read_kept(shard: SelectedShard) -> Iterator[pa.Table]:
    return read_selected(*shard, _DOCUMENT_COLUMNS, ("train", "validation"))
