"""What `emma status` says: what is done, other versions of the software, and what was left behind."""

import json
from pathlib import Path

import pytest

from emma.cli.main import main
from emma.pipeline.recipe import INPUTS
from emma.store.manifest import MANIFEST
from tests.conftest import TEXTS
from tests.whole import emma

RECIPE = """
name = "small"
data = "{data}"
[[collect.sources]]
name = "s"
reader = "jsonl"
path = "t.jsonl"
licence = "CC0-1.0"
lang = "nqo_Nkoo"
"""


def status(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    capsys.readouterr()
    assert main(["status", *(str(each) for each in arguments)]) == 0
    return capsys.readouterr().out


def test_status_says_when_the_software_has_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home, recipe = tmp_path / "home", tmp_path / "small.toml"
    (tmp_path / "t.jsonl").write_text(json.dumps({"text": TEXTS["nqo_Nkoo"]}) + "\n")
    recipe.write_text(RECIPE.format(data=tmp_path))
    assert main(["collect", str(recipe), "--home", str(home), "--workers", "1", "--quiet"]) == 0
    assert "other versions" not in status(capsys, recipe, "--home", home)
    (path,) = home.glob(f"store/collect/*/{MANIFEST}")
    manifest = json.loads(path.read_text())
    now, manifest["made_with"]["pyarrow"] = manifest["made_with"]["pyarrow"], "1.0"
    path.write_text(json.dumps(manifest))
    said = status(capsys, recipe, "--home", home)
    assert f"collect was made with other versions: pyarrow 1.0 → {now}" in said
    assert "done" in said, "it still counts"


def test_status_lists_what_stopped_stages_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    left = tmp_path / "store" / "scratch" / "train-0123456789"
    left.mkdir(parents=True)
    (left / "checkpoint").write_bytes(bytes(3_000_000))
    assert f"{left} (3.00\u202fMB) is what a stage had done when it was stopped" in status(capsys, "--home", tmp_path)


def test_status_before_the_base_is_made(tmp_path: Path) -> None:
    for name, base in (("a", ""), ("b", 'base = "a.toml"\n')):
        (tmp_path / f"{name}.toml").write_text(base)
    done = emma("status", tmp_path / "b.toml", "--home", tmp_path / "home")
    assert done.returncode == 0
    assert done.stdout.count("to do") == len(INPUTS)


def test_an_answer_is_text_or_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "r.toml").write_text("")
    arguments = ["status", str(tmp_path / "r.toml"), "--home", str(tmp_path / "home")]
    assert main(arguments) == 0
    assert capsys.readouterr().out.splitlines()[2].split() == ["collect", "to", "do"]
    assert main([*arguments, "--json"]) == 0
    stages = json.loads(capsys.readouterr().out)["stages"]
    assert [each["stage"] for each in stages] == list(INPUTS) and not any(each["is_done"] for each in stages)


def test_a_home_without_runs_says_how_to_make_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--home", str(tmp_path)]) == 0
    assert "yet: `emma run RECIPE` makes one, --home names another." in capsys.readouterr().out


def test_the_name_of_a_run_shows_what_was_made(
    compiled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    said = status(capsys, "one", "--home", compiled)
    assert said.startswith(f"{compiled / 'one'} as last made\n") and said.count("to do") < len(INPUTS)
    assert "files" in status(capsys, "one", "--verify", "--home", compiled)
    assert main(["status", "one", "--home", str(compiled), "--set", "curate.max_drop=0.4"]) == 1
    assert "Name the recipe's file" in capsys.readouterr().err
    assert main(["status", "ones", "--home", str(compiled)]) == 1
    assert "There is no recipe at ones" in capsys.readouterr().err
