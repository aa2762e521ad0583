"""A task: an evaluation set in many languages, how its items are asked, and what is measured in the answers.

A task is one object however many languages it has: languages are rows of its data, not classes or files of settings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, runtime_checkable

from emma.evaluate.engine.requests import Request
from emma.lang.language import Lang

if TYPE_CHECKING:
    from emma.evaluate.metrics.metric import Metric

Mode = Literal["sound", "paper"]
"""`sound` scores whole labels and decodes greedily; `paper` keeps the published protocol, with its faults."""

Gold: TypeAlias = int | str | tuple[str, ...]
"""The number of the right choice, or the right answers, any of which will do."""


@dataclass(frozen=True)
class Item:
    """One question of a task in one language."""

    id: str
    """Unique within the task and language, from the data and never from arrival."""
    gold: Gold
    fields: Mapping[str, Any] = field(default_factory=dict)
    """What the template fills in, and what metrics need."""
    texts: tuple[str, ...] = ()
    """Text of it that must not have been trained on: the question, and an answer longer than a label."""
    cluster: str = ""
    """Items of one cluster are one draw, such as a sentence in all its translations. Empty: the id."""
    place: tuple[str, int] = ("", 0)
    """File, relative to the task's folder, and row."""
    golds: Mapping[str, Gold] = field(default_factory=dict)
    """By variant, where each has an answer of its own, as the two directions of translation have."""

    def under(self, variant: str) -> "Item":
        """The item as a variant asks it: what metrics and tables are given."""
        return replace(self, gold=self.golds[variant]) if variant in self.golds else self


@dataclass(frozen=True)
class RejectedItem:
    """A row of a task's data that is no item, and why."""

    lang: str
    file: str
    row: int
    reason: str


@dataclass(frozen=True, eq=False)
class TaskData:
    """The data of a task in one language. One equals itself alone, so that what is made of it can be cached."""

    items: tuple[Item, ...]
    pool: tuple[Item, ...] = ()
    """Items that examples are taken from, of another split than `items`."""
    rejects: tuple[RejectedItem, ...] = ()


@dataclass(frozen=True)
class TaskInfo:
    """What is to be known of a task before it is run."""

    name: str
    version: int
    """Raised by hand when prompts or metrics change their meaning."""
    title: str
    family: str
    """`topic`, `reading`, `translation` and so on."""
    native: bool
    """Whether its items were written in each language, and not translated. Averages never mix the two."""
    licence: str
    origin: str
    """Where the data is had, in words that a person can follow: a repository or hub id, and the paper."""
    folder: str
    """Name of the folder below `data` in which it lies."""
    shots: int = 0
    """Examples in the prompt, unless the recipe says otherwise."""
    hub: str | None = None
    """Repository of the Hugging Face hub with the same files, if there is one."""
    beside: tuple[str, ...] = ()
    """Names of folders beside that one from which its items come too, such as `bibles`; they may be absent."""
    finds_data: bool = False
    """Whether it finds its data itself where there is no folder."""


@dataclass(frozen=True)
class Asking:
    """How items are to be asked: what a recipe may choose."""

    mode: Mode = "sound"
    shots: int | None = None
    """None: the task's own number."""
    samples: int = 1
    """Answers generated for an item; from two on they are drawn, and their variance is reported."""
    own_language: bool = False
    """Ask in the item's language where a table of phrases has it; else in English."""
    seed: int = 0
    flores200_model: Path | None = None
    """SentencePiece model of spBLEU; None: sacrebleu's own copy, if it has one, else BLEU under another name."""
    run_generated_code: bool = False
    """Whether programs that a model wrote may be run."""
    lid: str | None = None
    """File of the language-identification model that names the language of what is written; None: it is not named."""
    neural_metrics: tuple[str, ...] = ()
    """`bertscore=FOLDER` and `comet=FILE.ckpt`: further metrics of texts that have references."""


class Task(Protocol):
    """An evaluation set."""

    info: TaskInfo

    def languages(self, folder: Path) -> Sequence[Lang]:
        """The languages that the data in this folder has, sorted. Raises SourceError when it has another layout."""

    def read(self, folder: Path, lang: Lang) -> TaskData:
        """The items of a language; rows that are none are rejects. Raises SourceError for a file that cannot be."""

    def ask(self, item: Item, lang: Lang, data: TaskData, asking: Asking) -> Mapping[str, tuple[Request, ...]]:
        """The requests of an item under each variant: `cloze` and `letter`, or a direction of translation."""

    def metrics(self, variant: str, lang: Lang, asking: Asking) -> "Sequence[Metric]":
        """What is measured in the answers to a variant; the first is the headline."""

    def chance(self, variant: str, item: Item) -> float | None:
        """The score of guessing under the headline metric, None where there is no such thing."""


@runtime_checkable
class Divisible(Protocol):
    """A task of which a part has a name of its own, behind a colon."""

    def narrow(self, part: str) -> Task:
        """The task of a part: of translation a pair. Raises RecipeError or LanguageError for what is no part."""
