"""The text that trials are measured on: FLORES-200, whose domain no source of the recipe has, and held-out code."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.train.study import score_texts
from emma.evaluate.likelihood.documents import COLUMNS
from emma.evaluate.tasks.registry import find_task
from emma.lang.language import CODE, ENGLISH, Lang
from emma.pipeline.home import Run
from emma.store.address import address, hash64
from emma.store.selected import read_selected

CODE_BYTES = 1_500
"""Documents of code are cut there, at a line."""


@dataclass(frozen=True)
class Texts:
    """Texts by language, the same sentences in each; English and code are what may be forgotten."""

    by_lang: Mapping[str, Sequence[str]]

    @cached_property
    def key(self) -> str:
        """Changes with any text."""
        return address("texts", [[lang, list(texts)] for lang, texts in self.by_lang.items()])

    def measure(self, folder: Path) -> dict[str, list[float]]:
        """Nats of every text under the model of a folder."""
        scores = iter(score_texts(folder, [text for texts in self.by_lang.values() for text in texts]))
        return {lang: [next(scores)[0] for _ in texts] for lang, texts in self.by_lang.items()}

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


def read_code(run: Run, documents: int) -> list[str]:
    """Held-out program code of a run's corpus."""
    texts = sorted(held_out(run, CODE.label), key=lambda row: (hash64(row["id"]), row["id"]))[:documents]
    return [row["text"][: row["text"].rfind("\n", 0, CODE_BYTES)] for row in texts]


def held_out(run: Run, lang: str) -> Iterator[Mapping[str, Any]]:
    """The test documents of a language."""
    pairs = zip(run.artifact("collect").parts["documents"], run.artifact("curate").parts["selection"], strict=True)
    for pair in pairs:
        for table in read_selected(*pair, COLUMNS, ("test",)):
            yield from (row for row in table.to_pylist() if row["lang"] == lang)


def change_bits(
    texts: Texts, base: Mapping[str, Sequence[float]], other: Mapping[str, Sequence[float]]
) -> dict[str, float]:
    """Bits per byte against the base's, less one, by language: below zero is better."""
    before, after = texts.bits_per_byte(base), texts.bits_per_byte(other)
    return {lang: after[lang] / before[lang] - 1 for lang in before}


def is_kept(lang: str) -> bool:
    """Whether a language is one that the base knows, where nothing is to be lost."""
    return lang in (ENGLISH.label, CODE.label)
