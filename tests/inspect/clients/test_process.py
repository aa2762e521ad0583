"""A client's process is offline, and another interpreter does not see EMMA's own packages."""

import os
import sys
from pathlib import Path

import pytest

from emma.inspect.clients import process
from emma.inspect.clients.process import ask_script

SCRIPT = """
import json, os, sys
json.dump({name: os.environ.get(name) for name in ("PYTHONPATH", "HF_HUB_OFFLINE")}, open(sys.argv[2], "w"))
"""


@pytest.mark.parametrize("python", [None, Path(sys.executable)], ids=["own", "other"])
def test_what_a_client_sees(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, python: Path | None) -> None:
    (tmp_path / "tell.py").write_text(SCRIPT)
    monkeypatch.setattr(process, "SCRIPTS", tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(["here", os.environ.get("PYTHONPATH", "")]))
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    found = ask_script("tell", {}, tmp_path, python).fields
    assert found["HF_HUB_OFFLINE"] == "1"
    assert (found["PYTHONPATH"] is None) == (python is not None)
