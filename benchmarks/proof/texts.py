"""The text that trials are measured on: FLORES-200, whose domain no source of the recipe has, and programs of MBXP."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.likelihood import sum_nats
from emma.evaluate.config import EvaluateConfig
from emma.evaluate.likelihood.score import Scorer
from emma.evaluate.metrics.statistics import Resampling
from emma.evaluate.tasks.registry import find_task
from emma.lang.language import CODE, ENGLISH, Lang
from emma.store.address import address, hash64


@dataclass(frozen=True)
class Texts:
    """Texts by language, the same sentences in each; English and code are what may be forgotten."""

    by_lang: Mapping[str, Sequence[str]]
    start: str | None = None
    """The token that each stands behind; None: the beginning of text that the tokenizer names."""

    @cached_property
    def key(self) -> str:
        """Changes with any text."""
        texts = [[lang, list(texts)] for lang, texts in self.by_lang.items()]
        return address("texts", texts if self.start is None else [self.start, texts])

    def measure(self, folder: Path) -> dict[str, list[float]]:
        """Nats of every text under the model of a folder."""
        scorer = Scorer.open(folder, EvaluateConfig())
        if self.start is not None:
            scorer.model.start_id = scorer.model.tokenizer.token_to_id(self.start)
        encoded = scorer.encode([text for texts in self.by_lang.values() for text in texts])
        scores = iter(sum_nats(scorer, encoded))
        return {lang: [next(scores) for _ in texts] for lang, texts in self.by_lang.items()}

    def bits_per_byte(self, nats: Mapping[str, Sequence[float]]) -> dict[str, float]:
        """By language."""
        return {lang: sum(nats[lang]) / self.sizes(lang).sum() / log(2) for lang in self.by_lang}

    def sizes(self, lang: str) -> NDArray[np.float64]:
        """UTF-8 bytes of each text."""
        return np.array([len(text.encode()) for text in self.by_lang[lang]], np.float64)


def read_flores(bench: Path, languages: Sequence[str], sentences: int) -> dict[str, list[str]]:
    """The same FLORES-200 sentences in every language that has them; they are chosen by a hash of their number."""
    task: Any = find_task("flores200_likelihood")
    there = {lang.label for lang in task.languages(bench / "flores200_devtest")}
    found = {}
    for label in languages:
        if label in there:
            items = task.read(bench / "flores200_devtest", Lang.parse(label)).items
            chosen = sorted(items, key=lambda item: (hash64(item.id), item.id))[:sentences]
            found[label] = [str(item.gold) for item in chosen]
    return found


def change_bits(
    texts: Texts, base: Mapping[str, Sequence[float]], other: Mapping[str, Sequence[float]]
) -> dict[str, float]:
    """Bits per byte against the base's, less one, by language: below zero is better."""
    before, after = texts.bits_per_byte(base), texts.bits_per_byte(other)
    return {lang: after[lang] / before[lang] - 1 for lang in before}


def draw_gains(base: Mapping[str, Sequence[float]], other: Mapping[str, Sequence[float]]) -> NDArray[np.float64]:
    """The mean gain over languages, each time the sentences are drawn.

    They are the same ones in all languages and for all models, so gains may be compared draw by draw.
    """
    ratios = []
    for lang in base:
        if not is_kept(lang):
            drawn = Resampling().draw(len(base[lang]))
            ratios.append((drawn @ np.array(other[lang])) / (drawn @ np.array(base[lang])))
    gains: NDArray[np.float64] = 1 - np.mean(ratios, axis=0)
    return gains


def interval(draws: NDArray[np.float64]) -> tuple[float, float]:
    """The middle 95 %."""
    low, high = np.quantile(draws, [0.025, 0.975])
    return float(low), float(high)


def is_kept(lang: str) -> bool:
    """Whether a language is one that the base knows, where nothing is to be lost."""
    return lang in (ENGLISH.label, CODE.label)


def change_interval(base: Sequence[float], other: Sequence[float]) -> tuple[float, float]:
    """The 95 % interval of the change of nats: the texts are drawn a thousand times, for both models alike."""
    drawn = Resampling().draw(len(base))
    return interval((drawn @ np.array(other)) / (drawn @ np.array(base)) - 1)
