"""`emma why`: what was decided about one document, by which rule, and what it was measured against."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from emma.errors import RecipeError
from emma.home import Home, Run
from emma.schemas import FEATURES
from emma.store import shards
from emma.store.artifact import Artifact

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
    shard, row, found = find(run.artifact("collect"), document)
    yield from (
        (name, found[name]) for name in ("id", "lang", "source_code", "rule", "domain", "licence", "file", "row")
    )
    yield "text", _short(found["text"])
    notes = _row(run.artifact("annotate"), "annotations", shard, row)
    yield from ((name, notes[name]) for name in ("bytes", "chars", "words", "lines", "script", "script_share"))
    choice = _row(run.artifact("curate"), "selection", shard, row)
    limits = shards.read(run.artifact("curate").file("limits.parquet"))
    for name in FEATURES:
        yield name, _against(notes[name], name, found["lang"], limits)
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
        same_file = pc.starts_with(ids, document.rpartition("#")[0] or document)
        near.extend(ids.filter(same_file).slice(0, EXAMPLES).to_pylist())
    hint = f"There are, for example: {', '.join(near[:EXAMPLES])}." if near else "Ids look like source:file#row."
    raise RecipeError(f"No document has the id '{document}'. {hint}")


def _row(artifact: Artifact, table: str, shard: int, row: int) -> dict[str, object]:
    path = artifact.parts[table][shard].file(f"{table}.parquet")
    found: dict[str, object] = shards.read(path).slice(row, 1).to_pylist()[0]
    return found


def _against(value: object, feature: str, lang: object, limits: pa.Table) -> str:
    """A measured value beside the limits its language had for it, and whose distribution they came from."""
    shown = f"{value:.3f}" if isinstance(value, float) else DASH
    rules = [each for each in limits.to_pylist() if each["lang"] == lang and each["feature"] == feature]
    stated = [f"{each['side']} limit {_limit(each['limit'])} from {each['level']}" for each in rules]
    return f"{shown}  ({', '.join(stated)})" if stated else shown


def _limit(value: float | None) -> str:
    return "none" if value is None else f"{value:.3f}"


def _short(text: object, length: int = 200) -> str:
    shown = str(text).replace("\n", " ⏎ ")
    return shown if len(shown) <= length else f"{shown[:length]}…"
