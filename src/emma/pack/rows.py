"""From aligned documents and selections to the texts to tokenise, each filed under one language, domain and split."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from emma.pack.config import PackConfig
from emma.store import shards
from emma.store.artifact import Artifact
from emma.store.order import keyed
from emma.store.selected import selected

Pair = tuple[Artifact, Artifact]
"""A shard of documents and the selection made on it."""

TEXTS = pa.schema([("lang", pa.string()), ("domain", pa.string()), ("split", pa.string()), ("text", pa.string())])
_COLUMNS = ("id", "text", "lang", "text2", "lang2", "domain")


def measure_languages(out: Path, pair: Pair) -> dict[str, int]:
    """UTF-8 bytes of each language's own text, from which pairs learn which of their sides is the rarer."""
    sizes: Counter[str] = Counter()
    bitext = 0
    for table in _kept(pair):
        bitext += table.num_rows - table["lang2"].null_count
        alone = table.filter(pc.is_null(table["lang2"]))
        grouped = pa.table({"lang": alone["lang"], "bytes": pc.binary_length(alone["text"])}).group_by("lang")
        sizes.update({row["lang"]: row["bytes_sum"] for row in grouped.aggregate([("bytes", "sum")]).to_pylist()})
    langs = sorted(sizes)
    shards.write(out / "languages.parquet", pa.table({"lang": langs, "bytes": [sizes[each] for each in langs]}))
    return {"bitext": bitext}


def scatter_texts(
    out: Path, pair: Pair, buckets: int, section: PackConfig, language_bytes: Mapping[str, int]
) -> dict[str, int]:
    """Send each training and validation text, in source order, to the bucket of its language and domain."""
    writers: dict[int, shards.ShardWriter] = {}
    rows = 0
    for table in _kept(pair):
        rows += table.num_rows
        texts = written_out(table, section, language_bytes)
        keys = zip(texts["lang"].to_pylist(), texts["domain"].to_pylist(), strict=True)
        bucket_of = pa.array([keyed("bucket", lang, domain) % buckets for lang, domain in keys], pa.int32())
        for bucket in sorted(pc.unique(bucket_of).to_pylist()):
            if bucket not in writers:
                writers[bucket] = shards.ShardWriter(out / f"{bucket:04}.parquet", TEXTS)
            writers[bucket].add_table(texts.filter(pc.equal(bucket_of, bucket)))
    for writer in writers.values():
        writer.__exit__(None, None, None)
    return {"rows_in": rows}


def written_out(table: pa.Table, section: PackConfig, language_bytes: Mapping[str, int]) -> pa.Table:
    """The table with pairs written out by the template, filed under the language that has less text of its own."""
    if table["lang2"].null_count == table.num_rows:
        return table.select(TEXTS.names)
    rows = [_written_out(row, section, language_bytes) for row in table.to_pylist()]
    return pa.Table.from_pylist(rows, schema=TEXTS)


def _written_out(row: dict[str, str], section: PackConfig, language_bytes: Mapping[str, int]) -> dict[str, str]:
    if row["lang2"] is None:
        return row
    sides = [(row["lang"], row["text"]), (row["lang2"], row["text2"])]
    if keyed("direction", row["id"]) % 2:
        sides.reverse()
    (lang, text), (lang2, text2) = sides
    rendered = section.bitext_template.format(lang=lang, text=text, lang2=lang2, text2=text2)
    return {**row, "text": rendered, "lang": min(lang, lang2, key=lambda each: (language_bytes.get(each, 0), each))}


def _kept(pair: Pair) -> Iterator[pa.Table]:
    return selected(*pair, _COLUMNS, ("train", "validation"))
