"""Summaries of news: XL-Sum and MassiveSumm."""

from emma.evaluate.tasks.data import Layout
from emma.evaluate.tasks.generation import Form, TextTask
from emma.evaluate.tasks.known import known
from emma.evaluate.tasks.rows import Row
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


TASKS = (
    _summaries("xlsum", "{lang}_{split}.jsonl", "*/{lang}_{split}.jsonl", "{lang}.jsonl"),
    _summaries("massivesumm_long", "{lang}.jsonl", "{lang}/{split}.jsonl"),
    _summaries("massivesumm_short", "{lang}.jsonl", "{lang}/{split}.jsonl"),
)
