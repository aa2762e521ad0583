"""Two processes of torchrun write what one would."""

import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from tests.conftest import TEXTS


def write_xcopa(folder: Path) -> None:
    for code, lang in (("th", "tha_Thai"), ("zh", "zho_Hans"), ("sw", "yor_Latn")):
        path = folder / "xcopa" / code / f"test.{code}.jsonl"
        path.parent.mkdir(parents=True)
        text = TEXTS[lang]
        row = {"premise": text, "choice1": text[:9], "choice2": text[9:], "question": "cause", "changed": False}
        rows = [{**row, "premise": text[number:], "label": number % 2, "idx": number} for number in range(8)]
        path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))


@pytest.mark.slow
def test_two_ranks_write_what_one_does(tmp_path: Path) -> None:
    write_xcopa(tmp_path)
    words = ["evaluate", "--model", "fake:one", "--task", "xcopa", "--data", ".", "--quiet"]
    alone = [sys.executable, "-m", "emma", *words, "--home", "h1", "--out", "alone"]
    launch = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "--master-port", "29517", "-m"]
    both = [*launch, "emma", *words, "--home", "h2", "--out", "both"]
    for command in (alone, both):
        done = subprocess.run(command, cwd=tmp_path, env=os.environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stdout.count("every language, item and answer") == 1
    for path in (tmp_path / "alone/tasks").iterdir():
        assert path.read_bytes() == (tmp_path / "both/tasks" / path.name).read_bytes()
