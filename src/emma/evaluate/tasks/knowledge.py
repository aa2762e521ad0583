"""Knowledge: ARC in many languages, EXAMS, INCLUDE and Global-MMLU, whose questions have up to five answers."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from emma.evaluate.tasks.choice import ChoiceTask, Form, Question, ask_cloze, ask_letters, measure_continuations
from emma.evaluate.tasks.data import Layout, known
from emma.evaluate.tasks.rows import Row, RowError
from emma.evaluate.tasks.task import Asking, Item
from emma.lang.language import Lang

OPTIONS = tuple(f"option_{letter}" for letter in "abcde")


def split_exam(row: Row) -> Iterator[Mapping[str, Any]]:
    """The row of EXAMS in the columns of the others, with its language in one of its own."""
    question, choices = row.values["question"], row.values["question"]["choices"]
    # A list of answers in its own files, lists of texts and labels in those of the hub.
    texts = choices["text"] if isinstance(choices, Mapping) else [choice["text"] for choice in choices]
    labels = choices["label"] if isinstance(choices, Mapping) else [choice["label"] for choice in choices]
    options = dict(zip((f"option_{str(label).lower()}" for label in labels), texts, strict=True))
    given = {"id": row.values["id"], "question": question["stem"], "answer": row.values["answerKey"]}
    yield {**given, **options, "lang": row.values["info"]["language"]}


def make_item(row: Row, _lang: Lang) -> Item:
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


def _knowledge(name: str, layout: Layout, cloze: Form = BY_TEXT, published: str = "letter") -> ChoiceTask:
    forms: dict[str, Form] = {"letter": partial(ask_letters, frame="{question}"), "cloze": cloze}
    return ChoiceTask(known(name), layout, make_item, forms, (published,), measure_continuations)


PATHS = ("{lang}/{split}*", "data/{lang}/{split}*", "{lang}_{split}.json*")
EXAMS = Layout(("multilingual/{split}*", "{split}.jsonl"), lang_column="lang", parts=split_exam)
TASKS = (
    _knowledge("arc_multilingual", Layout(PATHS), ask_arc_by_text, "cloze"),
    _knowledge("exams", EXAMS),
    _knowledge("include", Layout(PATHS, codes=(("Dutch; Flemish", "nld_Latn"),))),
    _knowledge("global_mmlu", Layout(PATHS)),
)
