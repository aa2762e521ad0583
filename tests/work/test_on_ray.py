"""The Ray executor, on a real Ray: the same bytes as one process, the same errors, and lost workers replaced."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from emma.errors import ArtifactError, SourceError
from emma.work.local import TRIES
from emma.work.work import Work
from tests.work.deaths import dies, refuse
from tests.work.test_graph import files, square, total

pytestmark = pytest.mark.slow

if TYPE_CHECKING:
    from emma.work.on_ray import OnRay


def settings(out: Path, item: int) -> Mapping[str, int]:
    import pyarrow as pa

    return {"threads": int(os.environ["NUMBA_NUM_THREADS"]), "arrow": pa.cpu_count()}


@pytest.fixture
def work(make_work: Callable[..., Work], ray: "OnRay", said_by_ray: list[str]) -> Work:
    work = make_work("sums")
    work.executor = ray
    said_by_ray.clear()
    return work


def test_ray_equals_one_process(work: Work, make_work: Callable[..., Work], store: Path) -> None:
    alone = make_work("sums")
    alone.root = store.parent / "second"
    for each in (alone, work):
        each.gather(total, each.each(square, range(8), 2))
    assert files(work.root) == files(alone.root)


def test_an_error_of_a_task_arrives_as_it_is(work: Work) -> None:
    with pytest.raises(SourceError, match=r"^row \d is bad$"):
        work.each(refuse, range(2))


@pytest.mark.parametrize("deaths", [1, TRIES - 1])
def test_a_killed_worker_is_replaced_and_its_task_tried_again(
    work: Work, said_by_ray: list[str], tmp_path: Path, deaths: int
) -> None:
    made = work.each(dies, range(3), deaths, str(tmp_path))
    assert [each.file("value.txt").read_text() for each in made] == ["0", "1", "2"]
    assert len(said_by_ray) == deaths
    assert f"sums: dies {made[0].key}" in said_by_ray[0]


def test_a_task_that_always_dies_is_named(work: Work, tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=rf"sums: dies \w+ was killed {TRIES} times"):
        work.each(dies, range(1), 99, str(tmp_path))


def test_a_worker_uses_one_thread_and_ray_reports_to_nobody(work: Work) -> None:
    assert work.each(settings, [0])[0].counts == {"threads": 1, "arrow": 1}
    assert os.environ["RAY_USAGE_STATS_ENABLED"] == "0"


def test_what_another_machine_keeps_for_itself_is_an_error(work: Work, store: Path) -> None:
    from emma.store.artifact import Artifact
    from emma.work.on_ray import check_shared
    from emma.work.process import Usage
    from emma.work.task import Task

    task = Task(store, "sums", 1, square, (1, 2))
    with pytest.raises(ArtifactError, match="--store"):
        check_shared(task, (Artifact(task.path, task.key), Usage()))


@pytest.mark.parametrize("address", ["127.0.0.1:1", "ray://127.0.0.1:1"])
def test_no_cluster_at_the_address(address: str) -> None:
    pytest.importorskip("ray", reason="needs the ray extra")
    from emma.work.on_ray import OnRay

    with pytest.raises(ArtifactError, match=rf"Ray cannot be used at {address}.*refused.*ray start --head"):
        OnRay(address)
