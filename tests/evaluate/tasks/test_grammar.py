"""MultiBLiMP."""

from pathlib import Path

from emma.evaluate.engine.requests import Prompt, ScoreRequest
from emma.evaluate.tasks.registry import find_task
from emma.evaluate.tasks.task import Asking
from emma.lang.language import Lang


def test_whole_sentences_in_an_order_that_tells_nothing(tmp_path: Path) -> None:
    for code in ("hye", "xcl"):
        rows = [f"Նա գրում է {number}\tՆա գրում են {number}" for number in range(200)]
        (tmp_path / code).mkdir()
        (tmp_path / code / "data.tsv").write_text("\n".join(["sen\twrong_sen", *rows]), "utf-8")
    task = find_task("multiblimp")
    assert [lang.label for lang in task.languages(tmp_path)] == ["hye_Armn", "xcl_Armn"]
    data = task.read(tmp_path, Lang("hye", "Armn"))
    assert 70 < sum(item.gold == 0 for item in data.items) < 130
    for number, item in enumerate(data.items):
        (request,) = task.ask(item, Lang("hye", "Armn"), data, Asking())["cloze"]
        assert isinstance(request, ScoreRequest) and isinstance(item.gold, int)
        assert request.prompt == Prompt("")
        assert request.choices[item.gold] == f"Նա գրում է {number}" == item.texts[0]
