"""What is likely in the world: XCOPA, XStoryCloze, XWinograd and Global PIQA.

In mode `paper` they are asked as lm-evaluation-harness does, by which the published scores were made: with spaces in
scripts that have none, and without the last character of a premise, be it a full stop or not.
"""

from functools import partial

from emma.evaluate.tasks.choice import ChoiceTask, Form, Question, ask_letters, measure_continuations
from emma.evaluate.tasks.data import Layout, known
from emma.evaluate.tasks.phrases import lower_first, say, space_of, strip_end
from emma.evaluate.tasks.rows import Row, RowError
from emma.evaluate.tasks.task import Asking, Item
from emma.lang.language import Lang

VARIETIES = (
    "apc_arab_jord apc_arab_leba apc_arab_pale apc_arab_syri fra_latn_cana fra_latn_fran por_latn_braz por_latn_port "
    "slk_latn_sari slv_latn_cerk slv_latn_prle spa_latn_mexi spa_latn_peru spa_latn_spai srp_cyrl_torl srp_latn_torl"
)
"""Files of Global PIQA that are of one language by ISO 639-3; it has the items of all of them."""
LINKS = ("because", "What was the cause of this?"), ("so", "What happened as a result?")
"""What joins a choice to a premise of which it is the cause or the effect, and what asks for it."""


def make_cause(row: Row, _lang: Lang) -> Item:
    """An item of XCOPA."""
    premise, choices = row.text("premise"), (row.text("choice1"), row.text("choice2"))
    connector, asked = LINKS[row.choose(("cause", "effect"), "question")]
    gold, name = row.choose(("0", "1"), "label"), row.text("idx", "id")
    fields = {"text": premise, "choices": choices, "connector": connector, "asked": asked}
    return Item(name, gold, fields, (premise, choices[gold]), cluster=name)


def ask_cause(item: Item, lang: Lang, asking: Asking) -> Question:
    """The cloze form: premise, connector, and the choices as they go on from it."""
    premise, connector = item.fields["text"], say(item.fields["connector"], lang)
    if asking.mode == "paper":
        choices = tuple(f" {choice[0].lower()}{choice[1:]}" for choice in item.fields["choices"])
        return Question(f"{premise[:-1]} {connector}", choices)
    space = space_of(lang)
    choices = tuple(space + lower_first(choice, lang) for choice in item.fields["choices"])
    return Question(strip_end(premise) + space + connector, choices)


def make_story(row: Row, lang: Lang) -> Item:
    """An item of XStoryCloze, by the hub's names of columns or by the original ones."""
    sentences = [row.text(f"input_sentence_{number}", f"InputSentence{number}") for number in range(1, 5)]
    choices = tuple(row.text(f"sentence_quiz{number}", f"RandomFifthSentenceQuiz{number}") for number in (1, 2))
    gold = row.choose(("1", "2"), "answer_right_ending", "AnswerRightEnding")
    name, text = row.text("story_id", "InputStoryid"), space_of(lang).join(sentences)
    fields = {"text": text, "spaced": " ".join(sentences), "choices": choices}
    return Item(name, gold, fields, (text, choices[gold]), cluster=name)


def ask_ending(item: Item, lang: Lang, asking: Asking) -> Question:
    """The cloze form: the endings behind the text."""
    text, space = item.fields["text"], space_of(lang)
    if asking.mode == "paper":
        text, space = item.fields["spaced"], " "
    return Question(text, tuple(space + choice for choice in item.fields["choices"]))


def make_schema(row: Row, _lang: Lang) -> Item:
    """An item of XWinograd: a sentence with a gap, and two names for it."""
    sentence, gold = row.text("sentence"), row.choose(("1", "2"), "answer")
    before, gap, after = sentence.partition("_")
    choices = row.text("option1"), row.text("option2")
    if not gap or not after.strip():
        raise RowError("its sentence has no gap, or nothing follows it")
    fields = {"before": before, "after": after, "choices": choices}
    return Item(str(row.number), gold, fields, (before + choices[gold] + after,))


def ask_schema(item: Item, _lang: Lang, asking: Asking) -> Question:
    """The rest of the sentence behind each name: the likelier rest tells the name."""
    after = item.fields["after"]
    rest = f" {after.strip()}" if asking.mode == "paper" else after
    return Question(tuple(item.fields["before"] + choice for choice in item.fields["choices"]), (rest, rest))


def make_solution(row: Row, _lang: Lang) -> Item:
    """An item of Global PIQA, which people wrote in each language."""
    text, choices = row.text("prompt"), (row.text("solution0"), row.text("solution1"))
    gold = row.choose(("0", "1"), "label")
    return Item(str(row.number), gold, {"text": text, "choices": choices}, (text, choices[gold]))


XCOPA = Layout(("{lang}/{split}.{lang}.jsonl", "data/{lang}/{split}.{lang}.jsonl", "{lang}/{split}-*.parquet"))
CAUSES: dict[str, Form] = {"cloze": ask_cause, "letter": partial(ask_letters, frame="{text}\n{asked}")}
STORIES = Layout(("spring2016.val.{lang}.tsv.split_20_80_{split}.tsv", "{lang}/{split}-*.parquet"), items=("eval",))
ENDINGS: dict[str, Form] = {
    "cloze": ask_ending,
    "letter": partial(ask_letters, frame="{text}\nHow does the story end?"),
}
SCHEMAS = Layout(("{split}/{lang}.jsonl", "{lang}.jsonl"), codes=(("jp", "jpn_Jpan"),))
PIQA = Layout(
    ("data/nonparallel_{lang}.tsv", "nonparallel_{lang}.tsv", "{lang}.tsv"),
    codes=tuple((name, f"{name[:4]}{name[4:8].title()}") for name in VARIETIES.split()),
)
SOLUTIONS: dict[str, Form] = {"cloze": ask_ending, "letter": partial(ask_letters, frame="{text}")}
TASKS = (
    ChoiceTask(known("xcopa"), XCOPA, make_cause, CAUSES, ("cloze",), measure_continuations),
    ChoiceTask(known("xstorycloze"), STORIES, make_story, ENDINGS, ("cloze",), measure_continuations),
    ChoiceTask(known("xwinograd"), SCHEMAS, make_schema, {"cloze": ask_schema}, ("cloze",)),
    ChoiceTask(known("global_piqa"), PIQA, make_solution, SOLUTIONS, measure=measure_continuations),
)
