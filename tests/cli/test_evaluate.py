"""`emma evaluate` without a recipe: a table, files, answers that are reused, and one clear line for each mistake."""

from pathlib import Path

import orjson
import pytest

from emma.cli.main import main
from emma.evaluate.backends.fake import Fake
from emma.evaluate.tasks import registry
from tests.evaluate.tiny import Tiny, write_tiny


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(registry, "list_tasks", lambda: iter([Tiny()]))
    monkeypatch.chdir(tmp_path)
    write_tiny(tmp_path / "data")


def call(*words: str) -> int:
    return main(["evaluate", "--quiet", "--task", "tiny", "--data", "data", *words])


def test_a_table_and_files(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert call("--model", "one=fake:one", "--model", "two=fake:two", "--lang", "tha_Thai,khm_Khmr,lao_Laoo") == 0
    out = capsys.readouterr()
    header, *rows = out.out.splitlines()
    assert header.split()[:6] == ["task", "variant", "metric", "languages", "one", "two"]
    assert any(row.split()[:4] == ["tiny", "cloze", "accuracy", "2"] for row in rows)
    assert any(row.split()[:4] == ["tiny", "direct", "accuracy", "khm_Khmr"] for row in rows)
    assert "tiny has no items in lao_Laoo" in out.out
    names = {path.stem for path in (tmp_path / "emma-evaluate/tasks").iterdir()}
    assert names >= {"items", "scores", "gains", "averages", "absent", "rejects"}


def test_every_model_has_its_gain(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(*(word for name in ("one", "two", "three") for word in ("--model", f"fake:{name}"))) == 0
    first = capsys.readouterr().out.split("\ntiny ")[0]
    assert [model for model in ("one", "two", "three") if f"{model}\N{NO-BREAK SPACE}" in first] == ["two", "three"]


def test_answers_are_reused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert call("--model", "fake:one", "--out", "first") == 0
    monkeypatch.setattr(Fake, "answer", lambda self, prepared: pytest.fail("asked again"))
    assert call("--model", "fake:one", "--out", "second") == 0
    for path in (tmp_path / "first/tasks").iterdir():
        assert path.read_bytes() == (tmp_path / "second/tasks" / path.name).read_bytes()


def test_settings_and_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("--model", "fake:one", "--limit", "2", "--shots", "0", "--json", "--set", "evaluate.seed=1") == 0
    sheet = orjson.loads(capsys.readouterr().out)
    assert {row["items"] for row in sheet["scores"]} == {2}
    assert sheet["models"] == ["one"]


def test_arguments_that_do_not_go_together(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("r.toml", "--model", "fake:one") == 2
    assert "give a recipe or --model, and not both" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--model", "fake:one", "--model", "fake:one"], "Two models are called 'one'. Give each a name of its own"),
        (["--model", "fake:one", "--baseline", "two"], "The baseline 'two' is none of the models one"),
        (
            ["--model", "fake:one", "--set", "evaluate.shots=-1"],
            "'evaluate.shots': Input should be greater than or equal to 0",
        ),
        (["--model", "fake:one", "--lang", "low"], "There is no run in emma-runs yet"),
        (["--model", "fake:one", "--lang", "corpus of demo"], "There is no run in emma-runs yet"),
        (["--model", "fake:one", "--lang", "xx_Nothing"], "xx_Nothing"),
        (["--model", "fake:one", "--set", "train.steps=1"], "without a recipe there is only the section evaluate"),
        (["--model", "fake:one", "--set", "evaluate.limt=1"], "unknown key 'evaluate.limt'. Did you mean 'limit'?"),
        (["--model", "fake:one", "--lang", "fi,lao"], "There are no items in fin_Latn, lao_Laoo in tiny"),
        (["--model", "data"], "The folder data holds no Hugging Face model: it has no config.json"),
        (["--model", "nowhere"], "The model 'nowhere' is no folder here"),
        (["--model", "fake:one", "--data", "."], "had from the tests of EMMA"),
    ],
)
def test_mistakes(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(*words) == 1
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error
