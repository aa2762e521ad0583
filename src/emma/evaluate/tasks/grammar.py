"""Which of two sentences is well formed: MultiBLiMP."""

from emma.evaluate.tasks.choice import ChoiceTask, Question
from emma.evaluate.tasks.data import Layout, known
from emma.evaluate.tasks.rows import Row
from emma.evaluate.tasks.task import Asking, Item
from emma.lang.language import Lang
from emma.store.address import hash64


def make_minimal_pair(row: Row, _lang: Lang) -> Item:
    """A sentence and the same one with a wrong form, in an order that a hash gives."""
    pair = row.text("sen"), row.text("wrong_sen")
    # Not always the right one first: where both cost the same, the first is taken.
    gold = hash64(*pair) % 2
    return Item(str(row.number), gold, {"choices": pair[::-1] if gold else pair}, pair[:1])


def ask_sentences(item: Item, _lang: Lang, _asking: Asking) -> Question:
    """Both sentences whole, with nothing before them."""
    return Question("", item.fields["choices"])


LAYOUT = Layout(("{lang}/data.tsv", "{lang}.tsv"), codes=(("xcl", "xcl_Armn"), ("kxh", "kxh_Latn")))
TASKS = (ChoiceTask(known("multiblimp"), LAYOUT, make_minimal_pair, {"cloze": ask_sentences}),)
