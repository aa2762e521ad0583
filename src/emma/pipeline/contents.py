"""The contents of a run, for Python: any table of a stage, its languages, its documents as Arrow batches."""

from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from emma.errors import ArtifactError, RecipeError
from emma.lang.language import Lang
from emma.pipeline.corpus import Corpus
from emma.pipeline.home import Run
from emma.schemas import DOCUMENTS, SPLITS, Row
from emma.store import shards
from emma.store.artifact import Artifact, find_all
from emma.store.selected import read_selected
from emma.wording import suggest

LANGUAGES = pa.schema(
    [
        ("lang", pa.string()),
        ("name", pa.string()),  # in English
        ("documents", pa.int64()),  # collected; a pair of texts counts for the language of its first side
        ("bytes", pa.int64()),  # UTF-8, collected
        ("kept_documents", pa.int64()),  # null before curate
        ("kept_bytes", pa.int64()),
        *((split, pa.int64()) for split in SPLITS),  # documents
        ("tier", pa.string()),  # the published bands, by fair words; null where nothing is kept
        ("drops", pa.map_(pa.string(), pa.int64())),  # reason to documents
    ]
)


def read_table(artifact: Artifact, name: str) -> pa.Table:
    """A table of an artifact by its name: a file of its own, else all shards of a part one after the other.

    Raises ArtifactError, with the names there are, where it has none of this name.
    """
    file = f"{name}.parquet"
    if (path := artifact.find(file)) is not None:
        return shards.read(path)
    # A part's shards all have the same tables, so the first that has the file decides.
    for parts in artifact.parts.values():
        if paths := [path for path in find_all(parts, file) if path is not None]:
            return shards.read_all(paths)
    raise ArtifactError(f"{artifact.path} has no table '{name}'. {suggest(name, _table_names(artifact))}")


def _table_names(artifact: Artifact) -> set[str]:
    folders = [artifact.path, *(parts[0].path for parts in artifact.parts.values() if parts)]
    benchmarks = {f"tasks/{path.stem}" for path in artifact.path.glob("tasks/*.parquet")}
    return benchmarks | {path.stem for folder in folders for path in folder.glob("*.parquet")}


def tabulate_languages(run: Run) -> pa.Table:
    """A row (LANGUAGES) for each language that was collected, by its label.

    Raises RecipeError when the run has not collected anything yet.
    """
    if "curate" not in run.addresses:
        rows = read_table(run.artifact("collect"), "languages").to_pylist()
        rows = [{**row, "name": Lang.parse(row["lang"]).name} for row in rows]
    else:
        curate = run.artifact("curate")
        tiers = {row["lang"]: row["tier"] for row in read_table(curate, "tiers").to_pylist()}
        by_lang: dict[str, list[Row]] = {}
        for row in read_table(curate, "languages").to_pylist():
            by_lang.setdefault(row["lang"], []).append(row)
        rows = [_language_row(lang, tally, tiers.get(lang)) for lang, tally in by_lang.items()]
    return pa.Table.from_pylist(sorted(rows, key=lambda row: row["lang"]), schema=LANGUAGES)


def _language_row(lang: str, tally: Sequence[Row], tier: str | None) -> Row:
    """One language by what became of its documents: `tally` has rows of curate's `languages.parquet`."""
    outcomes: dict[str, int] = {}
    for row in tally:
        outcomes[row["outcome"]] = outcomes.get(row["outcome"], 0) + row["documents"]
    return {
        "lang": lang,
        "name": Lang.parse(lang).name,
        "documents": sum(outcomes.values()),
        "bytes": sum(row["bytes"] for row in tally),
        "kept_documents": sum(outcomes.get(split, 0) for split in SPLITS),
        "kept_bytes": sum(row["bytes"] for row in tally if row["outcome"] in SPLITS),
        **{split: outcomes.get(split, 0) for split in SPLITS},
        "tier": tier,
        "drops": [(reason, count) for reason, count in sorted(outcomes.items()) if reason not in SPLITS],
    }


def read_documents(
    run: Run, lang: Lang | str | None = None, split: str | None = None, columns: Sequence[str] | None = None
) -> Iterator[pa.RecordBatch]:
    """Stream the kept documents: `columns` of DOCUMENTS (default: all) and `split`, as later stages see them.

    Only those in one language (of a pair, that of its first side) and of one split, where they are named. Raises
    RecipeError when the run has not come that far, or for a split or column that there is not; LanguageError for a
    `lang` that is no label.
    """
    # Checked here and not in the generator below, so that a mistake shows where it is made.
    shown = list(DOCUMENTS.names if columns is None else columns)
    if isinstance(columns, str) or (unknown := [name for name in shown if name not in DOCUMENTS.names]):
        wrong = columns if isinstance(columns, str) else unknown[0]
        raise RecipeError(f"columns: {wrong!r}: write a list of names among {', '.join(DOCUMENTS.names)}.")
    if split is not None and split not in SPLITS:
        raise RecipeError(f"There is no split '{split}'. {suggest(str(split), SPLITS)}")
    label = lang.label if isinstance(lang, Lang) else lang
    if label is not None:
        Lang.parse(label)
    return _stream_documents(Corpus.of(run), label, SPLITS if split is None else [split], shown)


def _stream_documents(
    corpus: Corpus, label: str | None, splits: Sequence[str], columns: Sequence[str]
) -> Iterator[pa.RecordBatch]:
    names = list(dict.fromkeys(["lang", *columns]))
    for documents, selection in zip(corpus.collect.parts["documents"], corpus.curate.parts["selection"], strict=True):
        # Of a corpus of hundreds of languages most shards hold none of one, and text is slow to read.
        if label is not None and not _has_language(selection, label):
            continue
        for table in read_selected(documents, selection, names, splits):
            chosen = table if label is None else table.filter(pc.equal(table["lang"], label))
            yield from (batch for batch in chosen.select([*columns, "split"]).to_batches() if batch.num_rows)


def _has_language(selection: Artifact, label: str) -> bool:
    """Whether a shard has a language: its tally says so, and no text need be read."""
    return label in shards.read(selection.file("tally.parquet"), ["lang"])["lang"].to_pylist()
