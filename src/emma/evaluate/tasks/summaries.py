"""Summaries of news: XL-Sum and MassiveSumm."""

from emma.evaluate.tasks.data import Layout
from emma.evaluate.tasks.generation import Form, TextTask
from emma.evaluate.tasks.rows import Row
from emma.evaluate.tasks.task import Item, TaskInfo

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
    name = str(row.values.get("id") or row.values.get("url") or row.number)
    return Item(name, summary, {"text": text}, (text, summary))


def _summaries(name: str, title: str, origin: str, licence: str, layout: Layout) -> TextTask:
    info = TaskInfo(name, 1, title, "summaries", True, licence, origin, name)
    return TextTask(info, layout, make_item, {"direct": FORM}, ("ROUGE-L", "chrF++"), {"direct": PUBLISHED})


TASKS = (
    _summaries(
        "xlsum",
        "XL-Sum: articles of the BBC",
        "github.com/csebuetnlp/xl-sum (Hasan et al. 2021, arXiv:2106.13822)",
        "CC BY-NC-SA 4.0",
        Layout(("{lang}_{split}.jsonl", "*/{lang}_{split}.jsonl", "{lang}.jsonl"), codes=CODES),
    ),
    *(
        _summaries(
            f"massivesumm_{size}",
            f"MassiveSumm, {size} documents: articles of many publishers",
            "github.com/danielvarab/massive-summ (Varab and Schluter 2021)",
            "each publisher's own",
            Layout(("{lang}.jsonl", "{lang}/{split}.jsonl")),
        )
        for size in ("long", "short")
    ),
)
