"""A training that was stopped on its way, for whatever goes on from there."""

import os
import shutil
import signal
from pathlib import Path

import pytest

from emma.cli import main as cli
from emma.train import run as stage
from tests.whole import write_recipes

SETTINGS = ["--set", "mix.tokens=20_480", "--set", "train.device=cpu", "--set", "train.checkpoint_every=10", "--quiet"]


def train(recipe: Path, home: Path, *more: str, stop: int | None = None) -> int:
    """`emma train` in this process, told to stop in a step; returns the exit code."""
    take = stage.take_step

    def stopping(training, step):
        if step == stop:
            os.kill(os.getpid(), signal.SIGTERM)
        return take(training, step)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage, "take_step", stopping)
        patch.setattr(stage, "peak_flops", lambda *_: None)
        return cli.main(["train", str(recipe), "--home", str(home), *SETTINGS, *more])


@pytest.fixture(scope="session")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A recipe, and a home in which its training, `base`, was stopped after 27 of 40 steps."""
    folder = tmp_path_factory.mktemp("trainings")
    recipe = write_recipes(folder).with_name("base.toml")
    assert train(recipe, folder / "home", stop=26) == 143
    return recipe, folder / "home"


@pytest.fixture
def copied(stopped: tuple[Path, Path], tmp_path: Path) -> tuple[Path, Path]:
    """The same, to be changed."""
    shutil.copytree(stopped[1], tmp_path / "home", symlinks=True)
    return stopped[0], tmp_path / "home"
