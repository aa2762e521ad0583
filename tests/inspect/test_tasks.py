"""The list of tasks, and prompts as they are asked."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from emma.cli.main import main
from emma.errors import LanguageError, SourceError
from emma.evaluate.config import EvaluateConfig
from emma.evaluate.metrics.metric import Metric
from emma.evaluate.tasks import registry
from emma.evaluate.tasks.task import Asking, Item, TaskData
from emma.inspect.tasks import list_asks, list_facts, render_facts, render_prompts, show_prompts
from emma.lang.language import CODE, Lang
from tests.conftest import TEXTS
from tests.evaluate.conftest import save_tokenizer
from tests.evaluate.tiny import Tiny, write_tiny
from tests.models.kinds import write_base

SECTION = EvaluateConfig(device="cpu")


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "list_tasks", lambda: iter([Tiny()]))
    monkeypatch.setattr("emma.inspect.tasks.list_tasks", lambda: iter([Tiny()]))


def test_a_task_and_its_data(tmp_path: Path) -> None:
    (here,) = list_facts(write_tiny(tmp_path / "data"))
    assert (here.name, here.languages, here.items) == ("tiny", sorted(TEXTS), 3 * len(TEXTS))
    assert here.asks == ["cloze: accuracy", "direct: accuracy"]
    (absent,) = list_facts(tmp_path)
    assert (absent.languages, absent.items) == ([], 0)
    text = "\n".join(render_facts([here, absent]))
    assert "not here" in text
    assert "the tests of EMMA; CC0-1.0" in text


def test_prompts_without_a_model(tmp_path: Path) -> None:
    lang, prompts = show_prompts("tiny", "km", write_tiny(tmp_path), None, SECTION)
    assert (lang.label, len(prompts)) == ("khm_Khmr", 2 * 3)
    assert prompts[0].prompt.endswith(f"{TEXTS['khm_Khmr']} →")
    assert prompts[0].prompt.count("→") == 2  # with one example
    assert prompts[0].choices[0] == prompts[0].gold
    assert prompts[0].tokens is None
    assert any(f"→ {prompts[0].gold!r}" in line for line in render_prompts(lang, prompts))


def test_prompts_as_a_model_sees_them(tmp_path: Path) -> None:
    """A token is a byte, and the context has no room for an example: it is left out."""
    folder = tmp_path / "model"
    write_base("llama2", folder, max_position_embeddings=200)
    save_tokenizer(folder)
    _, prompts = show_prompts("tiny", "amh", write_tiny(tmp_path / "data"), str(folder), SECTION)
    for each in prompts:
        assert each.tokens == len(each.prompt.encode()) + 1
        assert [*each.choice_tokens] == [len(choice.encode()) for choice in each.choices]
        assert each.prompt.count("→") == 1


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="had from the tests of EMMA"):
        show_prompts("tiny", None, tmp_path, None, SECTION)
    with pytest.raises(LanguageError, match="tiny has no items in lo; it has amh_Ethi, arb_Arab"):
        show_prompts("tiny", "lo", write_tiny(tmp_path), None, SECTION)


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = str(write_tiny(tmp_path, ["nqo_Nkoo"]))
    assert main(["tasks", "--data", data]) == 0
    assert main(["tasks", "tiny", "--data", data, "--shots", "0"]) == 0
    out = capsys.readouterr().out
    assert TEXTS["nqo_Nkoo"] in out


def test_programs_are_shown_without_leave_to_run_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No model is asked, so there is no program of one."""
    leaves = []

    class Careful(Tiny):
        def metrics(self, variant: str, lang: Lang, asking: Asking) -> Sequence[Metric]:
            leaves.append(asking.run_generated_code)
            return super().metrics(variant, lang, asking)

    monkeypatch.setattr("emma.inspect.tasks.list_tasks", lambda: iter([Careful()]))
    list_facts(write_tiny(tmp_path / "data"))
    assert leaves and all(leaves)


def test_a_list_has_the_variants_of_all_items(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Tiny, "ask", lambda self, item, *_: {item.id: ()})
    assert list_asks(Tiny(), CODE, TaskData((Item("java", 0), Item("go", 0)))) == ["java: accuracy", "go: accuracy"]
