"""`emma lid` from the command line: train, measure what was trained and what was not, look at labels."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from emma.cli.main import main
from tests.annotate.test_identify import rows

RECIPE = """
name = "small"

[[collect.sources]]
name = "clean"
reader = "jsonl"
path = "clean.jsonl"
licence = "CC0-1.0"

[[collect.sources]]
name = "other"
reader = "jsonl"
path = "other.jsonl"
licence = "CC0-1.0"

[annotate.lid]
train = ["clean"]
training = { buckets = 4000, dimension = 8, epochs = 60, held_out = 0.2 }
"""


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    """A recipe with a clean source, and another that has a language which is not in it."""
    for name, texts in (
        ("clean", rows()),
        ("other", [*rows(3), {"lang": "sme_Latn", "text": "Buot olbmot leat " * 3}]),
    ):
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in texts)
        (tmp_path / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")
    (tmp_path / "small.toml").write_text(f'data = "{tmp_path}"\n{RECIPE}', encoding="utf-8")
    return tmp_path / "small.toml"


def lid(verb: str, *arguments: object, home: Path) -> int:
    return main(["lid", verb, *map(str, arguments), "--home", str(home), "--workers", "1", "--quiet"])


def facts(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / "lid.json").read_text(encoding="utf-8"))
    return found


def printed(capsys: pytest.CaptureFixture[str]) -> Sequence[str]:
    return capsys.readouterr().out.splitlines()


def test_train_then_eval_then_labels(recipe: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home, model = tmp_path / "runs", tmp_path / "model"
    assert lid("train", recipe, "--out", model, home=home) == 0
    assert any("macro-F1" in line for line in printed(capsys)) and facts(model)["trained_on"] == ["clean"]
    assert (model / "model.bin").exists() and (model / "lid_languages.parquet").exists()

    assert lid("eval", model, recipe, "--out", tmp_path / "again", home=home) == 0
    assert facts(tmp_path / "again") == facts(model)["held_out"]  # asked about lines that it did not learn
    assert lid("eval", model, recipe, "--sources", "other", "--out", tmp_path / "other", home=home) == 0
    summary = facts(tmp_path / "other")
    assert (summary["languages"], summary["languages_known"]) == (12, 11)

    printed(capsys)
    assert main(["lid", "labels", str(model)]) == 0
    assert printed(capsys)[-1] == "11 labels, 11 languages of ours"


def test_what_is_trained_is_what_the_stage_uses(recipe: Path, tmp_path: Path) -> None:
    home = tmp_path / "runs"
    lid("train", recipe, home=home)
    (model,) = (home / "store" / "annotate" / "train_model").iterdir()
    assert main(["annotate", str(recipe), "--home", str(home), "--workers", "1", "--quiet"]) == 0
    assert list((home / "store" / "annotate" / "train_model").iterdir()) == [model]
    assert (home / "small" / "lid" / "model.bin").read_bytes() == (model / "model.bin").read_bytes()


def test_which_sources_must_be_said(recipe: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe.write_text(recipe.read_text(encoding="utf-8").partition("[annotate.lid]")[0], encoding="utf-8")
    assert lid("train", recipe, home=tmp_path / "runs") == 1
    assert "Name them with --sources" in (said := capsys.readouterr().err) and "clean, other" in said
    assert lid("eval", tmp_path / "none.bin", recipe, "--sources", "other", home=tmp_path / "runs") == 1
    assert "There is no language-identification model" in capsys.readouterr().err
    assert not (tmp_path / "runs" / "store" / "collect").exists(), "neither is found out after the work"


def test_a_model_at_another_place_is_the_same_stage(recipe: Path, tmp_path: Path) -> None:
    home, model = tmp_path / "runs", tmp_path / "model"
    lid("train", recipe, "--out", model, home=home)
    text = recipe.read_text(encoding="utf-8").partition("train =")[0]
    keys = []
    for place in ("model", "moved"):
        if place == "moved":
            model.rename(tmp_path / "moved")
        recipe.write_text(f'{text}model = "{place}/model.bin"\nspelling = "letters"\n', encoding="utf-8")
        assert main(["annotate", str(recipe), "--home", str(home), "--workers", "1", "--quiet"]) == 0
        keys.append(json.loads((home / "small" / "lock.json").read_text(encoding="utf-8"))["annotate"])
    assert keys[0] == keys[1]
    (tmp_path / "moved" / "model.bin").write_bytes((tmp_path / "moved" / "model.bin").read_bytes()[:-1] + b"?")
    assert main(["annotate", str(recipe), "--home", str(home), "--workers", "1", "--quiet"]) == 0
    assert json.loads((home / "small" / "lock.json").read_text(encoding="utf-8"))["annotate"] != keys[0]
