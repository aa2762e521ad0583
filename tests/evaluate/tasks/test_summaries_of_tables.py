"""TaTA: languages from ids, and charts that are one draw in all languages."""

from pathlib import Path

import orjson

from emma.evaluate.tasks.summaries import TASKS
from emma.evaluate.tasks.task import Asking
from emma.lang.language import Lang
from tests.evaluate.tasks.files import write

TATA = TASKS[-1]
HAUSA, RUSSIAN = Lang("hau", "Latn"), Lang("rus", "Cyrl")


def row(name: str, *sentences: str) -> dict[str, object]:
    return {"example_id": name, "linearized_input": f"table of {name}", "table_text": list(sentences)}


def dump(*rows: dict[str, object]) -> str:
    return orjson.dumps(rows).decode()


def test_languages_and_references_of_a_chart(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "dev.json": dump(row("A-B7-ha-1", "Ɗaya", " Biyu "), row("A-B7-en-1", "One"), row("A-B7-ha-2", "  ")),
            "ru.json": dump(row("A-ru-1", "Один")),
        },
    )
    assert [lang.label for lang in TATA.languages(tmp_path)] == ["eng_Latn", "hau_Latn", "rus_Cyrl"]
    data = TATA.read(tmp_path, HAUSA)
    (item,) = data.items
    assert (item.gold, item.cluster) == (("Ɗaya", "Biyu"), "A-B7-1")
    assert [(reject.row, reject.reason) for reject in data.rejects] == [(3, "its 'table_text' is empty")]
    (request,) = TATA.ask(item, HAUSA, data, Asking())["direct"]
    assert request.prompt.text == "Table: table of A-B7-ha-1\nWhat the table shows, in one sentence in Hausa:"
    assert TATA.read(tmp_path, RUSSIAN).items[0].gold == ("Один",)
