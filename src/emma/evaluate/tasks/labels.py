"""Labels of texts: topics in SIB-200, and in Taxi1500 with the text of any Bible; sentiments in NusaX and AfriSenti."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from emma.evaluate.tasks.bibles import find_bibles, read_bibles
from emma.evaluate.tasks.choice import ChoiceTask, Form, Question, ask_cloze, ask_letters, make_labelled, measure_labels
from emma.evaluate.tasks.data import Layout, known, read_task
from emma.evaluate.tasks.rows import Row, RowError
from emma.evaluate.tasks.task import Asking, Item, TaskData
from emma.lang.language import Lang

TOPICS = ("science/technology", "travel", "politics", "sports", "health", "entertainment", "geography")
THEMES = ("Recommendation", "Faith", "Description", "Sin", "Grace", "Violence")
SENTIMENTS = ("negative", "neutral", "positive")


def make_sentence(row: Row, _lang: Lang) -> Item:
    """An item of SIB-200, where a sentence has one id in all languages."""
    return make_labelled(row.text("index_id"), row.text("text"), row.choose(TOPICS, "category"), TOPICS)


def ask_topic(item: Item, lang: Lang, asking: Asking, *, frame: str, published: str) -> Question:
    """The whole label behind "is"; in mode `paper` its last token behind a newline, where examples have a space."""
    question = ask_cloze(item, lang, asking, frame=frame, header="Topic Classification: {labels}.\n\n", end="\n")
    if asking.mode == "sound":
        return question
    query = published.format(text=item.fields["text"]) + "\n"
    return replace(question, query=query, lead=str(question.query), part="last_token")


def _topics(frame: str, published: str) -> dict[str, Form]:
    letter = partial(ask_letters, frame="{text}\nWhat is the topic of this text?")
    return {"cloze": partial(ask_topic, frame=frame, published=published), "letter": letter}


@dataclass(frozen=True)
class BibleTask(ChoiceTask):
    """A task of verses: its languages are those of the Bibles in `bibles`, a folder in or beside its own."""

    def languages(self, folder: Path) -> Sequence[Lang]:
        """The languages of the Bibles. Raises SourceError where there is none."""
        return sorted(find_bibles(folder))

    def read(self, folder: Path, lang: Lang) -> TaskData:
        """The labelled verses that a Bible of the language has; a reject of each that it has not."""
        verses = read_bibles(folder, lang)

        def make(row: Row) -> Item:
            name = row.text("verse_id")
            if name not in verses:
                raise RowError(f"no Bible of {lang.label} has its verse {name}")
            return make_labelled(name, verses[name], row.choose(THEMES, "label"), THEMES)

        layout = replace(self.layout, codes=(("", lang.label),))
        return read_task(folder, layout, lang, make, may_be_empty=True)  # part of a Bible may have none of the verses


def make_opinion(row: Row, _lang: Lang) -> Item:
    """An item of NusaX or AfriSenti; the translations of one text have one id."""
    return make_labelled(row.name("id", "ID"), row.text("text", "tweet"), row.choose(SENTIMENTS, "label"), SENTIMENTS)


SIB200 = Layout(("{lang}/{split}.tsv", "data/annotated/{lang}/{split}.tsv", "data/{lang}/{split}.tsv"))
TAXI1500 = Layout(("{split}.tsv",))
NUSAX = Layout(("sentiment/{lang}/{split}.csv", "datasets/sentiment/{lang}/{split}.csv"))
AFRISENTI = Layout(("data/{lang}/*{split}.tsv", "{lang}/*{split}.tsv"))
# As in EMMA-500's scripts, which ask the last token of a label alone, and of a verse with other words.
NEWS = _topics('The topic of the news "{text}" is', 'The topic of the news "{text}" is')
VERSES = _topics('The topic of the verse "{text}" is', 'The label of "{text}" is')
FEELING, FEELINGS = 'The sentiment of the text "{text}" is', "Sentiments: {labels}.\n\n"
OPINIONS: dict[str, Form] = {
    "cloze": partial(ask_cloze, frame=FEELING, header=FEELINGS, end="\n"),
    "letter": partial(ask_letters, frame="{text}\nWhat is the sentiment of this text?"),
}
TASKS = (
    ChoiceTask(known("sib200"), SIB200, make_sentence, NEWS, ("cloze",), measure_labels),
    BibleTask(known("taxi1500"), TAXI1500, make_sentence, VERSES, ("cloze",), measure_labels),
    ChoiceTask(known("nusax"), NUSAX, make_opinion, OPINIONS, measure=measure_labels),
    ChoiceTask(known("afrisenti"), AFRISENTI, make_opinion, OPINIONS, measure=measure_labels),
)
