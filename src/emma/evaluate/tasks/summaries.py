"""Summaries of news, XL-Sum and MassiveSumm, and of charts, TaTA: demographic reports in nine languages."""

from collections.abc import Iterator, Mapping
from typing import Any

from emma.evaluate.tasks.data import Layout, known
from emma.evaluate.tasks.generation import Form, TextTask
from emma.evaluate.tasks.rows import Row, RowError
from emma.evaluate.tasks.task import Item

FORM = Form("Article: {text}\n\nSummary of the article in {language}, in one or two sentences:", max_tokens=512)
PUBLISHED = Form("Document: {text}\nBased on the previous text, provide a brief single summary:", 64, stop=())
"""Translated by machine into each language where it was published; here it is English."""
CODES = (
    ("kirundi", "run_Latn"),
    ("pidgin", "pcm_Latn"),
    ("serbian_cyrillic", "srp_Cyrl"),
    ("serbian_latin", "srp_Latn"),
)
"""Files of XL-Sum that are named for a language by no name of ISO 639-3."""


def make_item(row: Row) -> Item:
    """A document and its summary."""
    text, summary = row.text("text"), row.text("summary")
    return Item(row.name("id", "url"), summary, {"text": text}, (text, summary))


def _summaries(name: str, *paths: str) -> TextTask:
    layout = Layout(paths, codes=CODES)
    return TextTask(known(name), layout, make_item, {"direct": FORM}, ("ROUGE-L", "chrF++"), {"direct": PUBLISHED})


def add_language(row: Row) -> Iterator[Mapping[str, Any]]:
    """The row with its language, which only its id tells: `AS75-ar-1`."""
    yield {**row.values, "lang": row.text("example_id").rsplit("-", 2)[1]}


def make_chart(row: Row) -> Item:
    """A table and the sentences that were written about it, any of which will do."""
    table = row.text("linearized_input")
    sentences = tuple(text.strip() for text in row.value("table_text") if text.strip())
    if not sentences:
        raise RowError("its 'table_text' is empty")
    # The same chart in all languages is one draw.
    report, _, chart = row.text("example_id").rsplit("-", 2)
    return Item(row.text("example_id"), sentences, {"table": table}, (table, *sentences), f"{report}-{chart}")


# Russian has a file of its own, with English beside it.
TATA = Layout(("{split}.json",), ("test", "dev", "ru"), ("train",), lang_column="lang", parts=add_language)
CHART = Form("Table: {table}\nWhat the table shows, in one sentence in {language}:", max_tokens=512)
TASKS = (
    _summaries("xlsum", "{lang}_{split}.jsonl", "*/{lang}_{split}.jsonl", "{lang}.jsonl"),
    _summaries("massivesumm_long", "{lang}.jsonl", "{lang}/{split}.jsonl"),
    _summaries("massivesumm_short", "{lang}.jsonl", "{lang}/{split}.jsonl"),
    TextTask(known("tata"), TATA, make_chart, {"direct": CHART}, ("chrF++", "ROUGE-L")),
)
