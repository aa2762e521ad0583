"""The annotate stage: rows stay aligned however shards are cut, and a missing file is named."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from emma.annotate.config import AnnotateConfig
from emma.annotate.run import annotate
from emma.errors import ArtifactError
from emma.schemas import ANNOTATIONS
from emma.store import shards
from emma.store.artifact import Artifact
from emma.work.work import StageOutput, Work
from tests.conftest import TEXTS, documents

Row = dict[str, Any]


def cut(rows: list[Row], sizes: list[int]) -> list[pa.Table]:
    table, places = documents(rows), [0, *sizes]
    return [table.slice(sum(places[:at]), size) for at, size in enumerate(places[1:], 1)]


@pytest.mark.slow
@pytest.mark.parametrize(("sizes", "workers"), [([2500], 1), ([1, 1024, 1475], 1), ([1300, 1200], 2)])
def test_rows_stay_aligned_however_they_are_cut(
    sizes: list[int], workers: int, make_work: Callable[..., Work], make_artifact: Callable[..., Artifact]
) -> None:
    labels = list(TEXTS)
    rows = [{"text": f"{TEXTS[labels[at % 11]]} {at}", "lang": labels[at % 11]} for at in range(2500)]
    parts = [make_artifact(f"s{at}", {"documents.parquet": table}) for at, table in enumerate(cut(rows, sizes))]
    collect = make_artifact("collect", documents=parts)
    work = make_work("annotate", workers=workers)
    with work.executor:
        made: StageOutput = annotate(AnnotateConfig(), collect=collect, work=work)
    total = sum(len(row["text"].encode()) for row in rows)
    assert made.counts == {"rows_in": 2500, "rows_out": 2500, "bytes": total}
    table = shards.read_all([part.file("annotations.parquet") for part in made.parts["annotations"]])
    assert table.schema.equals(ANNOTATIONS)
    assert table["bytes"].to_pylist() == [len(row["text"].encode()) for row in rows]


def test_a_shard_without_its_file_is_named(
    make_work: Callable[..., Work], make_artifact: Callable[..., Artifact]
) -> None:
    collect = make_artifact("collect", documents=[make_artifact("shard")])
    with pytest.raises(ArtifactError, match=r"documents\.parquet"):
        annotate(AnnotateConfig(), collect=collect, work=make_work("annotate"))
