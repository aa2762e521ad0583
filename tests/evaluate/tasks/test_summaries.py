"""Summaries: files named for languages, and the published prompt."""

from pathlib import Path

from emma.evaluate.engine.requests import GenerateRequest
from emma.evaluate.tasks.summaries import TASKS
from emma.evaluate.tasks.task import Asking
from emma.lang.language import Lang
from tests.evaluate.tasks.files import dump_lines, write

XLSUM = TASKS[0]
SERBIAN, PIDGIN = Lang("srp", "Cyrl"), Lang("pcm", "Latn")
ROW = {"id": "balkan-1", "title": "Наслов", "text": "Дуг чланак.", "summary": "Кратко."}


def test_files_by_names_of_languages(tmp_path: Path) -> None:
    files = {f"{name}_test.jsonl": dump_lines([ROW, {**ROW, "summary": ""}]) for name in ("serbian_cyrillic", "pidgin")}
    write(tmp_path, files)
    assert list(XLSUM.languages(tmp_path)) == [PIDGIN, SERBIAN]
    data = XLSUM.read(tmp_path, SERBIAN)
    assert [(item.id, item.gold, item.texts) for item in data.items] == [
        ("balkan-1", "Кратко.", ("Дуг чланак.", "Кратко."))
    ]
    assert [reject.reason for reject in data.rejects] == ["its 'summary' is empty"]
    (request,) = XLSUM.ask(data.items[0], SERBIAN, data, Asking())["direct"]
    assert request.prompt.text == "Article: Дуг чланак.\n\nSummary of the article in Serbian, in one or two sentences:"
    (published,) = XLSUM.ask(data.items[0], SERBIAN, data, Asking(mode="paper"))["direct"]
    assert isinstance(published, GenerateRequest)
    assert (published.max_tokens, published.stop, published.temperature) == (64, (), 0.6)
    assert XLSUM.metrics("direct", SERBIAN, Asking(mode="paper"))[0].name == "ROUGE-L-whitespace"
