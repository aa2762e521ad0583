"""The search for duplicates, run on rows that are spread over shards."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from emma.annotate.features import annotate_batch
from emma.curate.duplicates.find import find_duplicates
from emma.schemas import ANNOTATIONS
from emma.store import shards
from emma.store.artifact import Artifact
from emma.work.work import Work
from tests.conftest import documents

Row = dict[str, Any]


Find = Callable[..., tuple[dict[str, np.ndarray], list[Row]]]


def annotations(table: pa.Table) -> pa.Table:
    """The annotations of some documents."""
    return pa.concat_tables([ANNOTATIONS.empty_table(), *map(annotate_batch, table.to_batches())])


@pytest.fixture
def find(make_work: Callable[..., Work], make_artifact: Callable[..., Artifact]) -> Find:
    """Find the duplicates among rows cut into shards of some sizes."""
    runs = iter(range(99))

    def run(
        rows: Sequence[Row], sizes: Sequence[int] = (), workers: int = 1, buckets: int = 4, threshold: float = 0.6
    ) -> tuple[dict[str, np.ndarray], list[Row]]:
        parts, start, name = [], 0, next(runs)
        for number, size in enumerate(sizes or [len(rows)]):
            some = rows[start : start + size]
            collected = make_artifact(f"c{name}-{number}", {"documents.parquet": documents(some)})
            annotated = {"annotations.parquet": annotations(documents(some))}
            parts.append((collected, make_artifact(f"a{name}-{number}", annotated)))
            start += size
        work = make_work("curate", key=f"{name:020}", workers=workers)
        with work.executor:
            found = find_duplicates(parts, work, buckets=buckets, near_threshold=threshold)
        arrays = {each: np.load(found.file(f"{each}.npy")) for each in ("texts", "near", "clusters")}
        return arrays, shards.read(found.file("near.parquet")).to_pylist()

    return run
