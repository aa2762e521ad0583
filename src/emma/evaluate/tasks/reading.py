"""Reading: Belebele, where the answer to a question about a passage is chosen, and XQuAD, where it is written."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from emma.evaluate.tasks.choice import ChoiceTask, ask_cloze, ask_letters, measure_continuations
from emma.evaluate.tasks.choice import Form as ChoiceForm
from emma.evaluate.tasks.data import Layout, known
from emma.evaluate.tasks.generation import Form, TextTask
from emma.evaluate.tasks.rows import Row, RowError
from emma.evaluate.tasks.task import Item
from emma.lang.language import Lang

ANSWERS = ("mc_answer1", "mc_answer2", "mc_answer3", "mc_answer4")


def split_passage(row: Row) -> Iterator[Mapping[str, Any]]:
    """The questions of a passage, where they are grouped by it, in the columns in which Belebele is published."""
    values = row.values
    for number, question in enumerate(values.get("items", ()), 1):
        right = [at for at, answer in enumerate(question["answers"], 1) if answer["correct"]]
        yield {
            "flores_passage": values["text"],
            "link": values["metadata"]["extra"]["url"],
            "question_number": number,
            "question": question["question"],
            "correct_answer_num": right[0] if len(right) == 1 else "not one alone",
            **dict(zip(ANSWERS, (answer["text"] for answer in question["answers"]), strict=False)),
        }
    if "items" not in values:
        yield values


def make_choice(row: Row, _lang: Lang) -> Item:
    """A question with four answers; the questions about an article are one draw in all its languages."""
    passage, question, link = row.text("flores_passage"), row.text("question"), row.text("link")
    choices = tuple(row.text(name) for name in ANSWERS)
    gold = row.choose(("1", "2", "3", "4"), "correct_answer_num")
    fields = {"passage": passage, "question": question, "choices": choices}
    return Item(f"{link} {row.text('question_number')}", gold, fields, (passage, question, choices[gold]), link)


def split_article(row: Row) -> Iterator[Mapping[str, Any]]:
    """The questions of an article in the layout of SQuAD."""
    for paragraph in row.values["paragraphs"]:
        shared = {"context": paragraph["context"], "paragraph": paragraph["qas"][0]["id"]}
        yield from ({**question, **shared} for question in paragraph["qas"])


def make_extractive(row: Row) -> Item:
    """A question whose answers stand in its passage; those about a passage are one draw in all its languages."""
    passage, question = row.text("context"), row.text("question")
    answers = tuple(dict.fromkeys(answer["text"].strip() for answer in row.value("answers") if answer["text"].strip()))
    if not answers:
        raise RowError("its 'answers' are empty")
    fields = {"passage": passage, "question": question}
    return Item(row.text("id"), answers, fields, (passage, question), row.text("paragraph"))


BELEBELE = Layout(("{lang}.jsonl", "*/{lang}.jsonl"), parts=split_passage)
CHOOSE: dict[str, ChoiceForm] = {
    # That of lm-evaluation-harness, in which the published numbers were made too.
    "letter": partial(ask_letters, frame="P: {passage}\nQ: {question}", mark=":"),
    "cloze": partial(ask_cloze, frame="{passage}\nQuestion: {question}\nAnswer:"),
}
XQUAD = Layout(("xquad.{lang}.json",), parts=split_article)
WRITE = {"direct": Form("Context: {passage}\n\nQuestion: {question}\n\nAnswer:", max_tokens=256)}
TASKS = (
    ChoiceTask(known("belebele"), BELEBELE, make_choice, CHOOSE, ("letter",), measure_continuations),
    TextTask(known("xquad"), XQUAD, make_extractive, WRITE, ("f1", "exact_match")),
)
