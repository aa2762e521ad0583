"""From text to a trained model through the command line: stopped, and taken over by two processes."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from torch.distributed import HashStore
from transformers import AutoModelForCausalLM

from emma.cli import main as cli
from emma.errors import RecipeError
from emma.pipeline.home import Home
from emma.pipeline.launch import find_job, finished_stages, leave_run
from emma.pipeline.recipe import Recipe
from emma.train.ranks import Launch
from emma.work import interrupt
from tests.whole import command, write_recipes

SETTINGS = ["--set", "mix.tokens=76_800", "--set", "train.device=cpu", "--set", "train.checkpoint_every=20"]


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_recipes(tmp_path_factory.mktemp("launch")).with_name("base.toml")


def environment() -> dict[str, str]:
    return os.environ | {"OMP_NUM_THREADS": "1"}


def started(recipe: Path, home: Path, *more: str) -> subprocess.Popen[str]:
    arguments = command("train", recipe, "--home", home, *SETTINGS, *more)
    return subprocess.Popen(arguments, env=environment(), text=True, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)


def together(recipe: Path, home: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Two processes by torchrun."""
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "--standalone"]
    arguments = [*torchrun, "-m", "emma.train", str(recipe), "--home", str(home), *SETTINGS, *more]
    return subprocess.run(arguments, env=environment(), capture_output=True, text=True, timeout=120, check=False)


def checkpoints(home: Path) -> list[Path]:
    return sorted(path for path in home.glob("store/scratch/train-*/step-*") if path.suffix != ".tmp")


def wait_for_checkpoint(process: subprocess.Popen[str], home: Path) -> None:
    while process.poll() is None and not checkpoints(home):
        time.sleep(0.01)


def test_earlier_stages_must_be_done(recipe: Path, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=f"'adapt' of base is to be done .* run 'emma adapt {recipe}'"):
        find_job(Recipe.read(recipe), Home(tmp_path))


def test_a_base_that_is_a_recipe_must_be_trained(recipe: Path, tmp_path: Path) -> None:
    whole = recipe.with_name("whole.toml")
    assert finished_stages(Recipe.read(whole), Home(tmp_path)) == {}


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (RecipeError("Wrong."), 1, r"error: Wrong\. \(process 3 of 8 on .*\)"),
        (ZeroDivisionError("by zero"), 1, r"error in process 3 of 8 on (?s:.*)ZeroDivisionError: by zero"),
        (KeyboardInterrupt(), 130, "interrupted; nothing finished is lost.*"),
    ],
)
def test_what_all_processes_find_wrong_is_said_once(monkeypatch, capsys, error, code: int, said: str) -> None:
    left: list[int] = []
    monkeypatch.setattr(os, "_exit", left.append)
    interrupt.listen()
    store = HashStore()
    for rank in (3, 0, 7):
        leave_run(error, Launch(store, rank, 8))
    assert left == [code] * 3
    assert re.fullmatch(said, capsys.readouterr().err.strip())


@pytest.mark.slow
def test_the_whole_way(recipe: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert cli.main(["adapt", str(recipe), "--home", str(home), "--quiet", *SETTINGS]) == 0
    told = started(recipe, home)
    wait_for_checkpoint(told, home)
    told.send_signal(signal.SIGTERM)
    _, said = told.communicate(timeout=60)
    assert told.returncode == 143, said
    (saved,) = re.findall(r"train: (\d+) of 150 steps are done and saved", said)
    assert checkpoints(home)[-1].name == f"step-{int(saved):09}"

    done = together(recipe, home)
    assert done.returncode == 0, done.stderr
    artifact = Home(home).run("base").artifact("train")
    assert not checkpoints(home)
    rows = [json.loads(line) for line in artifact.file("metrics.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == list(range(10, 151, 10))
    assert rows[-1]["loss"] < 0.7 * rows[0]["loss"]
    AutoModelForCausalLM.from_pretrained(artifact.file("model"))
