"""Which language a model answered in: one that answers in English is told apart from one that answers badly."""

from collections.abc import Sequence
from functools import cached_property
from itertools import chain
from pathlib import Path

import numpy as np

from emma.evaluate.engine.requests import Output
from emma.evaluate.metrics.mean import divide, list_texts
from emma.evaluate.metrics.metric import Floats
from emma.evaluate.tasks.task import Asking, Item
from emma.lang.language import Lang
from emma.lid.labels import labels_agree
from emma.lid.model import Model, open_model


class OutputLanguage:
    """Share of texts in the language that was asked for, among those in which language ID sees any.

    Texts without letters are left out, as their language cannot be wrong; so is every text of a language that the model
    has no label for. A macrolanguage is as good as its member.
    """

    name = "right_language"
    higher_is_better = True
    highest = 1.0

    def __init__(self, lang: Lang, lid: str) -> None:
        self._lang, self._lid = lang.label, lid
        self.signature = f"lid:{Path(lid).name}|expected:{lang.label}"

    def identify(self, outputs: Sequence[Output]) -> list[str | None]:
        """The label of each item's first text; None where there is none."""
        return self._identify([next(iter(list_texts(output)), "") for output in outputs])

    def statistics(self, items: Sequence[Item], outputs: Sequence[Output]) -> Floats:
        """Of each item, texts in the language and texts in any, (items, 2)."""
        groups = [list_texts(output) for output in outputs]
        labels = self._identify(list(chain.from_iterable(groups))) if self._is_known else [None] * sum(map(len, groups))
        sums = np.zeros((len(items), 2))
        rows = np.repeat(np.arange(len(items)), [len(group) for group in groups])
        found = [(bool(label) and labels_agree(self._lang, str(label)), label is not None) for label in labels]
        np.add.at(sums, rows, np.array(found, np.float64).reshape(-1, 2))
        return sums

    def total(self, sums: Floats) -> Floats:
        """Shares (…) of sums (…, 2)."""
        return divide(sums[..., 0], sums[..., 1])

    @cached_property
    def _model(self) -> Model:
        return open_model(self._lid)

    @cached_property
    def _is_known(self) -> bool:
        return any(labels_agree(self._lang, label) for label in self._model.known)

    def _identify(self, texts: list[str]) -> list[str | None]:
        return [next(iter(labels), None) for labels in self._model.identify(texts, k=1)[0]]


def language_metrics(lang: Lang, asking: Asking) -> tuple[OutputLanguage, ...]:
    """The metric of the language of what is written, where the recipe names a language-identification model."""
    return (OutputLanguage(lang, asking.lid),) if asking.lid else ()
