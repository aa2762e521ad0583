"""Export a run's corpus as a data set: for those who want the compiled text, and no model.

It reads artifacts of the home and writes only into the folder that it is given, so that a home may be read-only, or
another run may be under way in it.
"""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from emma.errors import RecipeError
from emma.pipeline.corpus import Corpus
from emma.pipeline.export.choose import Request, choose_rows, list_shards
from emma.pipeline.export.counts import Counts, Exported
from emma.pipeline.export.folder import ExportFolder
from emma.pipeline.export.readme import Contents, render_readme
from emma.pipeline.home import Run
from emma.pipeline.run import open_executor
from emma.pipeline.unheeded import refuse_removed
from emma.schemas import Row
from emma.store.address import address
from emma.store.artifact import explain_full_disk
from emma.work.by_language import Choice, assemble_corpus, bucket_by_language, write_languages
from emma.work.local import Executor
from emma.work.progress import Reporter
from emma.work.work import Work

STAGE, VERSION = "export", 3
BUCKETS = 16
"""Groups of languages that are written by tasks of their own."""


def export_corpus(
    run: Run, to: Path | str, request: Request, *, force: bool = False, workers: int | None = None, quiet: bool = True
) -> Exported:
    """Write the texts that a run's curate kept to the folder `to`, as `datasets` loads it.

    A stopped export goes on when it is called again. Raises RecipeError or LanguageError for what the run does not
    have, RecipeError for a folder that is not empty and where documents were removed since, ArtifactError where rows
    are missing or the disk is full.
    """
    corpus, folder = Corpus.of(run), ExportFolder(Path(to))
    refuse_removed(run.home, corpus.collect, corpus.curate)
    choice = choose_rows(request, corpus)
    counts = Counts(corpus, choice)
    if not counts.chosen:
        raise RecipeError(counts.describe_nothing())
    key = export_address(corpus, choice, request.kind)
    if (record := folder.record) is not None and not force and record.get("address") == key:
        folder.clear()
        return read_exported(folder.path, record)
    folder.prepare(force=force)
    reporter = Reporter(quiet)
    with explain_full_disk(folder.path), open_executor("local", workers, reporter.say) as executor:
        work = make_work(folder, key, executor, reporter)
        work.bytes_in = counts.bytes
        sizes, files, masked = write_files(corpus, choice, request.kind, work)
        exported = counts.close(folder.path, sizes, files, masked)
        columns = [*choice.columns, "redistribution", *request.annotations]
        contents = Contents(f"{run.name}: corpus", request.kind, files, columns, sizes, counts.sources, masked)
        (work.out / "README.md").write_text(render_readme(contents), encoding="utf-8")
        facts = {"run": run.name, "address": key, "choice": choice.model_dump(mode="json"), "format": request.kind}
        folder.take_over(work.out, {**facts, "exported": {**asdict(exported), "folder": ""}})
    return exported


def export_address(corpus: Corpus, choice: Choice, kind: str) -> str:
    """What an export is made of, in one address."""
    keys = [corpus.collect.key, corpus.annotate.key, corpus.curate.key]
    return address(STAGE, VERSION, keys, choice.model_dump(mode="json"), kind)


def make_work(folder: ExportFolder, key: str, executor: Executor, reporter: Reporter) -> Work:
    """The tools of a stage, with a store of their own in the hidden folder."""
    out = folder.hidden / "out"
    out.mkdir(parents=True, exist_ok=True)
    return Work(folder.hidden / "store", STAGE, VERSION, key, out, executor, reporter)


def write_files(corpus: Corpus, choice: Choice, kind: str, work: Work) -> tuple[list[Row], list[str], dict[str, int]]:
    """Write the files by language into `work.out`; returns rows of SIZES, names of files, and what was masked."""
    for old in sorted(path for path in work.out.rglob("*") if path.is_file()):  # of a stopped export of other rows
        old.unlink()
    buckets = work.scatter(bucket_by_language, list_shards(choice, corpus), BUCKETS, choice)
    sizes = assemble_corpus(work.each(write_languages, buckets, kind), work.out)
    files = [path for path in (work.out / "data").rglob("*") if path.is_file()]
    parts = buckets[0][1]
    masked = {kind: sum(part.counts[f"masked_{kind}"] for part in parts) for kind in choice.mask}
    return sizes.to_pylist(), sorted(path.relative_to(work.out).as_posix() for path in files), masked


def read_exported(folder: Path, record: Mapping[str, Any]) -> Exported:
    """The export that a record tells of."""
    return Exported(**{**record["exported"], "folder": folder, "is_new": False})
