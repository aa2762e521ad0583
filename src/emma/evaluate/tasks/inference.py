"""Whether one sentence follows from another: AmericasNLI, XNLI and IndoNLI."""

from dataclasses import replace
from functools import partial

from emma.evaluate.tasks.choice import ChoiceTask, Form, Question, ask_letters
from emma.evaluate.tasks.data import Layout, known
from emma.evaluate.tasks.phrases import say, space_of, strip_end
from emma.evaluate.tasks.rows import Row
from emma.evaluate.tasks.task import Asking, Item
from emma.lang.language import Lang

LABELS = ("entailment", "neutral", "contradiction")
SPELLINGS = (*LABELS, "e", "n", "c", "0", "1", "2")
"""Of labels in files: IndoNLI has their first letters, and the hub their numbers."""
PUBLISHED_NO = {"ara": "رقم"}
"""By which published scores were made: it means "number"."""
STATEMENTS = ("It is true.", "It may be true or not.", "It is false.")


def make_pair(row: Row, _lang: Lang) -> Item:
    """A pair, which has one id in all translations. XNLI asks three things of each premise, one after the other: they
    and their translations are one draw."""
    texts = row.text("premise", "sentence1"), row.text("hypothesis", "sentence2")
    gold = row.choose(SPELLINGS, "label", "gold_label") % len(LABELS)
    name = row.name("pairID", "id")
    cluster = f"premise {(int(name) - 1) // len(LABELS)}" if name.isdigit() else name
    return Item(name, gold, {"premise": texts[0], "hypothesis": texts[1], "choices": LABELS}, texts, cluster)


def make_native_pair(row: Row, lang: Lang) -> Item:
    """A pair of IndoNLI, whose premises have as many hypotheses as people wrote."""
    item = make_pair(row, lang)
    return replace(item, cluster=item.fields["premise"])


def ask_pair(item: Item, lang: Lang, asking: Asking) -> Question:
    """The cloze form: the sentences joined by "right? Yes," or "Also," or "No,", as in XGLM (Lin et al. 2022).

    In mode `paper` as lm-evaluation-harness joins them, with the Arabic "No" that is "number" there.
    """
    premise, hypothesis = item.fields["premise"], item.fields["hypothesis"]
    words = [say(word, lang) for word in ("right", "yes", "also", "no")]
    if asking.mode == "paper":
        words[3] = PUBLISHED_NO.get(lang.iso639_3, words[3])
        return Question(f"{premise}, {words[0]}", tuple(f" {word}, {hypothesis}" for word in words[1:]))
    space = space_of(lang)
    query = f"{strip_end(premise)}, {words[0]}"
    return Question(query, tuple(f"{space}{word}, {hypothesis}" for word in words[1:]))


FORMS: dict[str, Form] = {
    "cloze": ask_pair,
    "letter": partial(ask_letters, frame="{premise}\nWhat does it say of this: {hypothesis}", choices=STATEMENTS),
}
AMERICAS = Layout(
    ("{split}/{lang}.tsv", "data/anli_final/{split}/{lang}.tsv"),
    codes=(("nah", "und_Latn"), ("oto", "und_Latn")),  # groups of languages
)
XNLI = Layout(
    ("{lang}/{split}-*.parquet", "xnli.{split}.tsv"),
    codes=(("all_languages", ""),),  # a folder of the hub that has them once more
    lang_column="language",
)
LAY = Layout(("data/indonli/{split}.jsonl", "{split}.jsonl"), items=("test_lay",), codes=(("", "ind_Latn"),))
TASKS = (
    ChoiceTask(known("americasnli"), AMERICAS, make_pair, FORMS),
    ChoiceTask(known("xnli"), XNLI, make_pair, FORMS, ("cloze",)),
    ChoiceTask(known("indonli_lay"), LAY, make_native_pair, FORMS),
    ChoiceTask(known("indonli_expert"), replace(LAY, items=("test_expert",)), make_native_pair, FORMS),
)
