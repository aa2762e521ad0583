"""Sentiment of texts: NusaX and AfriSenti."""

from functools import partial

from emma.evaluate.tasks.choice import ChoiceTask, ask_cloze, ask_letters, make_labelled, measure_labels
from emma.evaluate.tasks.data import Layout
from emma.evaluate.tasks.known import known
from emma.evaluate.tasks.rows import Row
from emma.evaluate.tasks.task import Item
from emma.lang.language import Lang

SENTIMENTS = ("negative", "neutral", "positive")
FORMS = {
    "cloze": partial(
        ask_cloze, frame='The sentiment of the text "{text}" is', header="Sentiments: {labels}.\n\n", end="\n"
    ),
    "letter": partial(ask_letters, frame="{text}\nWhat is the sentiment of this text?"),
}


def make_text(row: Row, _lang: Lang) -> Item:
    """An item of either; the translations of one text have one id."""
    return make_labelled(row.name("id", "ID"), row.text("text", "tweet"), row.choose(SENTIMENTS, "label"), SENTIMENTS)


NUSAX = Layout(("sentiment/{lang}/{split}.csv", "datasets/sentiment/{lang}/{split}.csv"))
AFRISENTI = Layout(("data/{lang}/*{split}.tsv", "{lang}/*{split}.tsv"))
TASKS = (
    ChoiceTask(known("nusax"), NUSAX, make_text, FORMS, measure=measure_labels),
    ChoiceTask(known("afrisenti"), AFRISENTI, make_text, FORMS, measure=measure_labels),
)
