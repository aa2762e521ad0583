"""Tokenizers as transformers 4 reads them, which lies beside the environment's own."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.models.test_configuration import OLD

needs_transformers_4 = pytest.mark.skipif(
    not OLD.is_dir(),
    reason=f"transformers 4 is not in {OLD}: `make test` in the environment of `make setup` puts it there",
)


def in_transformers_4(texts: Sequence[str], folders: Sequence[Path]) -> list[list[list[list[int]]]]:
    """For each folder the ids of the texts, without special tokens and with them."""
    (at := folders[0].parent / "texts.json").write_text(json.dumps(texts))
    script = Path(__file__).with_name("in_transformers4.py")
    done = subprocess.run(
        [sys.executable, script, at, *folders],
        env=os.environ | {"PYTHONPATH": str(OLD)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [json.loads((folder / "ids.json").read_text()) for folder in folders]
