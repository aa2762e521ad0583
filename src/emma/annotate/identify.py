"""Language identification: open or train the model, and ask it for the labels of every document.

A model file is part of the store, addressed by its content, so that workers on any machine find it and moving the
file changes nothing. A trained model is made from samples of the clean sources' shards only.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence, Set
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from emma.annotate.config import LidConfig
from emma.annotate.texts import read_batches
from emma.errors import RecipeError
from emma.lang.tables import Scheme
from emma.lid.config import LidTraining
from emma.lid.files import FACTS_FILE, MODEL_FILE, Spelling, find_model_file, read_spelling
from emma.lid.format import read_model_file
from emma.lid.labels import ModelLabel, labels_table, resolve_labels
from emma.lid.measure import measure_model
from emma.lid.model import open_model
from emma.lid.training import are_held_out, choose_lines, merge_samples, train_classifier
from emma.schemas import IDENTIFIED, LID_LABELS
from emma.store import shards
from emma.store.address import CACHE, Fingerprints
from emma.store.artifact import Artifact
from emma.store.files import write_json
from emma.store.shards import ShardWriter
from emma.wording import suggest
from emma.work.removal.match import NOBODY, match_shard
from emma.work.removal.rules import Withdrawals
from emma.work.task import Unhashed
from emma.work.work import Work

FILES = (FACTS_FILE, "lid_labels.parquet")
"""Files of a model that the stage keeps beside its own."""


def prepare_model(lid: LidConfig, collect: Artifact, work: Work) -> Artifact:
    """The model as `model.bin`, with `lid.json` (facts about it) and `lid_labels.parquet`, which also go to the stage.

    A trained one has its languages and confusions too, see `train_model`.
    """
    model = train_from_sources(lid, collect, work) if lid.train else store_model(lid, work)
    for name in FILES:
        shutil.copyfile(model.file(name), work.out / name)
    return model


def store_model(lid: LidConfig, work: Work) -> Artifact:
    """The model that the recipe names, in the store."""
    path = find_model_file(str(lid.model), Path(lid.root))
    # The path is no part of the address: the same model under another name identifies nothing anew.
    fingerprints = Fingerprints(work.root / CACHE)
    digest = fingerprints.of(path)
    fingerprints.save()
    reading = (lid.scheme, lid.codes, lid.spelling or read_spelling(path))
    return work.each(keep_model, [digest], *reading, Unhashed(str(path)), label="open the model")[0]


def keep_model(  # noqa: PLR0917 - tasks take arguments by position
    out: Path, digest: str, scheme: Scheme, codes: dict[str, str], spelling: Spelling, path: str
) -> dict[str, int]:
    """Copy a model file into the store, and write the languages of its labels."""
    labels = resolve_labels(read_model_file(Path(path)).labels, scheme, codes)
    shutil.copyfile(path, out / MODEL_FILE)
    return write_facts(out, labels, {"spelling": spelling, "sha256": digest})


def train_from_sources(lid: LidConfig, collect: Artifact, work: Work) -> Artifact:
    """The model that is trained from the sources in `lid.train`. Raises RecipeError for names of no source."""
    samples = sample_sources(lid, collect, work)
    return work.gather(train_model, samples, lid.train, lid.training, label="train a model for language identification")


def sample_training_lines(lid: LidConfig, collect: Artifact, work: Work) -> pa.Table:
    """The lines that `train_from_sources` trains on and measures with, as LINES."""
    return merge_shard_samples(sample_sources(lid, collect, work), lid.training)


def merge_shard_samples(samples: Sequence[Artifact], training: LidTraining) -> pa.Table:
    """The samples of shards as one."""
    return merge_samples([shards.read(part.file("lines.parquet")) for part in samples], training.lines)


def sample_sources(lid: LidConfig, collect: Artifact, work: Work) -> list[Artifact]:
    """Samples of the clean sources, one a shard."""
    names = shards.read(collect.file("sources.parquet"), ["source"])["source"].to_pylist()
    if unknown := [name for name in lid.train if name not in names]:
        raise RecipeError(
            f"[annotate.lid] train names '{unknown[0]}', which is no source of the recipe. {suggest(unknown[0], names)}"
        )
    clean = [
        shard for shard in collect.parts["documents"] if shards.source_of(shard.file("documents.parquet")) in lid.train
    ]
    withdrawn = [find_withdrawn(shard, lid.withdrawn) for shard in clean]
    return work.each(sample_lines, zip(clean, withdrawn, strict=True), lid.training.lines)


def find_withdrawn(documents: Artifact, rules: Withdrawals) -> tuple[int, ...]:
    """The rows of a shard that nothing is to learn from, from 0."""
    return tuple(np.flatnonzero(match_shard(documents, rules) != NOBODY).tolist()) if rules else ()


def sample_lines(out: Path, shard: tuple[Artifact, Sequence[int]], most: int) -> dict[str, int]:
    """Write `lines.parquet`: a sample of the lines of one shard but for some rows, those of both sides of bitext."""
    documents, withdrawn = shard
    lines = choose_lines(read_labelled_texts(documents, frozenset(withdrawn)), most)
    shards.write(out / "lines.parquet", lines)
    return {"lines": lines.num_rows}


def read_labelled_texts(documents: Artifact, without: Set[int] = frozenset()) -> Iterator[tuple[str, str]]:
    """Every text of a shard with its label, without those of some rows."""
    columns = ["lang", "text", "lang2", "text2"]
    rows = (row for batch in read_batches(documents.file("documents.parquet"), columns) for row in batch.to_pylist())
    for number, row in enumerate(rows):
        if number not in without:
            yield row["lang"], row["text"]
            if row["text2"] is not None:
                yield row["lang2"], row["text2"]


def train_model(
    out: Path, samples: Sequence[Artifact], sources: Sequence[str], training: LidTraining
) -> dict[str, int]:
    """Train on most lines of the samples, and measure with the others.

    Writes `model.bin`, `lid_labels.parquet`, `lid_languages.parquet` (lines, precision, recall, F1 by language),
    `lid_confusions.parquet`, and `lid.json` with how it was trained and the means.
    """
    lines = merge_shard_samples(samples, training)
    is_held_out = are_held_out(lines, training.held_out)
    trained_on, held_out_lines = lines.filter(pc.invert(is_held_out)), lines.filter(is_held_out)
    losses = train_classifier(out / MODEL_FILE, trained_on, training)
    model = open_model(str(out / MODEL_FILE), spelling="letters")
    accuracy = measure_model(model, held_out_lines)
    shards.write(out / "lid_languages.parquet", add_line_counts(accuracy.languages, trained_on))
    shards.write(out / "lid_confusions.parquet", accuracy.confusions)
    facts = {
        "spelling": "letters",
        "trained_on": list(sources),
        "training": training.model_dump(mode="json"),
        "lines_trained": trained_on.num_rows,
        "nats_per_line": [round(loss, 4) for loss in losses],
        "held_out": accuracy.means,
    }
    return {
        **write_facts(out, model.table, facts),
        "lines_trained": trained_on.num_rows,
        "lines_held_out": held_out_lines.num_rows,
    }


def add_line_counts(languages: pa.Table, trained_on: pa.Table) -> pa.Table:
    """Add the number of lines of each language that were trained on."""
    counts = {row["values"]: row["counts"] for row in pc.value_counts(trained_on["lang"].combine_chunks()).to_pylist()}
    column = pa.array([counts.get(lang, 0) for lang in languages["lang"].to_pylist()], pa.int64())
    return languages.append_column("lines_trained", column)


def write_facts(out: Path, labels: Sequence[ModelLabel], facts: Mapping[str, object]) -> dict[str, int]:
    """Write `lid_labels.parquet` and `lid.json`; returns the counts in it."""
    shards.write(out / "lid_labels.parquet", labels_table(labels))
    resolved = [label.label for label in labels if label.label]
    counts = {"labels": len(labels), "labels_resolved": len(resolved), "languages": len(set(resolved))}
    write_json(out / FACTS_FILE, {**counts, **facts})
    return counts


def identify_shard(out: Path, documents: Artifact, model: Artifact, lid: LidConfig) -> dict[str, int]:
    """Write `identified.parquet`, row for row like the documents: the likeliest labels of each side."""
    model.file(FACTS_FILE)  # brings it from the object store: `open_model` reads in it how the model wants its text
    opened = open_model(str(model.file(MODEL_FILE)), lid.scheme, lid.codes)
    counts = {"rows_in": 0, "rows_out": 0}
    with ShardWriter(out / "identified.parquet", IDENTIFIED) as writer:
        for batch in read_batches(documents.file("documents.parquet"), ["text", "text2"]):
            columns = [
                column
                for side in ("text", "text2")
                for column in opened.identify_column(batch[side], LID_LABELS, lid.max_chars)
            ]
            writer.add_table(pa.Table.from_arrays(columns, schema=IDENTIFIED))
            counts["rows_in"] += batch.num_rows
        counts["rows_out"] = writer.rows
    return counts
