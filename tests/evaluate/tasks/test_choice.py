"""Questions with choices: forms, examples, and what is measured."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest

from emma.evaluate.backends.fake import Fake
from emma.evaluate.engine.requests import Answer, Prompt, Request, ScoreAnswer, ScoreRequest
from emma.evaluate.tasks.choice import (
    ChoiceTask,
    Question,
    ask_cloze,
    ask_letters,
    make_labelled,
    measure_continuations,
    measure_labels,
)
from emma.evaluate.tasks.data import Layout
from emma.evaluate.tasks.rows import Row
from emma.evaluate.tasks.task import Asking, Item, TaskInfo
from emma.lang.language import Lang

AMHARIC, LABELS = Lang("amh", "Ethi"), ("good", "bad")


def make(row: Row, _lang: Lang) -> Item:
    return make_labelled(row.text("id"), row.text("text"), row.choose(LABELS, "label"), LABELS)


TASK = ChoiceTask(
    TaskInfo("mood", 1, "Mood", "sentiment", True, "CC0", "here", "mood", shots=2),
    Layout(("{lang}/{split}.tsv",)),
    make,
    {
        "cloze": partial(ask_cloze, frame='"{text}" is', header="Say {labels}.\n\n", end="\n"),
        "letter": partial(ask_letters, frame="{text}\nHow is it?"),
    },
    ("cloze",),
    measure_labels,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three items and four examples in Amharic."""
    for split, count in (("test", 3), ("train", 4)):
        rows = [f"{split}{number}\tጽሑፍ {number}\t{LABELS[number % 2]}" for number in range(count)]
        (tmp_path / "am").mkdir(exist_ok=True)
        (tmp_path / f"am/{split}.tsv").write_text("\n".join(["id\ttext\tlabel", *rows]) + "\n", encoding="utf-8")
    return tmp_path


def test_every_request_of_a_language_has_one_prefix(folder: Path) -> None:
    data = TASK.read(folder, AMHARIC)
    requests = [request for item in data.items for request in TASK.ask(item, AMHARIC, data, Asking())["cloze"]]
    assert len({request.prompt.prefix for request in requests}) == 1
    assert requests[0].prompt.header == "Say good, bad.\n\n"
    assert {shot.rsplit(" ", 1)[1] for shot in requests[0].prompt.shots} == {"good\n", "bad\n"}
    assert isinstance(requests[0], ScoreRequest) and requests[0].choices == (" good", " bad")
    assert requests[0].prompt.query == '"ጽሑፍ 0" is'


def test_letters_stand_for_choices() -> None:
    item = Item("1", 2, {"text": "ጥያቄ", "choices": ("ሀ", "ለ", "ሐ")})
    question = ask_letters(item, AMHARIC, Asking(), frame="{text}")
    assert question.query == "ጥያቄ\nA. ሀ\nB. ለ\nC. ሐ\nAnswer:"
    assert question.choices == (" A", " B", " C")
    assert question.answered(2).endswith("Answer: C\n\n")


def test_in_the_language_of_the_item(folder: Path) -> None:
    data = TASK.read(folder, AMHARIC)
    request = TASK.ask(data.items[0], AMHARIC, data, Asking(own_language=True))["letter"][0]
    assert request.prompt.query.endswith("\nመልስ:")


def test_the_published_form_alone_in_mode_paper(folder: Path) -> None:
    data = TASK.read(folder, AMHARIC)
    asked = [TASK.ask(item, AMHARIC, data, Asking(mode="paper")) for item in data.items]
    assert [list(variants) for variants in asked] == [["cloze"]] * 3
    assert len({variants["cloze"][0].prompt.prefix for variants in asked}) > 1


def test_a_context_for_each_choice() -> None:
    question = Question(("The cup is big since the ", "The bag is big since the "), (" cup", " cup"))
    requests = question.requests(("shot ",))
    assert [request.prompt.text for request in requests] == [f"shot {query}" for query in question.query]
    assert [request.choices for request in requests if isinstance(request, ScoreRequest)] == [(" cup",), (" cup",)]


def right_answers(items: Sequence[Item], requests: Sequence[Sequence[Request]]) -> Iterator[list[Answer]]:
    for item, asked in zip(items, requests, strict=True):
        assert isinstance(asked[0], ScoreRequest) and isinstance(item.gold, int)
        yield Fake(known={asked[0].prompt.text: asked[0].choices[item.gold]}).answer(Fake().prepare(asked))


def test_a_model_that_knows_all_has_full_marks(folder: Path) -> None:
    data = TASK.read(folder, AMHARIC)
    for variant in ("cloze", "letter"):
        requests = [TASK.ask(item, AMHARIC, data, Asking())[variant] for item in data.items]
        outputs = list(right_answers(data.items, requests))
        for metric in TASK.metrics(variant, AMHARIC, Asking()):
            assert metric.total(metric.statistics(data.items, outputs).sum(0)) == 1
        assert [TASK.chance(variant, item) for item in data.items] == [0.5] * 3


def test_long_choices_are_not_at_a_loss_by_byte() -> None:
    item = Item("1", 1, {"choices": ("no", "yes, of course")})
    output = [ScoreAnswer((3.0, 4.0), (1, 5), (False, False))]
    plain, by_byte = measure_continuations("cloze")
    assert plain.total(plain.statistics([item], [output])[0]) == 0
    assert by_byte.total(by_byte.statistics([item], [output])[0]) == 1
    assert len(measure_continuations("letter")) == 1


def test_a_language_with_three_items_and_no_examples(folder: Path) -> None:
    (folder / "am/train.tsv").unlink()
    data = TASK.read(folder, AMHARIC)
    assert len(data.items) == 3
    assert TASK.ask(data.items[0], AMHARIC, data, Asking())["cloze"][0].prompt == Prompt(
        '"ጽሑፍ 0" is', header="Say good, bad.\n\n"
    )
