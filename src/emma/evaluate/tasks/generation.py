"""Tasks in which a model writes: greedily, or several answers that are drawn, each with a seed of its own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from emma.evaluate.engine.requests import GenerateRequest, Prompt, Request
from emma.evaluate.metrics.metric import list_references
from emma.evaluate.tasks.data import Layout, list_languages, read_task
from emma.evaluate.tasks.rows import Row
from emma.evaluate.tasks.shots import choose_shots, draw_shots_with_replacement
from emma.evaluate.tasks.task import Asking, Item, TaskData, TaskInfo
from emma.lang.language import Lang
from emma.store.address import hash64

if TYPE_CHECKING:
    from emma.evaluate.metrics.metric import Metric

TEMPERATURE, TOP_P = 0.6, 0.9
"""Of answers that are drawn, as EMMA-500 drew them (its scripts for FLORES-200, XL-Sum, Aya and PolyWrite)."""
SEED_BITS = 31
"""What every server takes."""
SLACK = 16
"""Tokens for what stands about an answer: a space, a closing quote, the end of a line."""
LIMITS = "max_tokens"
"""Field of an item: by variant, the tokens that its language's references need."""


@dataclass(frozen=True)
class Form:
    """How an item is asked for text."""

    query: str
    """The question up to where the answer begins, with places for the item's fields and for the `{language}`."""
    max_tokens: int
    """Of an answer, at most."""
    stop: tuple[str, ...] = ("\n",)
    """The answer ends before these."""
    end: str = "\n\n"
    """What parts an example from the next."""
    is_bounded: bool = True
    """Whether no answer need be longer than the references are; a chain of thought is."""
    shot: str = ""
    """The question of an example, where that is another."""


@dataclass(frozen=True)
class TextTask:
    """A task that is answered with text."""

    info: TaskInfo
    layout: Layout
    make: Callable[[Row], Item]
    forms: Mapping[str, Form]
    """By variant."""
    measures: tuple[str, ...]
    """Names that `make_metric` knows."""
    published: Mapping[str, Form] = field(default_factory=dict)
    """The forms of mode `paper`, where the published protocol has others."""

    def languages(self, folder: Path) -> Sequence[Lang]:
        """The languages of the data. Raises SourceError when it has another layout."""
        return list_languages(folder, self.layout)

    def read(self, folder: Path, lang: Lang) -> TaskData:
        """The items of a language. Raises SourceError for a file without one."""
        bounded = [variant for variant, form in self.forms.items() if form.is_bounded]
        return limit_answers(read_task(folder, self.layout, lang, self.make), bounded)

    def forms_for(self, lang: Lang, asking: Asking) -> Mapping[str, Form]:  # noqa: ARG002 - of a family's own
        """The forms that items are asked in, by variant."""
        return self.published if asking.mode == "paper" and self.published else self.forms

    def ask(self, item: Item, lang: Lang, data: TaskData, asking: Asking) -> Mapping[str, tuple[Request, ...]]:
        """One request in each form, or `samples` of them."""
        shots = self._take_shots(item, data, asking)
        asked: dict[str, tuple[Request, ...]] = {}
        for variant, form in self.forms_for(lang, asking).items():
            answers = [(shot, self.answer(variant, shot)) for shot in shots]
            fill = partial(self.fill, variant=variant, lang=lang, asking=asking)
            texts = (f"{fill(form.shot or form.query, shot)} {text}{form.end}" for shot, text in answers if text)
            request = GenerateRequest(Prompt(fill(form.query, item), tuple(texts)), form.max_tokens, form.stop)
            asked[variant] = self.draw(request, item, variant, lang, asking)
        return asked

    def fill(self, query: str, item: Item, variant: str, lang: Lang, asking: Asking) -> str:  # noqa: ARG002 - the same
        """The question."""
        return query.format(language=lang.name, **item.fields)

    def answer(self, variant: str, shot: Item) -> str:
        """The answer of an example; empty for one that cannot serve this variant."""
        return list_references(shot.under(variant))[0]

    def draw(
        self, request: GenerateRequest, item: Item, variant: str, lang: Lang, asking: Asking
    ) -> tuple[GenerateRequest, ...]:
        """One greedy request; from two samples on, and in the published protocol always, requests that are drawn.

        Seeds come from names, of task, variant, language and item: no order and no batch changes an answer. An answer
        has no more tokens than the variant's references need; the published protocol spends all of them.
        """
        limits = {} if asking.mode == "paper" else item.fields[LIMITS]
        greedy = replace(request, max_tokens=min(limits.get(variant, request.max_tokens), request.max_tokens))
        if asking.mode == "sound" and asking.samples == 1:
            return (greedy,)
        name = (self.info.name, variant, lang.label, item.id, asking.seed)
        seeds = (hash64(*name, sample) % (1 << SEED_BITS) for sample in range(asking.samples))
        return tuple(replace(greedy, temperature=TEMPERATURE, top_p=TOP_P, seed=seed) for seed in seeds)

    def _take_shots(self, item: Item, data: TaskData, asking: Asking) -> list[Item]:
        """Examples for an item, itself never among them: the language's own; of the published protocol drawn for it."""
        count = self.info.shots if asking.shots is None else asking.shots
        if asking.mode == "paper":
            shots = draw_shots_with_replacement(data.pool, count, item.place[1])
        else:
            shots = choose_shots(data, len(data.pool), asking.seed)
        # Nor what stands in the same row, such as other questions about its text.
        return list(islice((shot for shot in shots if shot.place != item.place), count))

    def metrics(self, variant: str, lang: Lang, asking: Asking) -> "Sequence[Metric]":  # noqa: ARG002
        """What is measured in the answers."""
        return make_metrics(self.measures, lang, asking)

    def chance(self, variant: str, item: Item) -> float | None:  # noqa: ARG002
        """None: there is no guessing a text."""
        return None


def limit_answers(data: TaskData, variants: Sequence[str]) -> TaskData:
    """The data with the tokens in `fields` that suffice for any of a variant's references, and with items as examples
    where it has no other split: each is asked behind some of the others.

    No tokenizer makes more tokens of a text than it has bytes, so a language that costs many of them is not cut short
    where another is not; and all items of a language have one limit, which tells nothing of their own answers.
    """
    golds = {variant: [list_references(item.under(variant)) for item in data.items] for variant in variants}
    sizes = {variant: max((len(text.encode()) for text in chain(*golds[variant])), default=0) for variant in variants}
    limits = {variant: size + SLACK for variant, size in sizes.items() if size}
    items = tuple(replace(item, fields={**item.fields, LIMITS: limits}) for item in data.items)
    return replace(data, items=items, pool=data.pool or items)


def make_metrics(names: Sequence[str], lang: Lang, asking: Asking, source: str = "") -> "list[Metric]":
    """The metrics of these names for texts in a language, and what the recipe adds: which language they are in, and
    neural metrics where there are references. `source` is the field with what was translated."""
    from emma.evaluate.metrics import output_language, plugins

    neural = plugins.neural_metrics(lang, asking, source) if {"chrF++", "ROUGE-L"} & {*names} else ()
    own = (make_metric(name, lang, asking) for name in names)
    return [*own, *neural, *output_language.language_metrics(lang, asking)]


def make_metric(name: str, lang: Lang, asking: Asking) -> "Metric":
    """The metric of this name for texts in a language; in mode `paper` as it was published."""
    from emma.evaluate.metrics import diversity, numbers, text, translation

    paper = asking.mode == "paper"
    makers: dict[str, Callable[[], Metric]] = {
        "chrF++": lambda: translation.chrf(paper),
        "BLEU": lambda: translation.bleu(lang, asking.flores200_model, paper),
        "BLEU-13a": lambda: translation.plain_bleu("13a", paper),
        "ROUGE-L": text.published_rouge_l if paper else text.rouge_l,
        "Self-BLEU": lambda: diversity.published_self_bleu() if paper else diversity.self_bleu(lang),
        "f1": text.word_f1,
        "exact_match": text.exact_match,
        "number_match": numbers.published_number_match if paper else numbers.number_match,
    }
    return makers[name]()
