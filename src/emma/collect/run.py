"""Collect: read every source into documents whose language is known, and rejects that say why.

Files are spread over tasks by size. A task's key holds its files' names and hashes, not where they lie, so moving
the data folder or adding a source reads nothing again that was read. Benchmarks are read the same way, and kept apart.
"""

from collections.abc import Mapping
from pathlib import Path

from emma.collect.checks import check_recipe, refuse_empty, refuse_unkept, refuse_unread
from emma.collect.config import CollectConfig
from emma.collect.documents import read_file
from emma.collect.files.inputs import SourceFiles, estimate_text_bytes, find_files, hash_content
from emma.collect.files.opening import open_range
from emma.collect.files.ranges import BenchmarkBatch, RangeBatch, make_batches
from emma.collect.records import Reject
from emma.collect.sink import DocumentSink
from emma.collect.tables import languages_table, sources_table, sum_counts
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
    check_recipe(section)
    known = Fingerprints(work.root / CACHE)
    everything = (*section.sources, *section.benchmarks)
    files = {source.name: find_files(source, Path(section.root)) for source in everything}
    work.bytes_in = sum(estimate_text_bytes(source, files[source.name]) for source in everything)
    parts = read_sources(section, files, known, work)
    for source in everything:
        refuse_empty(source, parts[source.name])
        refuse_unkept(source, parts[source.name], files[source.name], section.max_row_bytes)
    for benchmark in section.benchmarks:
        refuse_unread(benchmark, parts[benchmark.name])
    return summarise(section, files, parts, work)


def read_sources(
    section: CollectConfig, files: Mapping[str, SourceFiles], known: Fingerprints, work: Work
) -> dict[str, list[Artifact]]:
    """Read all sources and benchmarks in tasks; the artifacts of each, by its name."""
    batches: list[RangeBatch] = []
    for source in (*section.sources, *section.benchmarks):
        groups = [[(file, hash_content(file, known, source)) for file in group] for group in files[source.name].groups]
        batches += make_batches(source, groups, section.shard_bytes, work)
    model_hash, model_path = find_model(section, known)
    known.save()
    artifacts = work.each(
        read_batch, batches, section.max_row_bytes, section.macrolanguages, model_hash, Unhashed(model_path)
    )
    parts: dict[str, list[Artifact]] = {name: [] for name in files}
    for batch, artifact in zip(batches, artifacts, strict=True):
        parts[batch.source.name].append(artifact)
    return parts


def find_model(section: CollectConfig, known: Fingerprints) -> tuple[str | None, str | None]:
    """The hash and the place of the language-identification model; None, None where no policy needs one."""
    if section.lid is None or "lid" not in section.macrolanguages.values():
        return None, None
    path = Path(section.root) / section.lid
    return (known.of(path), str(path)) if path.is_file() else (section.lid, section.lid)


def summarise(
    section: CollectConfig, files: Mapping[str, SourceFiles], parts: Mapping[str, list[Artifact]], work: Work
) -> StageOutput:
    """Write the summaries of what was collected."""
    documents = {source.name: parts[source.name] for source in section.sources}
    benchmarks = {source.name: parts[source.name] for source in section.benchmarks}
    languages = languages_table(documents)
    shards.write(work.out / "sources.parquet", sources_table(section.sources, documents, files))
    shards.write(work.out / "benchmarks.parquet", sources_table(section.benchmarks, benchmarks, files))
    shards.write(work.out / "languages.parquet", languages)
    all_parts = {"documents": [part for of_source in documents.values() for part in of_source]}
    if benchmarks:
        all_parts["benchmarks"] = [part for of_benchmark in benchmarks.values() for part in of_benchmark]
    collected = count_languages(collected_languages(languages.to_pylist()))
    return StageOutput({"languages_collected": collected, **sum_counts(all_parts["documents"])}, all_parts)


def read_batch(
    out: Path, batch: RangeBatch, max_row_bytes: int, policies: Policies, _model_hash: str | None, model: str | None
) -> dict[str, int]:
    """Read some files of one source into documents and rejects."""
    source = batch.source
    identify = None if model is None else load_identifier(model)
    naming = Naming(source, policies, identify, refuses=not isinstance(batch, BenchmarkBatch))
    with DocumentSink(out, source) as sink:
        for piece in batch.pieces:
            sink.begin_piece(piece.parts[0].name)
            for file in open_range(piece, source, max_row_bytes):
                if isinstance(file, Reject):
                    sink.refuse(file)
                else:
                    read_file(file, source, naming, sink)
    return sink.counts()
