"""Three answers of a language: the same items for all, chosen without a look at the answers."""

from collections.abc import Callable
from pathlib import Path

from emma.report.answers import _show, read_answers

from .synthetic_tasks import SENTENCES


def test_three_of_each_language_with_both_models(task_folder: Callable[..., Path]) -> None:
    answers = read_answers(task_folder() / "tasks" / "items.parquet", ["base", "adapted"])
    assert list(answers) == sorted(SENTENCES)
    for lang, shown in answers.items():
        assert [answer.task for answer in shown] == ["flores200", "global_piqa", "sib200"], lang  # texts come first
        assert all(set(answer.answers) == {"base", "adapted"} for answer in shown)
    arabic = answers["arb_Arab"][0]
    assert arabic.reference.startswith("يولد جميع الناس")
    assert arabic.tag == "arb-Arab"
    assert arabic.answer_langs["adapted"] in ("arb_Arab", None)


def test_parallel_items_are_the_same_in_every_language(task_folder: Callable[..., Path]) -> None:
    answers = read_answers(task_folder() / "tasks" / "items.parquet", ["adapted"])
    numbers = {shown[0].reference.rsplit(" ")[-1] for lang, shown in answers.items() if lang != "nqo_Nkoo"}
    assert len(numbers) == 1  # the references of the made-up sentences end with the number of the item


def test_the_question_is_shown_and_not_the_examples_before_it() -> None:
    row = {"task": "t", "variant": "", "lang": "zgh_Tfng", "item": "1", "prompt": "a: ⴰ\n\nb: ⴱ", "question": 6,
           "gold": "ⴱⴱ", "answer": "adapted says", "answer_lang": None, "value": 1.0, "metric": "chrf"}  # fmt: skip
    shown = _show({"base": {**row, "question": 0, "answer": "base says"}, "adapted": row}, ["base", "adapted"])
    assert shown.prompt == "b: ⴱ"
    assert shown.answers == {"base": "base says", "adapted": "adapted says"}
