"""Collect: read every source into documents whose language is known, and rejects that say why.

Files are spread over tasks by size. A task's key holds its files' names and hashes, not where they lie, so moving
the data folder or adding a file reads nothing again that was read.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from emma.collect.config import CollectConfig, SourceConfig
from emma.collect.inputs import Listed, chosen, fingerprint, listing
from emma.collect.readers import find
from emma.collect.reading import read_file
from emma.collect.sink import Sink
from emma.collect.streams import open_file
from emma.collect.unit import Bad
from emma.errors import LanguageError, RecipeError, SourceError
from emma.lang.codes import resolve
from emma.store import shards
from emma.store.artifact import Artifact
from emma.store.fingerprints import CACHE
from emma.work.task import Unhashed
from emma.work.work import Made, Work

SOURCES = pa.schema(
    [
        ("source", pa.string()),
        ("reader", pa.string()),
        ("licence", pa.string()),
        ("origin", pa.string()),
        ("domain", pa.string()),
        ("files", pa.int64()),
        ("files_left_out", pa.int64()),  # beyond the source's limit_bytes
        ("documents", pa.int64()),
        ("bytes", pa.int64()),  # UTF-8, both sides of bitext
        ("rejects", pa.int64()),
    ]
)

Item = tuple[SourceConfig, tuple[tuple[str, str], ...]]
"""A source, and the names and hashes of some of its files."""


def collect(section: CollectConfig, *, work: Work) -> Made:
    """Documents and rejects in `parts["documents"]`; tables of sources and of languages as files."""
    root = Path(section.root)
    refuse_no_sources(section)
    for source in section.sources:
        find(source)
        check_languages(source)
    hashes = fingerprint(section, root, work.root / CACHE)
    chosen_files = {source.name: chosen(source, root) for source in section.sources}
    items = [
        (source, chunk)
        for source in section.sources
        for chunk in chunks(chosen_files[source.name], hashes[source.name], section.shard_bytes)
    ]
    paths = {name: {each.name: str(each.path) for each in files} for name, files in chosen_files.items()}
    made = work.each(read_files, items, section.max_row_bytes, Unhashed(paths))
    by_source = {
        source.name: [part for part, (owner, _) in zip(made, items, strict=True) if owner is source]
        for source in section.sources
    }
    for source in section.sources:
        refuse_empty(source, by_source[source.name])
    shards.write(work.out / "sources.parquet", sources_table(section, root, by_source, chosen_files))
    shards.write(work.out / "languages.parquet", languages_table(by_source))
    return Made(counts=total(made), parts={"documents": made})


def refuse_no_sources(section: CollectConfig) -> None:
    """RecipeError for a recipe that names nothing to read."""
    if not section.sources:
        raise RecipeError(
            "The recipe has no sources, so there is nothing to collect. Add a table [[collect.sources]] "
            "with `name`, `reader`, `path` and `licence`."
        )


def check_languages(source: SourceConfig) -> None:
    """LanguageError for a language that the recipe itself names wrongly, before anything is read."""
    for code in filter(None, (source.lang, *source.codes.values())):
        try:
            resolve(code, "a")  # any text will do: this is not about scripts
        except LanguageError as error:
            raise LanguageError(f"Source '{source.name}': {error}") from None


def chunks(files: Sequence[Listed], hashes: Sequence[Sequence[str]], size: int) -> list[tuple[tuple[str, str], ...]]:
    """Names and hashes of the files, in order, cut where a chunk has reached `size` bytes."""
    made: list[list[tuple[str, str]]] = []
    weight = size
    for each, (name, digest) in zip(files, hashes, strict=True):
        if weight >= size:
            made.append([])
            weight = 0
        made[-1].append((name, digest))
        weight += each.bytes
    return [tuple(chunk) for chunk in made]


def read_files(out: Path, item: Item, max_row_bytes: int, paths: dict[str, dict[str, str]]) -> dict[str, int]:
    """Read some files of one source into documents and rejects."""
    source, files = item
    with Sink(out, source) as sink:
        for name, _ in files:
            for file in open_file(Path(paths[source.name][name]), name, source.member, max_row_bytes):
                if isinstance(file, Bad):
                    sink.file = name
                    sink.reject(file)
                else:
                    read_file(file, source, sink)
    return dict(sorted(sink.counts.items()))


def total(parts: Sequence[Artifact]) -> dict[str, int]:
    """The sum of the parts' counts."""
    counts: Counter[str] = Counter(rows_in=0, rows_out=0)
    for part in parts:
        counts.update(part.counts)
    return dict(sorted(counts.items()))


def refuse_empty(source: SourceConfig, parts: Sequence[Artifact]) -> None:
    """SourceError for a source without a single document, with the reasons."""
    counts = total(parts)
    if counts["rows_out"]:
        return
    reasons = sorted((name, count) for name, count in counts.items() if name.startswith("rejected"))
    why = "; ".join(f"{name} {count} times" for name, count in reasons) or "its files have no text at all"
    rejects = [row for part in parts for row in shards.read(part.file("rejects.parquet")).slice(0, 1).to_pylist()]
    first = f" The first: {rejects[0]['file']}, row {rejects[0]['row']}: {rejects[0]['reason']}." if rejects else ""
    raise SourceError(
        f"Source '{source.name}' gave no document ({why}).{first} "
        "Check its `reader`, `path`, `member` and `codes` in the recipe."
    )


def sources_table(
    section: CollectConfig, root: Path, by_source: dict[str, list[Artifact]], files: dict[str, list[Listed]]
) -> pa.Table:
    """One row a source, in the recipe's order."""
    rows = []
    for source in section.sources:
        counts, read = total(by_source[source.name]), len(files[source.name])
        rows.append(
            {
                "source": source.name,
                "reader": source.reader,
                "licence": source.licence,
                "origin": source.origin,
                "domain": source.domain,
                "files": read,
                "files_left_out": len(listing(source, root)) - read,
                "documents": counts["rows_out"],
                "bytes": counts["bytes"],
                "rejects": counts["rows_in"] - counts["rows_out"],
            }
        )
    return pa.Table.from_pylist(rows, schema=SOURCES)


def languages_table(by_source: dict[str, list[Artifact]]) -> pa.Table:
    """Documents and bytes of each language in each source, sorted."""
    tables = [
        shards.read(part.file("languages.parquet")).append_column("source", pa.array([name] * count))
        for name, parts in by_source.items()
        for part in parts
        if (count := shards.read(part.file("languages.parquet")).num_rows)
    ]
    sums = pa.concat_tables(tables).group_by(["lang", "source"]).aggregate([("documents", "sum"), ("bytes", "sum")])
    return sums.rename_columns(["lang", "source", "documents", "bytes"]).sort_by(
        [("lang", "ascending"), ("source", "ascending")]
    )
