"""Questions of exams: right answers by letter and by number, and the layout of EXAMS."""

from pathlib import Path

import pytest

from emma.evaluate.engine.requests import ScoreRequest
from emma.evaluate.tasks.reading import TASKS
from emma.evaluate.tasks.task import Asking
from emma.lang.language import Lang
from tests.evaluate.tasks.files import dump_lines, write

ARC, EXAMS, INCLUDE, GLOBAL_MMLU = KNOWLEDGE = TASKS[2:]
NEPALI, BULGARIAN, YORUBA = Lang("nep", "Deva"), Lang("bul", "Cyrl"), Lang("yor", "Latn")
ROW = {"option_a": "क", "option_b": "ख", "option_c": "ग"}


@pytest.mark.parametrize(("answer", "gold"), [("A", 0), ("C", 2), (0, 0), (2, 2), ("1", 1)])
def test_right_answers_by_letter_or_number(tmp_path: Path, answer: str | int, gold: int) -> None:
    row = {"question": "कुन?", **ROW, "answer": answer}
    data = INCLUDE.read(write(tmp_path, {"Nepali/test.jsonl": dump_lines([row])}), NEPALI)
    assert data.items[0].gold == gold
    (request,) = INCLUDE.ask(data.items[0], NEPALI, data, Asking())["letter"]
    assert isinstance(request, ScoreRequest)
    assert request.prompt.text == "कुन?\nA. क\nB. ख\nC. ग\nAnswer:"
    assert request.choices == (" A", " B", " C")


def test_answers_that_are_not_there_are_rejects(tmp_path: Path) -> None:
    right = {"question": "कुन?", **ROW, "answer": "B"}
    rows = [right, {**right, "answer": "D"}, {**right, "option_b": "", "option_c": None}, {**right, "answer": 7}]
    data = INCLUDE.read(write(tmp_path, {"Nepali/test.jsonl": dump_lines(rows)}), NEPALI)
    assert [(reject.row, reject.reason) for reject in data.rejects] == [
        (2, "'D' is none of A, B, C"),
        (3, "it has fewer than two answers, or an empty one"),
        (4, "'7' is none of 0, 1, 2"),
    ]


def test_arc_is_whole_in_the_sound_protocol_and_cleaned_in_the_published_one(tmp_path: Path) -> None:
    rows = [{"id": "q1", "instruction": "Kí ni [Aa]  ṣe?", "option_a": "ọ̀kan [b]", "option_b": "méjì", "answer": "A"}]
    data = ARC.read(write(tmp_path, {"data/yo/test.jsonl": dump_lines(rows)}), YORUBA)
    (request,) = ARC.ask(data.items[0], YORUBA, data, Asking())["cloze"]
    assert isinstance(request, ScoreRequest)
    assert (request.prompt.query, request.choices) == ("Question: Kí ni [Aa]  ṣe?\nAnswer:", (" ọ̀kan [b]", " méjì"))
    ((variant, (published,)),) = ARC.ask(data.items[0], YORUBA, data, Asking(mode="paper")).items()
    assert isinstance(published, ScoreRequest)
    assert (variant, published.prompt.query) == ("cloze", "Question: Kí ni  ṣe?\nAnswer:")
    assert published.choices == (" ọ̀kan ", " méjì")


@pytest.mark.parametrize("listed", [True, False], ids=["its own files", "the hub's"])
def test_exams_names_languages_within_rows(tmp_path: Path, listed: bool) -> None:
    pairs = [("а", "A"), ("б", "B")]
    choices = [{"text": text, "label": label} for text, label in pairs]
    columns = {"text": [text for text, _ in pairs], "label": [label for _, label in pairs]}
    row = {"id": "7", "question": {"stem": "Кой?", "choices": choices if listed else columns}, "answerKey": "B"}
    rows = [{**row, "info": {"language": name, "subject": "History"}} for name in ("Bulgarian", "Turkish")]
    write(tmp_path, {"multilingual/test.jsonl": dump_lines(rows)})
    assert [lang.label for lang in EXAMS.languages(tmp_path)] == ["bul_Cyrl", "tur_Latn"]
    (item,) = EXAMS.read(tmp_path, BULGARIAN).items
    assert (item.gold, item.fields["choices"], item.texts) == (1, ("а", "б"), ("Кой?", "б"))


def test_translated_and_native_are_told_apart() -> None:
    assert [task.info.native for task in KNOWLEDGE] == [False, True, True, False]
