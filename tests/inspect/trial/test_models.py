"""Which models a name stands for: a run's own and its base wherever that lies, or a folder."""

import shutil
from pathlib import Path

import pytest

from emma.errors import RecipeError
from emma.inspect.trial.models import find_models, find_run_base
from emma.pipeline.base import base_artifact
from emma.pipeline.home import Home
from emma.store.files import read_json, write_json
from tests.inspect.trial.conftest import make, save_model


@pytest.fixture
def home(tried: Home, tmp_path: Path) -> Home:
    """A copy that may be changed."""
    shutil.copytree(tried.path, tmp_path / "home")
    return Home(tmp_path / "home")


def test_a_run_has_its_own_base(tried: Home) -> None:
    for name in ("demo", str(tried.path / "demo")):
        models = find_models(tried, name)
        assert [*models.folders] == ["base", "adapted"] and models.note is None
        assert models.adapted == tried.run("demo").artifact("train").path / "model" != models.base
        assert models.run is not None and models.run.name == "demo"


def test_a_base_outside_of_the_store_is_known_by_its_content(home: Home, tmp_path: Path) -> None:
    save_model(tmp_path / "elsewhere", 5)
    fingerprints = home.fingerprints()
    base = base_artifact(tmp_path / "elsewhere", fingerprints)
    record_base(home, base.key)
    assert find_models(home, "demo").base == tmp_path / "elsewhere"
    (tmp_path / "elsewhere" / "config.json").write_text("{}")  # another model lies there now
    models = find_models(home, "demo")
    assert models.base is None and "--base DIR" in str(models.note)
    assert find_models(home, "demo", str(tmp_path / "elsewhere")).base == tmp_path / "elsewhere"


def record_base(home: Home, key: str | None) -> None:
    """Let the run's model be made from another base."""
    adapt = make(home, "adapt", inputs={} if key is None else {"base": key})
    lock = home.path / "demo" / "lock.json"
    write_json(lock, {**read_json(lock), "adapt": adapt.key})


def test_a_run_from_random_weights_has_none(home: Home) -> None:
    record_base(home, None)
    assert find_run_base(home.run("demo")) == (
        None,
        "The run 'demo' has no base: its training started from random weights.",
    )


def test_a_released_model_stands_alone(tried: Home, tmp_path: Path) -> None:
    model = tried.run("demo").artifact("train").path / "model"
    shutil.copytree(model, tmp_path / "release" / "model")
    for folder in (tmp_path / "release", tmp_path / "release" / "model"):
        models = find_models(tried, str(folder))
        assert models.folders == {"adapted": tmp_path / "release" / "model"} and models.run is None
        assert [*find_models(tried, str(folder), str(model)).folders] == ["base", "adapted"]


def test_a_training_under_way_has_checkpoints_to_try(home: Home) -> None:
    home.run("begun").begin("train", "a" * 20)
    with pytest.raises(RecipeError, match=r"Try a checkpoint: `emma export-checkpoint begun OUT`, then `emma try OUT`"):
        find_models(home, "begun")


def test_a_run_is_meant_where_a_folder_of_its_name_lies_here(
    tried: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`emma new texts` names the run after the folder of text."""
    (tmp_path / "demo").mkdir()
    monkeypatch.chdir(tmp_path)
    assert find_models(tried, "demo").run == tried.run("demo")


def test_what_is_no_model_says_what_to_name(tried: Home, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"'nothing' is neither a run in .* There are: begun, demo\."):
        find_models(tried, "nothing")
    with pytest.raises(RecipeError, match=r"neither the folder of a run.*nor that of a model"):
        find_models(tried, str(tmp_path))
    with pytest.raises(RecipeError, match=r"trained no model yet: `emma status` shows how far it is\.$"):
        find_models(tried, "begun")
    with pytest.raises(RecipeError, match=r"config\.json"):
        find_models(tried, "demo", str(tmp_path))
