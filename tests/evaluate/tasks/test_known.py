"""The table of what is known of benchmarks."""

from emma.evaluate.tasks.known import TABLE, known
from emma.evaluate.tasks.registry import FAMILIES, list_tasks
from emma.evaluate.tasks.rows import read_rows


def test_every_row_is_a_task_of_its_family() -> None:
    rows = list(read_rows(TABLE, TABLE.parent))
    tasks = {task.info.name: task.info for task in list_tasks()}
    for row in rows:
        name = row.text("name")
        assert known(name) == tasks[name]
        assert row.values["written"] in ("native", "translated")
        assert known(name).family in FAMILIES
    assert len({row.text("name") for row in rows}) == len(rows)
