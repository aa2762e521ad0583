"""Tasks by name, those of other packages among them; the page that adds one."""

import re
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from emma.errors import RecipeError
from emma.evaluate.tasks import registry
from emma.evaluate.tasks.registry import find_task, list_tasks

PAGE = Path(__file__).parents[3] / "docs/new-task.md"


@pytest.fixture
def proverbs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The files of the page, in a folder from which they can be imported."""
    for name, block in re.findall(r"^```python\n# (\w+\.py)\n(.+?)^```", PAGE.read_text("utf-8"), re.DOTALL | re.M):
        (tmp_path / name).write_text(block, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    for module in ("proverbs", "test_proverbs"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    return tmp_path


def enter(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setattr(registry, "entry_points", lambda group: [EntryPoint("proverbs", value, group)])


def test_names_are_of_one_task_each() -> None:
    names = [task.info.name for task in list_tasks()]
    assert len(names) == len(set(names)) >= 12


def test_every_task_says_where_its_data_is_had() -> None:
    for task in list_tasks():
        assert task.info.licence and task.info.folder
        assert re.search(r"arXiv:\d|github\.com|huggingface\.co|http", task.info.origin), task.info.name


def test_a_task_of_another_package(proverbs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert proverbs.exists()
    enter(monkeypatch, "proverbs:TASKS")
    assert find_task("proverbs").info.title == "Ends of proverbs"


def test_a_task_that_cannot_be_loaded_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    enter(monkeypatch, "not_installed:TASKS")
    with pytest.raises(RecipeError, match=r"'proverbs' of not_installed:TASKS cannot be loaded"):
        list(list_tasks())


def test_the_page_that_adds_a_task(proverbs: Path, tmp_path: Path) -> None:
    """Its test runs against its file."""
    names: dict[str, object] = {}
    exec(compile((proverbs / "test_proverbs.py").read_text("utf-8"), "test_proverbs.py", "exec"), names)
    (test,) = (value for name, value in names.items() if name.startswith("test_"))
    assert callable(test)
    test(tmp_path)
