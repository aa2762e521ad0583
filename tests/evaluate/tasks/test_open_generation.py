"""Open generation: prompts with answers in several layouts, and prompts without."""

from pathlib import Path

from emma.evaluate.engine.requests import GenerateRequest, TextAnswer
from emma.evaluate.tasks.open_generation import TASKS
from emma.evaluate.tasks.task import Asking
from emma.lang.language import Lang
from tests.evaluate.tasks.files import dump_lines, write

AYA_HUMAN, AYA, POLYWRITE = TASKS
ARABIC, YORUBA = Lang("arb", "Arab"), Lang("yor", "Latn")


def test_languages_by_columns_or_by_the_name_of_the_file(tmp_path: Path) -> None:
    row = {"id": 3, "inputs": "اكتب", "targets": "نص"}
    write(
        tmp_path / "hub", {"aya_human_annotated/test.jsonl": dump_lines([{**row, "language": "arb", "script": "Arab"}])}
    )
    write(tmp_path / "merged", {"arb_Arab.jsonl": dump_lines([row, {**row, "targets": " "}])})
    assert AYA_HUMAN.read(tmp_path / "hub", ARABIC).items[0].gold == "نص"
    assert list(AYA.languages(tmp_path / "merged")) == [ARABIC]
    data = AYA.read(tmp_path / "merged", ARABIC)
    assert [(item.id, item.gold) for item in data.items] == [("3", "نص")]
    assert [reject.reason for reject in data.rejects] == ["its 'targets' is empty"]
    assert (AYA_HUMAN.info.native, AYA.info.native) == (True, False)


def test_prompts_without_answers_are_judged_by_their_likeness(tmp_path: Path) -> None:
    rows = [{"uuid": name, "prompt_en": name, "prompt_translated": f"Kọ {name}"} for name in "abc"]
    data = POLYWRITE.read(write(tmp_path, {"yor_Latn.jsonl": dump_lines(rows)}), YORUBA)
    assert [item.cluster for item in data.items] == ["a", "b", "c"]
    sound, published = (
        POLYWRITE.ask(data.items[0], YORUBA, data, asking)["direct"][0] for asking in (Asking(), Asking(mode="paper"))
    )
    assert isinstance(sound, GenerateRequest)
    assert isinstance(published, GenerateRequest)
    assert (sound.prompt.text, sound.max_tokens) == ("Kọ a\n\n", 512)
    assert (published.prompt.text, published.max_tokens) == ("Kọ a", 512)
    (metric,) = POLYWRITE.metrics("direct", YORUBA, Asking())
    outputs = [(TextAnswer(text, 1, "stop"),) for text in ("ọ̀rọ̀ kan náà ni èyí", "ọ̀rọ̀ kan náà ni èyí", "òmíràn")]
    values = metric.statistics(data.items, outputs)[:, 0]
    assert values[0] > 99
    assert values[2] < 1
