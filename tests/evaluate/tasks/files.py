"""Data folders of made-up tasks."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import orjson


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Write text files below a folder."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def dump_lines(rows: Sequence[object]) -> str:
    """Rows as JSON lines."""
    return "".join(f"{orjson.dumps(row).decode()}\n" for row in rows)
