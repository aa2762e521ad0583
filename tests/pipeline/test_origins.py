"""A model that began as one trained on a private source may not be released, however many trainings lie between."""

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pytest

from emma.errors import RecipeError
from emma.pipeline.home import Home
from emma.pipeline.origins import refuse_private_origins
from emma.store import shards
from emma.store.artifact import Artifact, commit, staging


def put(home: Home, stage: str, name: str, facts: Mapping[str, object], **tables: list[dict[str, object]]) -> Artifact:
    path = home.store / stage / f"{stage}-{name}"
    with staging(path) as out:
        for table, rows in tables.items():
            shards.write(out / f"{table}.parquet", pa.Table.from_pylist(rows))
        return commit(out, path, root=home.store, made_by=dict(facts), key=path.name, counts={})


def train(home: Home, name: str, redistribution: str, outcome: str, **origins: str) -> Artifact:
    """A training on two sources, one of this class and with this outcome."""
    sources = [{"source": "a", "redistribution": "public"}, {"source": "b", "redistribution": redistribution}]
    kept = [{"source": "a", "outcome": "train", "documents": 1}, {"source": "b", "outcome": outcome, "documents": 1}]
    collect = put(home, "collect", name, {"inputs": {}}, sources=sources)
    curate = put(home, "curate", name, {"inputs": {"collect": collect.key}}, languages=kept)
    pack = put(home, "pack", name, {"inputs": {"collect": collect.key, "curate": curate.key}})
    base = {"base": origins.pop("base")} if "base" in origins else {}
    adapt = put(home, "adapt", name, {"inputs": base})
    return put(home, "train", name, {"inputs": {"pack": pack.key, "adapt": adapt.key, **origins}})


@pytest.mark.parametrize(
    ("redistribution", "outcome", "refused"),
    [("private", "train", True), ("private", "near duplicate", True), ("private", "removed", False),
     ("private", "opted out", False),
     ("derived", "train", False)],
)  # fmt: skip
@pytest.mark.parametrize("way", ["itself", "checkpoint", "base", "start", "checkpoint before"])
def test_private_text_is_found_behind_a_model(
    tmp_path: Path, way: str, redistribution: str, outcome: str, refused: bool
) -> None:
    home = Home(tmp_path)
    first = train(home, "first", redistribution, outcome)
    begun = first
    if "checkpoint" in way:
        begun = put(home, "start", "s", {"training": first.key})
    if way in ("base", "start", "checkpoint before"):
        begun = train(home, "second", "public", "train", **{"base" if way == "base" else "start": begun.key})
    if not refused:
        refuse_private_origins(home, [begun])
        return
    with pytest.raises(RecipeError, match=r"was trained on 'b'.*private"):
        refuse_private_origins(home, [begun])


def test_a_base_from_elsewhere_is_its_makers(tmp_path: Path) -> None:
    refuse_private_origins(Home(tmp_path), [Artifact(tmp_path / "base", "b" * 20)])
