"""Collect: read every source into documents whose language is known, and rejects that say why.

Files are spread over tasks by size. A task's key holds its files' names and hashes, not where they lie, so moving
the data folder or adding a source reads nothing again that was read. Benchmarks are read the same way, and kept apart.
"""

from pathlib import Path

from emma.collect.checks import check, refuse_empty, refuse_unread
from emma.collect.config import CollectConfig
from emma.collect.documents import read_file
from emma.collect.files.inputs import SourceFiles, estimate_text_bytes, find_files, hash_content
from emma.collect.files.opening import open_piece
from emma.collect.files.ranges import Batch, BenchmarkBatch, batches
from emma.collect.records import Reject
from emma.collect.sink import Sink
from emma.collect.tables import languages_table, sources_table, total
from emma.collect.text.naming import Naming, Policies, load_identifier
from emma.lang.coverage import collected_languages, count_languages
from emma.store import shards
from emma.store.address import CACHE, Fingerprints
from emma.store.artifact import Artifact
from emma.work.task import Unhashed
from emma.work.work import StageOutput, Work


def collect(section: CollectConfig, *, work: Work) -> StageOutput:
    """Documents and rejects in `parts["documents"]`, those of benchmarks in `parts["benchmarks"]`; summaries as files.

    Files: `sources.parquet` and, of the same form, `benchmarks.parquet`; `languages.parquet` of the sources.
    """
    check(section)
    known = Fingerprints(work.root / CACHE)
    everything = (*section.sources, *section.benchmarks)
    files = {source.name: find_files(source, Path(section.root)) for source in everything}
    work.bytes_in = sum(estimate_text_bytes(source, files[source.name]) for source in everything)
    made = read_all(section, files, known, work)
    for source in everything:
        refuse_empty(source, made[source.name])
    for benchmark in section.benchmarks:
        refuse_unread(benchmark, made[benchmark.name])
    documents, tested = ({each.name: made[each.name] for each in of} for of in (section.sources, section.benchmarks))
    shards.write(work.out / "sources.parquet", sources_table(section.sources, documents, files))
    shards.write(work.out / "benchmarks.parquet", sources_table(section.benchmarks, tested, files))
    languages = languages_table(documents)
    shards.write(work.out / "languages.parquet", languages)
    parts = {"documents": [part for of_source in documents.values() for part in of_source]}
    if tested:
        parts["benchmarks"] = [part for of_benchmark in tested.values() for part in of_benchmark]
    counts = {
        "languages_collected": count_languages(collected_languages(languages.to_pylist())),
        **total(parts["documents"]),
    }
    return StageOutput(counts=counts, parts=parts)


def read_all(
    section: CollectConfig, files: dict[str, SourceFiles], known: Fingerprints, work: Work
) -> dict[str, list[Artifact]]:
    """Read everything; the artifacts of each source or benchmark, by its name."""
    marked = {
        source.name: [
            [(each, hash_content(each, known, source)) for each in group] for group in files[source.name].groups
        ]
        for source in (*section.sources, *section.benchmarks)
    }
    items = [
        batch
        for source in (*section.sources, *section.benchmarks)
        for batch in batches(source, marked[source.name], section.shard_bytes, work)
    ]
    mark, place = model(section, known)
    known.save()
    made = work.each(read_batch, items, section.max_row_bytes, section.macrolanguages, mark, Unhashed(place))
    found: dict[str, list[Artifact]] = {name: [] for name in files}
    for batch, part in zip(items, made, strict=True):
        found[batch.source.name].append(part)
    return found


def model(section: CollectConfig, known: Fingerprints) -> tuple[str | None, str | None]:
    """What tells one language-identification model from another, and where it is; None, None where none is needed."""
    if section.lid is None or "lid" not in section.macrolanguages.values():
        return None, None
    path = Path(section.root) / section.lid
    return (known.of(path), str(path)) if path.is_file() else (section.lid, section.lid)


def read_batch(
    out: Path, batch: Batch, max_row_bytes: int, policies: Policies, _mark: str | None, model: str | None
) -> dict[str, int]:
    """Read some files of one source into documents and rejects."""
    source = batch.source
    identify = None if model is None else load_identifier(model)
    naming = Naming(source, policies, identify, refuses=not isinstance(batch, BenchmarkBatch))
    with Sink(out, source) as sink:
        for piece in batch.pieces:
            sink.begin_piece(piece.parts[0].name)
            for file in open_piece(piece, source, max_row_bytes):
                if isinstance(file, Reject):
                    sink.refuse(file)
                else:
                    read_file(file, source, naming, sink)
    return sink.counts()
