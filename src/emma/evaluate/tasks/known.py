"""What is known of benchmarks before they are run, from the table beside this module."""

from functools import lru_cache
from pathlib import Path

from emma.evaluate.tasks.rows import Row, read_rows
from emma.evaluate.tasks.task import TaskInfo

TABLE = Path(__file__).with_suffix(".tsv")


def known(name: str) -> TaskInfo:
    """What is known of a benchmark."""
    return _read_table()[name]


@lru_cache(maxsize=1)
def _read_table() -> dict[str, TaskInfo]:
    return {row.text("name"): _make_info(row) for row in read_rows(TABLE, TABLE.parent)}


def _make_info(row: Row) -> TaskInfo:
    texts = (
        row.text(name) for name in ("name", "version", "title", "family", "written", "licence", "origin", "folder")
    )
    name, version, title, family, written, licence, origin, folder = texts
    hub, shots, beside = row.values["hub"] or None, int(row.text("shots")), tuple(str(row.values["beside"]).split())
    return TaskInfo(name, int(version), title, family, written == "native", licence, origin, folder, shots, hub, beside)
