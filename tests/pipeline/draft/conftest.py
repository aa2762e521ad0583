"""A hub on this machine, and no other way to one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from emma.pipeline.draft import hub as client
from tests.conftest import TEXTS
from tests.hub import Hub, serve_hub

CARD = """\
---
license: cc-by-4.0
configs:
- config_name: kiswahili
  data_files: a/*.jsonl
- config_name: en-yo
  data_files: b/*
---
Stories.
"""


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub with the data set `someone/stories`: a configuration for a language, one for a pair, and files in folders
    called by labels; sound and a program beside them."""
    constants = pytest.importorskip("huggingface_hub.constants", reason="needs the hub extra")
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "no token"))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setattr(client, "WAITS", (0.0,))
    with serve_hub(tmp_path / "hub") as served:
        monkeypatch.setattr(constants, "ENDPOINT", served.endpoint)
        files = f"{served.endpoint}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", files)
        texts = {f"texts/{label}/1.txt": f"{text}\n".encode() for label, text in TEXTS.items()}
        rows = b'{"text": "Habari za leo, rafiki yangu."}\n{"text": "Siku njema sana, asante."}\n'
        pair = b"src\ttgt\nGood news today\tIroyin rere loni\nA long day\tOjo gigun kan\n"
        other = {"README.md": CARD.encode(), "clips/1.mp3": b"ID3", "stories.py": b"import datasets\n"}
        served.fill("datasets/someone/stories", {**texts, "a/1.jsonl": rows, "b/1.tsv": pair, **other})
        yield served
