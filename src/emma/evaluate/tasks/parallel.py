"""Likelihood of parallel text: bits per byte and character, and against English for the same sentences.

Languages differ in bytes and characters for what they say, so only what the same sentences cost can be compared
between them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import log
from pathlib import Path
from unicodedata import normalize

import numpy as np

from emma.evaluate.engine.requests import Output, Prompt, Request, ScoreRequest
from emma.evaluate.metrics.accuracy import list_nats
from emma.evaluate.metrics.metric import Floats, divide
from emma.evaluate.tasks.bibles import find_bibles, read_bibles
from emma.evaluate.tasks.data import known
from emma.evaluate.tasks.task import Asking, Item, TaskData, TaskInfo
from emma.evaluate.tasks.translation import FLORES200
from emma.lang.language import ENGLISH, Lang
from emma.store.address import hash64

ALONE, AGAINST = "likelihood", f"against {ENGLISH.label}"
VERSES = 1000
"""Verses of a Bible that are scored: the first by a hash of their number, the same ones in all languages."""


@dataclass(frozen=True)
class Bits:
    """Bits that texts cost, divided by a size of theirs."""

    name: str
    size: Callable[[str, Sequence[float]], float]
    """Of the text, and of the bits of all that was asked for it."""
    higher_is_better: bool = False
    highest: float | None = None
    signature: str = "texts:each-behind-its-beginning"

    def statistics(self, items: Sequence[Item], outputs: Sequence[Output]) -> Floats:
        """Bits and size of each item, (items, 2)."""
        bits = [[nats / log(2) for nats in list_nats(output)] for output in outputs]
        rows = [(costs[0], self.size(str(item.gold), costs)) for item, costs in zip(items, bits, strict=True)]
        return np.array(rows, np.float64).reshape(len(rows), 2)

    def total(self, sums: Floats) -> Floats:
        """Quotients (…) of sums (…, 2)."""
        return divide(sums[..., 0], sums[..., 1])


METRICS = {
    ALONE: (
        Bits("bits_per_byte", lambda text, _: len(text.encode())),
        Bits("bits_per_character", lambda text, _: len(normalize("NFC", text))),
        Bits("bits_per_sentence", lambda *_: 1),
    ),
    AGAINST: (Bits("bits_against_english", lambda _, bits: bits[1]),),
}


@dataclass(frozen=True)
class Likelihood:
    """Texts to be scored whole, with the same in English in the field `english` where there is such a one."""

    info: TaskInfo
    languages: Callable[[Path], Sequence[Lang]]
    read: Callable[[Path, Lang], TaskData]

    def ask(self, item: Item, lang: Lang, data: TaskData, asking: Asking) -> Mapping[str, tuple[Request, ...]]:  # noqa: ARG002
        """What the text costs, and what it costs in English; English itself is no language that is compared with it."""
        text, english = (ScoreRequest(Prompt(""), (words,)) for words in (str(item.gold), item.fields["english"]))
        return (
            {ALONE: (text,), AGAINST: (text, english)} if english.choices[0] and lang != ENGLISH else {ALONE: (text,)}
        )

    def metrics(self, variant: str, lang: Lang, asking: Asking) -> Sequence[Bits]:  # noqa: ARG002
        """Bits by a size, or by those of English."""
        return METRICS[variant]

    def chance(self, variant: str, item: Item) -> float | None:  # noqa: ARG002
        """None: there is nothing to guess."""
        return None


def read_flores(folder: Path, lang: Lang) -> TaskData:
    """The sentences of FLORES-200, with those of English."""
    data = FLORES200.read(folder, lang)
    english = ENGLISH.label
    return replace(data, items=tuple(_with_english(item, str(item.fields[english])) for item in data.items), pool=())


def read_verses(folder: Path, lang: Lang) -> TaskData:
    """Verses of a language's Bibles, with those of English where there is one."""
    verses, english = read_bibles(folder, lang), read_english(folder)
    names = [name for name in sorted(verses, key=lambda name: (hash64(name), name)) if not english or name in english]
    items = (Item(name, verses[name], texts=(verses[name],), cluster=name) for name in names[:VERSES])
    return TaskData(tuple(_with_english(item, english.get(item.id, "")) for item in items))


@lru_cache(maxsize=2)
def read_english(folder: Path) -> Mapping[str, str]:
    """The verses of the English Bible; none where there is no such one."""
    return read_bibles(folder, ENGLISH) if ENGLISH in find_bibles(folder) else {}


def _with_english(item: Item, english: str) -> Item:
    return replace(item, golds={}, fields={"english": english})


TASKS = (
    Likelihood(known("flores200_likelihood"), FLORES200.list_all, read_flores),
    Likelihood(known("bible_likelihood"), lambda folder: sorted(find_bibles(folder)), read_verses),
)
