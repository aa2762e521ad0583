"""Belebele in both of its layouts, and XQuAD in that of SQuAD."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from emma.evaluate.engine.requests import ScoreRequest, TextAnswer
from emma.evaluate.tasks.reading import TASKS
from emma.evaluate.tasks.task import Asking
from emma.lang.language import Lang
from tests.evaluate.tasks.files import dump_lines, write

BELEBELE, XQUAD = TASKS[:2]
AMHARIC, THAI = Lang("amh", "Ethi"), Lang("tha", "Thai")
CHOICES = ("ቀይ", "ሰማያዊ", "ቢጫ", "ጥቁር")
OFFICIAL: dict[str, Any] = {
    "link": "https://en.wikibooks.org/wiki/Sky",
    "question_number": 1,
    "flores_passage": "ሰማዩ ሰማያዊ ነው።",
    "question": "ሰማዩ ምን ዓይነት ቀለም አለው?",
    **{f"mc_answer{number}": choice for number, choice in enumerate(CHOICES, 1)},
    "correct_answer_num": "2",
}
GROUPED = {
    "text": OFFICIAL["flores_passage"],
    "items": [
        {"question": OFFICIAL["question"], "answers": [{"text": one, "correct": one == "ሰማያዊ"} for one in CHOICES]}
    ],
    "metadata": {"extra": {"url": OFFICIAL["link"]}},
}


@pytest.mark.parametrize("row", [OFFICIAL, GROUPED], ids=["official", "grouped by passage"])
def test_both_layouts_and_both_forms(tmp_path: Path, row: dict[str, Any]) -> None:
    data = BELEBELE.read(write(tmp_path, {"amh_Ethi.jsonl": dump_lines([row])}), AMHARIC)
    (item,) = data.items
    assert (item.gold, item.cluster) == (1, OFFICIAL["link"])
    assert item.id == f"{OFFICIAL['link']} 1"
    letter, cloze = (requests[0] for requests in BELEBELE.ask(item, AMHARIC, data, Asking()).values())
    assert isinstance(letter, ScoreRequest)
    assert isinstance(cloze, ScoreRequest)
    assert letter.prompt.text == ("P: ሰማዩ ሰማያዊ ነው።\nQ: ሰማዩ ምን ዓይነት ቀለም አለው?\nA: ቀይ\nB: ሰማያዊ\nC: ቢጫ\nD: ጥቁር\nAnswer:")
    assert letter.choices == (" A", " B", " C", " D")
    assert cloze.choices == tuple(f" {choice}" for choice in CHOICES)
    assert list(BELEBELE.ask(item, AMHARIC, data, Asking(mode="paper"))) == ["letter"]
    assert BELEBELE.chance("letter", item) == 0.25


def test_questions_without_one_right_answer_are_rejects(tmp_path: Path) -> None:
    two = {
        **GROUPED,
        "items": [{**GROUPED["items"][0], "answers": [{"text": one, "correct": True} for one in CHOICES]}],
    }  # type: ignore[index]
    short = {**OFFICIAL, "mc_answer4": ""}
    data = BELEBELE.read(
        write(tmp_path, {"amh_Ethi.jsonl": dump_lines([OFFICIAL, two, short, {"text": "x"}])}), AMHARIC
    )
    assert [(reject.row, reject.reason) for reject in data.rejects] == [
        (2, "'not one alone' is none of 1, 2, 3, 4"),
        (3, "its 'mc_answer4' is empty"),
        (4, "it has no 'flores_passage' among its columns text"),
    ]


def test_any_of_the_answers_will_do_in_a_script_without_spaces(tmp_path: Path) -> None:
    questions = [
        {"id": "a1", "question": "ใคร", "answers": [{"text": "สมชาย"}, {"text": "นายสมชาย"}, {"text": "สมชาย"}]},
        {"id": "a2", "question": "ที่ไหน", "answers": [{"text": ""}]},
    ]
    articles = {"data": [{"paragraphs": [{"context": "นายสมชายไปตลาด", "qas": questions}]}]}
    write(tmp_path, {"xquad.th.json": orjson.dumps(articles).decode()})
    data = XQUAD.read(tmp_path, THAI)
    (item,) = data.items
    assert (item.id, item.gold, item.cluster) == ("a1", ("สมชาย", "นายสมชาย"), "a1")
    assert [reject.reason for reject in data.rejects] == ["its 'answers' are empty"]
    f1, equal = XQUAD.metrics("direct", THAI, Asking())
    answers = [(TextAnswer(text, 1, "stop"),) for text in (" นายสมชาย.", " สมหญิง")]
    assert equal.statistics([item, item], answers)[:, 0].tolist() == [1, 0]
    assert 0 < f1.statistics([item, item], answers)[1, 0] < 1


def test_questions_about_one_text_are_no_examples_for_one_another(tmp_path: Path) -> None:
    def article(name: str) -> dict[str, Any]:
        questions = [{"id": f"{name}{at}", "question": f"{name}?", "answers": [{"text": "ก"}]} for at in range(3)]
        return {"paragraphs": [{"context": name, "qas": questions}]}

    write(tmp_path, {"xquad.th.json": orjson.dumps({"data": [article("ข"), article("ค")]}).decode()})
    data = XQUAD.read(tmp_path, THAI)
    for item in data.items:
        (request,) = XQUAD.ask(item, THAI, data, Asking(shots=2))["direct"]
        assert len(request.prompt.shots) == 2
        assert item.fields["passage"] not in "".join(request.prompt.shots)
