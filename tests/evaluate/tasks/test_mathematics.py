"""Problems of mathematics: the numbers of its tables, and solutions as examples of a chain of thought."""

from pathlib import Path

import pytest

from emma.evaluate.engine.requests import GenerateRequest, TextAnswer
from emma.evaluate.tasks.mathematics import DIRECT, STEPS, TASKS
from emma.evaluate.tasks.task import Asking
from emma.lang.language import Lang
from tests.evaluate.tasks.files import dump_lines, write

(MGSM,) = TASKS
BENGALI, THAI = Lang("ben", "Beng"), Lang("tha", "Thai")
TABLE = "প্রথম?\t18\nদ্বিতীয়?\t70,000\n"


def test_tables_without_a_header_and_both_variants(tmp_path: Path) -> None:
    data = MGSM.read(write(tmp_path, {"mgsm_bn.tsv": TABLE}), BENGALI)
    assert [item.gold for item in data.items] == ["18", "70,000"]
    asked = MGSM.ask(data.items[0], BENGALI, data, Asking())
    direct, steps = asked[DIRECT][0], asked[STEPS][0]
    assert isinstance(direct, GenerateRequest)
    assert isinstance(steps, GenerateRequest)
    assert direct.prompt.text == "Question: দ্বিতীয়?\nAnswer: 70,000\n\nQuestion: প্রথম?\nAnswer:"
    # A table has no solutions, so there is no example of one.
    assert steps.prompt.text == "Question: প্রথম?\nStep-by-Step Answer:"
    assert steps.max_tokens == 512


def test_words_of_the_language_when_asked_for_and_in_the_published_protocol(tmp_path: Path) -> None:
    data = MGSM.read(write(tmp_path, {"mgsm_bn.tsv": TABLE}), BENGALI)
    for asking in (Asking(shots=0, own_language=True), Asking(shots=0, mode="paper")):
        asked = MGSM.ask(data.items[0], BENGALI, data, asking)
        assert [requests[0].prompt.text for requests in asked.values()] == [
            "প্রশ্ন: প্রথম?\nউত্তর:",
            "প্রশ্ন: প্রথম?\nধাপে ধাপে উত্তর:",
        ]


def test_examples_of_its_authors_lose_the_words_before_them(tmp_path: Path) -> None:
    train = {"question": "প্রশ্ন: কত?", "answer": "ধাপে ধাপে উত্তর: দুই আর দুই। উত্তর 4।", "answer_number": 4}
    test = {"question": "প্রথম?", "answer": None, "answer_number": 18}
    write(tmp_path, {"bn/train.jsonl": dump_lines([train]), "bn/test.jsonl": dump_lines([test])})
    data = MGSM.read(tmp_path, BENGALI)
    asked = MGSM.ask(data.items[0], BENGALI, data, Asking())
    assert asked[DIRECT][0].prompt.shots == ("Question: কত?\nAnswer: 4\n\n",)
    assert asked[STEPS][0].prompt.shots == ("Question: কত?\nStep-by-Step Answer: দুই আর দুই। উত্তর 4।\n\n",)


@pytest.mark.parametrize(
    ("text", "value"), [(" ১৮", 1), ("So it is 18.", 1), ("1.8", 0), ("-18", 0), ("", 0), ("ตอบ ๑๘ บาท", 1)]
)
def test_numbers_in_any_digits(tmp_path: Path, text: str, value: int) -> None:
    data = MGSM.read(write(tmp_path, {"mgsm_th.tsv": "กี่?\t18\n"}), THAI)
    (metric,) = MGSM.metrics(DIRECT, THAI, Asking())
    assert metric.statistics(data.items, [(TextAnswer(text, 1, "stop"),)])[0, 0] == value


def test_an_answer_that_is_no_number_is_a_reject(tmp_path: Path) -> None:
    data = MGSM.read(write(tmp_path, {"mgsm_bn.tsv": f"{TABLE}তৃতীয়?\tmany\nচতুর্থ?\t১৮\n"}), BENGALI)
    assert [(reject.row, reject.reason) for reject in data.rejects] == [(3, "its answer 'many' is no number")]
    assert len(data.items) == 3
