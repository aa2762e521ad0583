"""What `emma status` says of a training: under way, stopped, done, or started from another."""

import json
from pathlib import Path

import pytest

from emma.cli.main import main
from emma.pipeline.home import Home
from emma.pipeline.trainings import describe_kept, find_training
from emma.store.artifact import commit, staging
from emma.store.files import write_json
from emma.train.begun import LOG_FILE, SETUP_FILE, checkpoint_folder, write_note

KEY, OTHER = "1" * 20, "2" * 20


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a run whose training has two checkpoints."""
    scratch, run = tmp_path / "store" / "scratch" / f"train-{KEY}", tmp_path / "demo"
    for step in (20, 40):
        checkpoint_folder(scratch, step).mkdir(parents=True)
    checkpoint_folder(scratch, 60).with_suffix(".tmp").mkdir()  # on its way
    (run / "logs").mkdir(parents=True)
    write_json(run / "lock.json", {"mix": OTHER})
    write_json(run / "begun.json", {"train": KEY})
    write_json(run / "logs" / SETUP_FILE, {"key": KEY})
    (run / "logs" / LOG_FILE).write_text('{"step": 45}\n{"step": 50}\n')
    started = {"run": "first", "step": 1200, "tokens": 7, "artifact": OTHER}
    write_note(scratch, {"steps": 1500, "train": {}, "model": str(tmp_path / "m"), "started_from": started})
    return tmp_path


def status(capsys: pytest.CaptureFixture[str], home: Path, *more: str) -> str:
    assert main(["status", "--home", str(home), *more]) == 0
    return capsys.readouterr().out


def test_steps_checkpoints_and_paths(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = status(capsys, home)
    assert "demo: training has come to step 50 of 1,500, from the weights of first after step 1,200\n" in said
    for step in (20, 40):
        assert f"demo@{step}" in said and str(checkpoint_folder(home / "store/scratch" / f"train-{KEY}", step)) in said
    assert "60" not in said.replace("1,500", "")
    assert "`emma export-checkpoint demo@40 OUT` writes one" in said
    (training,) = json.loads(status(capsys, home, "--json"))["trainings"]
    assert (training["step"], training["steps"], [*training["checkpoints"]]) == (50, 1500, ["demo@20", "demo@40"])


def test_a_recipe_shows_its_own_training(home: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for name, count in (("demo", 1), ("other", 0)):
        (tmp_path / f"{name}.toml").write_text("")
        assert status(capsys, home, str(tmp_path / f"{name}.toml")).count("training has come to step") == count


@pytest.mark.parametrize("log", [None, "", '{"st', "other"], ids=str)
def test_a_log_that_does_not_say_is_no_obstacle(
    home: Path, capsys: pytest.CaptureFixture[str], log: str | None
) -> None:
    path = home / "demo" / "logs" / LOG_FILE
    if log is None:
        path.unlink()
    elif log == "other":
        write_json(path.with_name(SETUP_FILE), {"key": OTHER})
    else:
        path.write_text(log)
    assert "training has come to step 40 of 1,500" in status(capsys, home)


def test_before_the_first_checkpoint(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (home / "store" / "scratch" / f"train-{KEY}").glob("step-*"):
        path.rmdir()
    said = status(capsys, home)
    assert "demo: training has come to step 50 of 1,500" in said and "It has no checkpoint yet" in said


def test_a_failed_retry_hides_no_finished_training(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with staging(home / "store" / "train" / OTHER) as out:
        (out / "model").mkdir()
        write_json(out / "model" / "training.json", {"validation": {"result_step": 30}})
        path = home / "store" / "train" / OTHER
        commit(out, path, root=home / "store", made_by={}, key=OTHER, counts={"steps": 40})
    write_json(home / "demo" / "lock.json", {"train": OTHER})
    assert not find_training(Home(home), "demo").is_result(None), "one with checkpoints stands for itself"
    for checkpoint in (home / "store" / "scratch" / f"train-{KEY}").glob("step-*"):
        checkpoint.rmdir()
    training = find_training(Home(home), "demo")
    assert training.key == OTHER and [training.is_result(step) for step in (None, 30, 40)] == [True, True, False]
    assert describe_kept(training).startswith("That training is done: there is demo@30, the best of its 40 steps;")
    said = status(capsys, home)
    assert "demo: training has come to step 50 of 1,500" in said
    assert f"'demo' stands for the training before it, whose model is {path / 'model'}" in said
