"""A small corpus on which the whole stage is run."""

import json
from pathlib import Path

import pytest

from tests.conftest import TEXTS


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Three files of JSON lines: all test scripts, a bad line, and an unknown language."""
    folder = tmp_path / "data"
    (folder / "web").mkdir(parents=True)
    for number in range(3):
        lines = [json.dumps({"text": f"{text} {number}", "lang": label}) for label, text in TEXTS.items()]
        lines[1:1] = ['{"text": ', '{"text": "x", "lang": "qaa"}']
        (folder / "web" / f"{number}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder
