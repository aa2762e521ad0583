"""The table of what is known of benchmarks."""

from pathlib import Path

from emma.evaluate.tasks import data
from emma.evaluate.tasks.data import known
from emma.evaluate.tasks.registry import list_tasks
from emma.evaluate.tasks.rows import read_rows

TABLE = Path(data.__file__).with_name("known.tsv")


def test_every_row_is_a_task() -> None:
    rows = list(read_rows(TABLE, TABLE.parent))
    tasks = {task.info.name: task.info for task in list_tasks()}
    for row in rows:
        name = row.text("name")
        assert known(name) == tasks[name]
        assert row.values["native"] in ("yes", "no")
        assert known(name).native == (row.values["native"] == "yes")
    assert len({row.text("name") for row in rows}) == len(rows)
