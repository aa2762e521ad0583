"""`emma why`: what was decided about one document, by which rule, and what it was measured against."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from emma.errors import RecipeError
from emma.home import Home, Run
from emma.schemas import FEATURES
from emma.store import shards
from emma.store.artifact import MANIFEST, Artifact

ABOUT = ("id", "lang", "source_code", "rule", "domain", "licence", "file", "row")
"""Columns of the document that are shown as they are."""

DASH = "–"
EXAMPLES = 5


def choose_run(home: Home, name: str | None) -> Run:
    """The run called `name`, or the only one there is. Raises RecipeError listing them otherwise."""
    names = [run.name for run in home.runs()]
    if name in names:
        return home.run(str(name))
    if name is None and len(names) == 1:
        return home.run(names[0])
    listed = ", ".join(names) or "none yet"
    raise RecipeError(f"Which run? {home.path} has: {listed}. Say it with --run NAME.")


def why(run: Run, document: str) -> Iterator[tuple[str, object]]:
    """Rows of (what, value) about one document id. Raises RecipeError when no document has that id."""
    collect = run.artifact("collect")
    if (reject := find_reject(collect, document)) is not None:
        yield from (("id", document), ("decision", f"rejected: {reject['reason']}"))
        yield "raw", _short(bytes(reject["raw"] or b"").decode("utf-8", "replace"))
        return
    shard, row, found = find(collect, document)
    yield from ((name, found[name]) for name in ABOUT)
    yield "text", _short(found["text"])
    if (annotate := _made_from(collect, run, "annotate")) is None:
        yield "decision", "not made yet: annotate has not finished"
        return
    notes = _row(annotate, "annotations", shard, row)
    yield from ((name, notes[name]) for name in ("bytes", "chars", "words", "lines", "script", "script_share"))
    if (curate := _made_from(annotate, run, "curate")) is None:  # its guard stops it and names documents to look at
        yield from ((name, _against(notes[name])) for name in FEATURES)
        yield "decision", "not made yet: curate has not finished"
        return
    choice = _row(curate, "selection", shard, row)
    limits = shards.read(curate.file("limits.parquet"))
    for name in FEATURES:
        rules = [each for each in limits.to_pylist() if each["lang"] == found["lang"] and each["feature"] == name]
        yield name, _against(notes[name], rules)
    yield "cluster", f"{choice['cluster']} ({choice['cluster_size']} documents)"
    yield "decision", choice["split"] or f"dropped: {choice['reason']}"


def find(collect: Artifact, document: str) -> tuple[int, int, dict[str, object]]:
    """Shard number, row number and row of a document id."""
    near: list[str] = []
    for number, part in enumerate(collect.parts["documents"]):
        path = part.file("documents.parquet")
        ids = shards.read(path, ["id"])["id"]
        at = pc.index(ids, pa.scalar(document)).as_py()
        if at >= 0:
            return number, at, shards.read(path).slice(at, 1).to_pylist()[0]
        near.extend(ids.filter(pc.starts_with(ids, document.rpartition("#")[0] or document)).to_pylist())
    raise RecipeError(f"No document has the id '{document}'. {_hint(document, near)}")


def _hint(document: str, near: Sequence[str]) -> str:
    """What might have been meant: short texts are joined, and the document has the row of its first."""
    row = document.rpartition("#")[2]
    if not near:
        return "Ids look like source:file#row."
    before = [each for each in near if row.isdigit() and int(each.rpartition("#")[2]) < int(row)]
    if before:
        return f"Row {row} may have been joined into {before[-1]}."
    return f"There are, for example: {', '.join(near[:EXAMPLES])}."


def find_reject(collect: Artifact, document: str) -> Mapping[str, Any] | None:
    """The reject with this id, if it is one."""
    for part in collect.parts["documents"]:
        for reject in shards.read(part.file("rejects.parquet")).to_pylist():
            if f"{reject['source']}:{reject['file']}#{reject['row']}" == document:
                return dict(reject)
    return None


def _made_from(before: Artifact, run: Run, stage: str) -> Artifact | None:
    """The run's artifact of a stage, or None where there is none, or it is of an older run that read something else."""
    if stage not in run.keys():  # noqa: SIM118
        return None
    artifact = run.artifact(stage)
    made_by = json.loads(artifact.file(MANIFEST).read_text(encoding="utf-8"))["made_by"]
    return artifact if before.key in made_by["inputs"].values() else None


def _row(artifact: Artifact, table: str, shard: int, row: int) -> dict[str, object]:
    path = artifact.parts[table][shard].file(f"{table}.parquet")
    found: dict[str, object] = shards.read(path).slice(row, 1).to_pylist()[0]
    return found


def _against(value: object, rules: Sequence[Mapping[str, Any]] = ()) -> str:
    """A measured value beside the limits its language had for it, and whose distribution they came from."""
    shown = f"{value:.3f}" if isinstance(value, float) else DASH
    stated = [f"{each['side']} limit {_limit(each['limit'])} from {each['level']}" for each in rules]
    return f"{shown}  ({', '.join(stated)})" if stated else shown


def _limit(value: float | None) -> str:
    return "none" if value is None else f"{value:.3f}"


def _short(text: object, length: int = 200) -> str:
    shown = str(text).replace("\n", " ⏎ ")
    return shown if len(shown) <= length else f"{shown[:length]}…"
