"""Open generation: the Aya evaluation suite, whose prompts have answers, and PolyWrite, whose prompts have none."""

from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any

from emma.evaluate.tasks.data import Layout, known
from emma.evaluate.tasks.generation import Form, TextTask
from emma.evaluate.tasks.rows import Row
from emma.evaluate.tasks.task import Item

# The empty line keeps a base model from writing on at the prompt.
FORMS = {"direct": Form("{prompt}\n\n", max_tokens=512, stop=())}


def add_label(row: Row) -> Iterator[Mapping[str, Any]]:
    """The row with its language in one column: from two columns, else from the file's name."""
    values, name = row.values, PurePath(row.file).name.split(".")[0]
    yield {**values, "label": f"{values['language']}_{values['script']}" if "script" in values else name}


def make_answered(row: Row) -> Item:
    """A prompt of Aya and its answer."""
    prompt, answer = row.text("inputs"), row.text("targets")
    return Item(row.name("id"), answer, {"prompt": prompt}, (prompt, answer))


def make_unanswered(row: Row) -> Item:
    """A prompt of PolyWrite; the same one in all languages is one draw."""
    prompt, english = row.text("prompt_translated"), row.name("prompt_en")
    return Item(row.name("uuid"), "", {"prompt": prompt}, (prompt,), english)


def _aya(name: str, *paths: str) -> TextTask:
    layout, published = Layout(paths, lang_column="label", parts=add_label), {"direct": Form("{prompt}", 256, stop=())}
    measures = ("chrF++", "BLEU-13a", "ROUGE-L", "Self-BLEU")
    return TextTask(known(name), layout, make_answered, FORMS, measures, published)


POLYWRITE = Layout(("{lang}.jsonl", "*/{lang}.jsonl"))
PUBLISHED = {"direct": Form("{prompt}", 512, stop=())}
TASKS = (
    _aya("aya_human", "aya_human_annotated/{split}*"),
    # The published scripts put both parts into one file for each language.
    _aya("aya", "dolly_machine_translated/{split}*", "*.jsonl"),
    TextTask(known("polywrite"), POLYWRITE, make_unanswered, FORMS, ("Self-BLEU",), PUBLISHED),
)
