"""Sentiment of texts: NusaX and AfriSenti."""

from functools import partial

from emma.evaluate.tasks.choice import ChoiceTask, ask_label, ask_text_by_letters, make_labelled, measure_labels
from emma.evaluate.tasks.data import Layout
from emma.evaluate.tasks.rows import Row
from emma.evaluate.tasks.task import Item, TaskInfo
from emma.lang.language import Lang

SENTIMENTS = ("negative", "neutral", "positive")
FORMS = {
    "cloze": partial(ask_label, frame='The sentiment of the text "{text}" is', header="Sentiments: {labels}.\n\n"),
    "letter": partial(ask_text_by_letters, asked="What is the sentiment of this text?"),
}


def make_text(row: Row, _lang: Lang) -> Item:
    """An item of either; the translations of one text have one id."""
    name = str(row.values.get("id") or row.values.get("ID") or row.number)
    return make_labelled(name, row.text("text", "tweet"), row.choose(SENTIMENTS, "label"), SENTIMENTS)


# fmt: off
TASKS = (
    ChoiceTask(
        TaskInfo(
            "nusax", 1, "NusaX: sentiment in languages of Indonesia", "sentiment", native=False, shots=3,
            licence="CC BY-SA 4.0", folder="nusax",
            origin="github.com/IndoNLP/nusax (Winata et al. 2023, arXiv:2205.15960)",
        ),
        Layout(("sentiment/{lang}/{split}.csv", "datasets/sentiment/{lang}/{split}.csv")),
        make_text, FORMS, measure=measure_labels,
    ),
    ChoiceTask(
        TaskInfo(
            "afrisenti", 1, "AfriSenti: sentiment of tweets in African languages", "sentiment", native=True, shots=3,
            licence="CC BY 4.0", folder="afrisenti",
            origin="github.com/afrisenti-semeval/afrisent-semeval-2023 (Muhammad et al. 2023, arXiv:2302.08956)",
        ),
        Layout(("data/{lang}/*{split}.tsv", "{lang}/*{split}.tsv")),
        make_text, FORMS, measure=measure_labels,
    ),
)
