"""Reading and knowledge: questions whose answer is chosen or, in XQuAD, written.

Belebele and XQuAD ask about a passage; ARC in many languages, EXAMS, INCLUDE and Global-MMLU ask what one knows.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from emma.evaluate.tasks.choice import ChoiceTask, Question, ask_cloze, ask_letters, measure_continuations
from emma.evaluate.tasks.choice import Form as ChoiceForm
from emma.evaluate.tasks.data import Layout, known
from emma.evaluate.tasks.generation import Form, TextTask
from emma.evaluate.tasks.rows import Row, RowError
from emma.evaluate.tasks.task import Asking, Item
from emma.lang.language import Lang

OPTIONS = tuple(f"option_{letter}" for letter in "abcde")
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


def split_exam(row: Row) -> Iterator[Mapping[str, Any]]:
    """The row of EXAMS in the columns of the others, with its language in one of its own."""
    question, choices = row.values["question"], row.values["question"]["choices"]
    # A list of answers in its own files, lists of texts and labels in those of the hub.
    texts = choices["text"] if isinstance(choices, Mapping) else [choice["text"] for choice in choices]
    labels = choices["label"] if isinstance(choices, Mapping) else [choice["label"] for choice in choices]
    options = dict(zip((f"option_{str(label).lower()}" for label in labels), texts, strict=True))
    given = {"id": row.values["id"], "question": question["stem"], "answer": row.values["answerKey"]}
    yield {**given, **options, "lang": row.values["info"]["language"]}


def make_question(row: Row, _lang: Lang) -> Item:
    """A question and its answers, the right one by letter or by number from 0 on."""
    question = row.text("question", "instruction")
    options = {name[-1].upper(): str(row.values[name]).strip() for name in OPTIONS if row.values.get(name)}
    if len(options) < 2 or not all(options.values()):
        raise RowError("it has fewer than two answers, or an empty one")
    labels = list(options) if not row.text("answer").isdigit() else [str(number) for number in range(len(options))]
    gold, choices = row.choose(labels, "answer"), tuple(options.values())
    name = row.name("id", "sample_id")
    return Item(name, gold, {"question": question, "choices": choices}, (question, choices[gold]), cluster=name)


BY_TEXT = partial(ask_cloze, frame="Question: {question}\nAnswer:")


def ask_arc_by_text(item: Item, lang: Lang, asking: Asking) -> Question:
    """As published, lm-evaluation-harness cleaned it for another task, and took out what is in brackets."""
    if asking.mode == "paper":
        question, *choices = map(_clean, (item.fields["question"], *item.fields["choices"]))
        item = replace(item, fields={"question": question, "choices": tuple(choices)})
    return BY_TEXT(item, lang, asking)


def _clean(text: str) -> str:
    return re.sub(r"\[.*?\]", "", text.strip().replace(" [title]", ". ")).replace("  ", " ")


def _knowledge(name: str, layout: Layout, cloze: ChoiceForm = BY_TEXT, published: str = "letter") -> ChoiceTask:
    forms: dict[str, ChoiceForm] = {"letter": partial(ask_letters, frame="{question}"), "cloze": cloze}
    return ChoiceTask(known(name), layout, make_question, forms, (published,), measure_continuations)


BELEBELE = Layout(("{lang}.jsonl", "*/{lang}.jsonl"), parts=split_passage)
CHOOSE: dict[str, ChoiceForm] = {
    # That of lm-evaluation-harness, in which the published numbers were made too.
    "letter": partial(ask_letters, frame="P: {passage}\nQ: {question}", mark=":"),
    "cloze": partial(ask_cloze, frame="{passage}\nQuestion: {question}\nAnswer:"),
}
XQUAD = Layout(("xquad.{lang}.json",), parts=split_article)
WRITE = {"direct": Form("Context: {passage}\n\nQuestion: {question}\n\nAnswer:", max_tokens=256)}
PATHS = ("{lang}/{split}*", "data/{lang}/{split}*", "{lang}_{split}.json*")
EXAMS = Layout(("multilingual/{split}*", "{split}.jsonl"), lang_column="lang", parts=split_exam)
TASKS = (
    ChoiceTask(known("belebele"), BELEBELE, make_choice, CHOOSE, ("letter",), measure_continuations),
    TextTask(known("xquad"), XQUAD, make_extractive, WRITE, ("f1", "exact_match")),
    _knowledge("arc_multilingual", Layout(PATHS), ask_arc_by_text, "cloze"),
    _knowledge("exams", EXAMS),
    _knowledge("include", Layout(PATHS, codes=(("Dutch; Flemish", "nld_Latn"),))),
    _knowledge("global_mmlu", Layout(PATHS)),
)
