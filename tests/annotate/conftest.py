"""The annotate stage run on a few rows."""

from collections.abc import Callable
from typing import Any

import pytest

from emma.annotate.config import AnnotateConfig
from emma.annotate.run import annotate
from emma.store import shards
from emma.store.artifact import Artifact
from emma.work.work import Work
from tests.conftest import documents

Row = dict[str, Any]


@pytest.fixture
def annotated(make_work: Callable[..., Work], make_artifact: Callable[..., Artifact]) -> Callable[..., list[Row]]:
    def run(rows: list[Row]) -> list[Row]:
        shard = make_artifact("shard", {"documents.parquet": documents(rows)})
        made = annotate(
            AnnotateConfig(), collect=make_artifact("collect", documents=[shard]), work=make_work("annotate")
        )
        (part,) = made.parts["annotations"]
        found: list[Row] = shards.read(part.file("annotations.parquet")).to_pylist()
        return found

    return run
