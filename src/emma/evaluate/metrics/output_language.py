"""Which language a model answered in: one that answers in English is told apart from one that answers badly."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from emma.evaluate.engine.requests import Output
from emma.evaluate.metrics.metric import Mean, list_texts, mean_of_texts
from emma.evaluate.tasks.task import Asking, Item
from emma.lang.language import Lang
from emma.lang.scripts import written_in
from emma.lid.labels import labels_agree
from emma.lid.model import open_model


def language_metrics(lang: Lang, asking: Asking) -> tuple[Mean, ...]:
    """Share of texts in this language, where the recipe names a model that identifies languages.

    Texts without letters are left out, as their language cannot be wrong; so is every text where the model has no label
    for the right language. A macrolanguage is as good as its member.
    """

    def score(_: Sequence[Item], texts: Sequence[str]) -> list[float]:
        if not any(labels_agree(lang.label, label) for label in open_model(str(asking.lid)).known):
            return [np.nan] * len(texts)
        pairs = zip(texts, identify(texts, str(asking.lid)), strict=True)
        return [
            np.nan if written_in(text) == "Zyyy" else float(bool(label) and labels_agree(lang.label, str(label)))
            for text, label in pairs
        ]

    if asking.lid is None:
        return ()
    return (mean_of_texts("right_language", score, f"lid:{Path(asking.lid).name}|expected:{lang.label}"),)


def identify_answers(outputs: Sequence[Output], lid: str) -> list[str | None]:
    """The label of each item's first text; None where there is none."""
    return identify([next(iter(list_texts(output)), "") for output in outputs], lid)


def identify(texts: Sequence[str], lid: str) -> list[str | None]:
    """The likeliest label of each text; None for one without letters."""
    return [next(iter(labels), None) for labels in open_model(lid).identify(texts, k=1)[0]]
