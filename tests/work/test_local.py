"""The local executor when workers are killed: tried again, one at a time at last, and one clear error in the end."""

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest

from emma.errors import ArtifactError, SourceError
from emma.work.local import TRIES, Local
from emma.work.task import Task
from emma.work.work import LIGHT_BYTES, Work
from tests.work.deaths import dies, refuse
from tests.work.test_graph import square


def process(out: Path, _item: int) -> Mapping[str, int]:
    (out / "process.txt").write_text(str(os.getpid()))
    return {}


@pytest.fixture
def folder(tmp_path: Path) -> str:
    (tmp_path / "deaths").mkdir()
    return str(tmp_path / "deaths")


@pytest.mark.slow
@pytest.mark.parametrize(("bytes_in", "alone"), [(None, False), (LIGHT_BYTES, False), (LIGHT_BYTES - 1, True)])
def test_little_text_needs_no_other_process(make_work: Callable[..., Work], bytes_in: int | None, alone: bool) -> None:
    work = make_work("sums")
    work.bytes_in = bytes_in
    with Local(2) as work.executor:
        made = work.each(process, range(3))
    assert ({each.file("process.txt").read_text() for each in made} == {str(os.getpid())}) is alone


@pytest.mark.slow
@pytest.mark.parametrize("deaths", [1, TRIES - 1])
def test_a_killed_worker_is_replaced_and_its_task_tried_again(
    make_work: Callable[..., Work], folder: str, deaths: int
) -> None:
    said: list[str] = []
    work = make_work("sums")
    with Local(2, said.append) as work.executor:
        made = work.each(dies, range(5), deaths, folder)
    assert [each.file("value.txt").read_text() for each in made] == ["0", "1", "2", "3", "4"]
    assert len(said) == deaths
    assert f"sums: dies {made[0].key}" in said[0]


@pytest.mark.slow
def test_a_task_that_always_dies_is_named_and_the_others_are_done(make_work: Callable[..., Work], folder: str) -> None:
    work = make_work("sums")
    with Local(2, lambda text: None) as work.executor:
        with pytest.raises(ArtifactError, match=rf"sums: dies \w+ was killed {TRIES} times.*--workers"):
            work.each(dies, range(3), 99, folder)
        assert len(list(Path(folder).glob("0-*"))) == TRIES
        assert work.each(dies, range(1, 3), 99, folder)[0].file("value.txt").read_text() == "1"


def test_an_error_of_a_task_arrives_as_it_is(make_work: Callable[..., Work]) -> None:
    work = make_work("sums")
    with Local(2) as work.executor, pytest.raises(SourceError, match=r"^row \d is bad$"):
        work.each(refuse, range(4))


class Watched(list[Task]):
    """Tasks that know which of them were handed out."""

    def __init__(self, tasks: Iterable[Task]) -> None:
        super().__init__(tasks)
        self.handed_out: set[int] = set()

    def __getitem__(self, index: int) -> Task:  # type: ignore[override]
        self.handed_out.add(index)
        return super().__getitem__(index)


@pytest.mark.slow
def test_tasks_are_handed_out_when_a_worker_is_free(store: Path) -> None:
    tasks = Watched(Task(store, "sums", 1, square, (number, 2)) for number in range(9))
    with Local(2) as executor:
        for count, _ in enumerate(executor.run(tasks)):
            assert len(tasks.handed_out) <= count + 2
    assert tasks.handed_out == set(range(9))
