"""Finding one document, or one reject, by its id."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from emma.errors import RecipeError
from emma.pipeline.corpus import Place
from emma.store import shards
from emma.store.artifact import Artifact

EXAMPLES = 5


def find(collect: Artifact, document: str) -> Place:
    """Shard number and row number of a document id. Raises RecipeError, with ids that come near, when there is none."""
    near: list[str] = []
    for number, part in enumerate(collect.parts["documents"]):
        ids = shards.read(part.file("documents.parquet"), ["id"])["id"]
        at = pc.index(ids, pa.scalar(document)).as_py()
        if at >= 0:
            return number, at
        near.extend(ids.filter(pc.starts_with(ids, document.rpartition("#")[0] or document)).to_pylist())
    raise RecipeError(f"No document has the id '{document}'. {hint(document, near)}")


def hint(document: str, near: Sequence[str]) -> str:
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
