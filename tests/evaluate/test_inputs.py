"""An evaluation's address depends on what is in the benchmarks' files and the models' folders, and not on where."""

import shutil
from pathlib import Path

import pytest

from emma.errors import RecipeError, SourceError
from emma.evaluate.config import EvaluateConfig
from emma.evaluate.inputs import resolve_benchmarks
from emma.evaluate.tasks import registry
from tests.evaluate.tiny import Tiny, write_tiny


@pytest.fixture
def section(monkeypatch: pytest.MonkeyPatch) -> EvaluateConfig:
    monkeypatch.setattr(registry, "list_tasks", lambda: iter([Tiny()]))
    return EvaluateConfig(tasks=("tiny",), benchmarks="bench", models=("fake:one",))


def test_without_tasks_nothing_is_looked_for(tmp_path: Path) -> None:
    assert resolve_benchmarks(EvaluateConfig(benchmarks="nowhere"), tmp_path, tmp_path / "cache")[1] is None


def test_content_and_not_place(section: EvaluateConfig, tmp_path: Path) -> None:
    write_tiny(tmp_path / "one/bench")
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    resolved, first = resolve_benchmarks(section, tmp_path / "one", tmp_path / "cache")
    assert resolved.benchmarks_folder() == tmp_path / "one/bench"
    assert resolved.semantic() == section.semantic()
    assert resolve_benchmarks(section, tmp_path / "two", tmp_path / "cache")[1] == first
    (tmp_path / "two/bench/tiny/fra_Latn.tsv").write_text("a\tb\tc\n")
    assert resolve_benchmarks(section, tmp_path / "two", tmp_path / "cache")[1] != first


def test_a_task_without_data(section: EvaluateConfig, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="had from the tests of EMMA"):
        resolve_benchmarks(section, tmp_path, tmp_path / "cache")


def test_another_bible_is_another_input(tmp_path: Path) -> None:
    """The text of Taxi1500 lies beside its labels."""
    for name in ("taxi1500_labels", "bibles"):
        (tmp_path / name).mkdir()
    (tmp_path / "taxi1500_labels" / "test.tsv").write_text("verse_id\tlabel\n", "utf-8")
    section, seen = EvaluateConfig(tasks=("taxi1500",)), []
    for text in ("a", "b", "a"):
        (tmp_path / "bibles" / "ewe_Latn.tsv").write_text(text, "utf-8")
        seen.append(resolve_benchmarks(section, tmp_path, tmp_path / f"cache{len(seen)}.json")[1])
    assert seen[0] == seen[2] != seen[1]


@pytest.mark.parametrize("setting", ["flores200_model", "lid"])
def test_the_models_of_metrics_are_inputs(setting: str, section: EvaluateConfig, tmp_path: Path) -> None:
    write_tiny(tmp_path / "bench")
    named, seen = section.model_copy(update={setting: "a.model"}), []
    with pytest.raises(SourceError, match=r"a\.model"):
        resolve_benchmarks(named, tmp_path, tmp_path / "cache")
    for content in ("a", "bb", "a"):
        (tmp_path / "a.model").write_text(content)
        seen.append(resolve_benchmarks(named, tmp_path, tmp_path / f"cache{len(seen)}")[1])
    assert seen[0] == seen[2] != seen[1]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"models": ("models/base",)}, "Two models are called 'base'"),
        ({"models": ("one/llama", "two/llama")}, "Two models are called 'llama'.*NAME=two/llama"),
        ({"models": ("other=nowhere",)}, "The model 'nowhere' is no folder here"),
        ({"baseline": "bsae"}, "baseline: 'bsae' is none of the models base, adapted, one"),
    ],
)
def test_names_of_models_are_looked_at_before_anything_is_trained(
    change: dict[str, object], message: str, section: EvaluateConfig, tmp_path: Path
) -> None:
    write_tiny(tmp_path / "bench")
    with pytest.raises(RecipeError, match=message):
        resolve_benchmarks(section.model_copy(update=change), tmp_path, tmp_path / "cache")
