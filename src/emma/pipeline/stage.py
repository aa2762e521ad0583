"""One stage alone, on tables in memory: for notebooks and tests."""

import hashlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
from pydantic import ValidationError

from emma.config.explain import explain_error
from emma.config.section import Section
from emma.errors import LanguageError, RecipeError
from emma.lang.language import Lang
from emma.pipeline.contents import read_table
from emma.pipeline.home import Home
from emma.pipeline.recipe import ELSEWHERE, INPUTS, Recipe
from emma.pipeline.run import list_steps
from emma.schemas import DOCUMENTS
from emma.store import shards
from emma.store.address import address
from emma.store.artifact import Artifact
from emma.store.files import replace_file
from emma.wording import plural, suggest
from emma.work import graph
from emma.work.local import Local
from emma.work.progress import Reporter

TABLES: Mapping[str, str] = {
    "documents": "collect",
    "annotations": "annotate",
    "identified": "annotate",
    "contamination": "annotate",
    "selection": "curate",
}
"""Tables that may be given, one row for each document, and the stage that makes each."""
DEFAULTS: Mapping[str, str] = {
    "source": "memory",
    "rule": "as given",
    "domain": "text",
    "licence": "unknown",
    "file": "table",
}
"""Values for columns of DOCUMENTS that a table leaves out; the others are null."""


@dataclass(frozen=True)
class StageResult:
    """The result of one stage: its artifact, counts and tables."""

    artifact: Artifact
    _folder: "tempfile.TemporaryDirectory[str] | None" = field(default=None, repr=False)
    """The store where no folder was named: it is deleted with this object."""

    @property
    def counts(self) -> Mapping[str, int]:
        """Rows in, rows out, and drops by reason."""
        return self.artifact.counts

    def __getitem__(self, table: str) -> pa.Table:
        """A table by its name, such as `selection` or `limits`. Raises ArtifactError naming those there are."""
        return read_table(self.artifact, table)


Input: TypeAlias = pa.Table | StageResult | Artifact


def run_stage(
    stage: str,
    config: Section | Mapping[str, Any] | None = None,
    *,
    data: Path | str = ".",
    folder: Path | str | None = None,
    workers: int = 1,
    **inputs: Input,
) -> StageResult:
    """Run one stage. Inputs are tables by their names (TABLES), or what other stages made by the stages' names.

    Of `documents` only `text` and `lang` must be there. `config` is the stage's section or its keys, `data` the folder
    that its paths start from, `folder` a home that keeps what is made; without one it goes with the result. Raises
    RecipeError for an input that is missing or that the stage does not read, and whatever the stage raises.
    """
    recipe = _make_recipe(stage, config, data)
    temporary = tempfile.TemporaryDirectory(prefix="emma-") if folder is None else None
    home = Home(Path(temporary.name if temporary else str(folder)))
    # The same graph as a whole run: addresses, manifests and the check that no row is lost hold here too.
    with home.locked(), Local(workers) as executor:
        artifacts = _store_inputs(stage, inputs, home.store)
        (step,) = (step for step in list_steps(recipe, home, stage) if step.name == stage)
        reporter = Reporter(quiet=True)
        (outcome,) = graph.run_steps([step], artifacts, root=home.store, executor=executor, reporter=reporter)
    return StageResult(outcome.artifact, temporary)


def _make_recipe(stage: str, config: Section | Mapping[str, Any] | None, data: Path | str) -> Recipe:
    if stage not in INPUTS:
        raise RecipeError(f"There is no stage '{stage}'. {suggest(stage, INPUTS)}")
    if not isinstance(config, Section | Mapping | None):
        raise RecipeError(
            f"The settings of {stage} are a mapping, such as {{'key': 1}}, not a {type(config).__name__}. "
            "Tables are given by name: documents=…."
        )
    table = {"name": "alone", "data": str(data), stage: {} if config is None else config}
    try:
        return Recipe.model_validate(table)
    except ValidationError as error:
        raise RecipeError(explain_error(error, table, Recipe)) from None


def _store_inputs(stage: str, inputs: Mapping[str, Input], root: Path) -> dict[str, Artifact]:
    """The artifacts that a stage reads, by the names of the stages that make them."""
    for name, value in inputs.items():
        if not isinstance(value, pa.Table | StageResult | Artifact):
            found = type(value).__name__
            raise RecipeError(f"'{name}' must be a pyarrow Table, or what emma.stage returned; it is a {found}.")
    artifacts = {name: _unwrap(value) for name, value in inputs.items() if not isinstance(value, pa.Table)}
    tables = {name: value for name, value in inputs.items() if isinstance(value, pa.Table)}
    if unknown := sorted({*artifacts} - {*INPUTS[stage]} | {*tables} - {*TABLES}):
        known = [*(name for name, maker in TABLES.items() if maker in INPUTS[stage]), *INPUTS[stage]]
        raise RecipeError(f"'{unknown[0]}' is no input of {stage}. It may be given: {', '.join(known) or 'nothing'}.")
    if tables:
        _refuse_other_documents(tables, artifacts)
        artifacts |= _store_tables(tables, root)
    if missing := [name for name in INPUTS[stage] if name not in artifacts and name not in ELSEWHERE]:
        names = [table for table, maker in TABLES.items() if maker == missing[0]][:1]
        ways = " or ".join(f"{name}=…" for name in [*names, missing[0]])
        raise RecipeError(f"The stage {stage} reads what {missing[0]} makes: give {ways}.")
    return {name: artifact for name, artifact in artifacts.items() if name in INPUTS[stage]}


def _unwrap(value: StageResult | Artifact) -> Artifact:
    return value.artifact if isinstance(value, StageResult) else value


def _refuse_other_documents(tables: Mapping[str, pa.Table], artifacts: Mapping[str, Artifact]) -> None:
    """RecipeError when a stage's result is not of the documents that are given beside it, by their number."""
    given = tables["documents"].num_rows if "documents" in tables else None
    for name in sorted({*artifacts} & {"annotate", "curate"}):
        rows = artifacts[name].counts.get("rows_in")
        if rows is not None and given is not None and rows != given:
            raise RecipeError(f"'{name}' was made of {plural(rows, 'document')}, documents has {given}.")


def _store_tables(tables: Mapping[str, pa.Table], root: Path) -> dict[str, Artifact]:
    """Tables as the artifacts of the stages that make them, cut into shards of one source as collect cuts them."""
    if "documents" not in tables:
        raise RecipeError(f"'{next(iter(tables))}' stands beside documents row by row: give documents=… too.")
    documents = complete_documents(tables["documents"])
    # Curate ranks shards by the priority of their source, so a shard must not hold two.
    bounds = list(_source_bounds(documents["source"]))
    parts: dict[str, dict[str, tuple[Artifact, ...]]] = {}
    for name, table in {**tables, "documents": documents}.items():
        if table.num_rows != documents.num_rows:
            raise RecipeError(f"'{name}' has {plural(table.num_rows, 'row')}, documents has {documents.num_rows}.")
        pieces = tuple(_store_table(root, name, table.slice(start, end - start)) for start, end in bounds)
        parts.setdefault(TABLES[name], {})[name] = pieces
    sources = pa.table({"source": documents["source"].unique()})
    artifacts = {}
    for maker, shards_by_table in parts.items():
        own = _store_table(root, "sources", sources)
        key = address(
            "in memory", maker, {name: [piece.key for piece in pieces] for name, pieces in shards_by_table.items()}
        )
        artifacts[maker] = Artifact(own.path, key, {}, shards_by_table)
    return artifacts


def complete_documents(table: pa.Table) -> pa.Table:
    """A table of documents with every column of DOCUMENTS. Raises RecipeError without `text` and `lang`, LanguageError
    for a `lang` that is no label."""
    if missing := [name for name in ("text", "lang") if name not in table.column_names]:
        raise RecipeError(f"Documents need the columns text and lang; there is no '{missing[0]}'.")
    if table["lang"].null_count:
        raise LanguageError("Documents need a label in every row of `lang`, such as swh_Latn; some rows have none.")
    for label in table["lang"].unique().to_pylist():
        Lang.parse(label)
    numbers = np.arange(1, table.num_rows + 1)
    rows: dict[str, Any] = {
        **{name: pa.repeat(value, table.num_rows) for name, value in DEFAULTS.items()},
        "id": pa.array([f"memory:table#{number}" for number in numbers.tolist()], pa.string()),
        "source_code": table["lang"],
        "row": numbers,
    }
    rows |= {name: table[name] for name in table.column_names}
    columns = [rows.get(name, pa.nulls(table.num_rows, DOCUMENTS.field(name).type)) for name in DOCUMENTS.names]
    return pa.table(columns, names=DOCUMENTS.names).cast(DOCUMENTS)


def _source_bounds(sources: pa.ChunkedArray) -> Iterator[tuple[int, int]]:
    """First row, and row after the last, of every stretch of documents that are of one source."""
    names: Sequence[str] = sources.to_pylist()
    starts = [row for row in range(len(names)) if row == 0 or names[row] != names[row - 1]] or [0]
    yield from zip(starts, [*starts[1:], len(names)], strict=True)


def _store_table(root: Path, name: str, table: pa.Table) -> Artifact:
    """A table as an artifact of one file, addressed by its content."""
    # By content, so that the same table in the same folder finds what was made of it before.
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table.combine_chunks())
    key = address("in memory", name, hashlib.sha256(sink.getvalue()).hexdigest())
    with replace_file(root / "tables" / key / f"{name}.parquet") as path:
        shards.write(path, table)
    return Artifact(root / "tables" / key, key)
