"""Mathematics: MGSM, 250 problems of grade school, answered directly or by a chain of thought."""

from dataclasses import dataclass, replace

from emma.evaluate.tasks.data import Layout, known
from emma.evaluate.tasks.generation import Form, TextTask
from emma.evaluate.tasks.phrases import list_words, say
from emma.evaluate.tasks.rows import Row, RowError
from emma.evaluate.tasks.task import Asking, Item
from emma.lang.language import ENGLISH, Lang

DIRECT, STEPS = "direct", "chain of thought"


def make_item(row: Row) -> Item:
    """A problem and its number; of an example also its solution, without the words that stand before it."""
    from emma.evaluate.metrics.numbers import read_number

    question, number = row.text("question"), row.text("answer_number", "answer")
    if not read_number(number):
        raise RowError(f"its answer '{number}' is no number")
    solution = str(row.values.get("answer") or "") if "answer_number" in row.values else ""
    for problem, words in zip(list_words("problem"), list_words("solution"), strict=True):
        question, solution = question.removeprefix(f"{problem}:"), solution.removeprefix(f"{words}:")
    fields = {"question": question.strip(), "solution": solution.strip()}
    return Item(str(row.number), number, fields, (fields["question"],), cluster=str(row.number))


@dataclass(frozen=True)
class Problems(TextTask):
    """Problems whose answer is a number, at the end of however long a text."""

    def fill(self, query: str, item: Item, variant: str, lang: Lang, asking: Asking) -> str:  # noqa: ARG002
        """The problem between the words for question and answer; the published protocol has them in its language."""
        spoken = lang if asking.own_language or asking.mode == "paper" else ENGLISH
        words = {f"{word}_word": say(word, spoken) for word in ("problem", "number", "solution")}
        return query.format(**words, **item.fields)

    def answer(self, variant: str, shot: Item) -> str:
        """The number, or the chain of thought where the example has one."""
        return str(shot.gold if variant == DIRECT else shot.fields["solution"])


FORMS = {
    DIRECT: Form("{problem_word}: {question}\n{number_word}:", max_tokens=64, is_bounded=False),
    STEPS: Form("{problem_word}: {question}\n{solution_word}:", max_tokens=512, stop=("\n\n",), is_bounded=False),
}
# lm-evaluation-harness's own limit, by which the published numbers were made.
PUBLISHED = {variant: replace(form, max_tokens=256, stop=("\n\n",)) for variant, form in FORMS.items()}
LAYOUT = Layout(("{lang}/{split}*", "mgsm_{lang}.tsv"), columns=("question", "answer"))
TASKS = (Problems(known("mgsm"), LAYOUT, make_item, FORMS, ("number_match",), PUBLISHED),)
