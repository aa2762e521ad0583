"""A source as it will stand in the recipe: settings and reasons, what a sample of its files gave, what is unsure."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from emma.collect.config import BenchmarkConfig, SourceConfig
from emma.pipeline.draft.groups import Group
from emma.pipeline.draft.places import Place


@dataclass(frozen=True)
class Row:
    """A text of the sample."""

    file: str
    row: int
    text: str
    lang: str
    """Its label; empty where its language is not known."""
    text2: str = ""
    lang2: str = ""
    code: str = ""
    """The language as the source calls it."""
    code2: str = ""
    licence: str = ""
    """As a column or a fact beside the text says it."""
    has_lang: bool = False
    """Whether the language of the first side is known, whatever that of the second."""


@dataclass
class Sample:
    """What a source gave when some of its files were read."""

    rows: list[Row] = field(default_factory=list)
    files: int = 0
    text_chars: int = 0
    passed: int = 0
    """Units that the readers gave, looked at or not."""
    passed_chars: int = 0
    share: float = 1.0
    """Share of the files, by their bytes on disk, that was passed."""
    rejects: Counter[str] = field(default_factory=Counter)
    """Units by kind of reject, those whose language is unknown apart."""
    lost: int = 0
    """Units of those that are text."""
    first_loss: str = ""
    unknown: Counter[str] = field(default_factory=Counter)
    """Texts by code, whose language is unknown."""

    @property
    def named(self) -> list[Row]:
        """Rows whose language is known."""
        return [row for row in self.rows if row.lang]

    @property
    def text_bytes(self) -> int:
        """UTF-8 bytes of the texts."""
        return sum(len(row.text.encode()) + len(row.text2.encode()) for row in self.rows)

    @property
    def languages(self) -> Counter[str]:
        """UTF-8 bytes by label, both sides of pairs."""
        counts: Counter[str] = Counter()
        for row in self.named:
            counts[row.lang] += len(row.text.encode())
            if row.lang2:
                counts[row.lang2] += len(row.text2.encode())
        return counts

    @property
    def share_lost(self) -> float:
        """Share of the units that are lost, those in unknown languages aside."""
        return self.lost / max(1, self.lost + self.passed)


Identify = Callable[[Sequence[str]], list[str]]
"""Labels texts, by a language-identification model; an empty label where it knows none."""


@dataclass(frozen=True)
class Doubt:
    """Something that was not decided, or only guessed."""

    source: str
    setting: str
    """The setting of the recipe that decides it."""
    text: str
    """One or two sentences."""


@dataclass
class DraftSource:
    """A source as it will stand in the recipe."""

    config: SourceConfig
    group: Group
    sample: Sample
    reasons: dict[str, str] = field(default_factory=dict)
    """A sentence for each setting that was chosen."""
    doubts: list[Doubt] = field(default_factory=list)
    is_ready: bool = True
    """Whether the recipe reads it; else it stands there as a comment until somebody decides."""

    @property
    def name(self) -> str:
        """Its name."""
        return self.config.name

    @property
    def is_benchmark(self) -> bool:
        """Whether models will be tested on it."""
        return isinstance(self.config, BenchmarkConfig)

    @property
    def scale(self) -> float:
        """All of its files, as many times what was passed of them."""
        if self.config.member is not None:
            return max(1.0, len(self.group.files) / max(1, self.sample.files))
        return 1 / self.sample.share

    def change(self, reason: str, **settings: Any) -> None:
        """Change settings, all for one reason. Raises the errors of SourceConfig."""
        values = {name: getattr(self.config, name) for name in self.config.model_fields_set} | settings
        self.config = type(self.config).model_validate(values)
        self.reasons |= dict.fromkeys(settings, reason)

    def doubt(self, setting: str, text: str) -> None:
        """Note a doubt."""
        self.doubts.append(Doubt(self.name, setting, text))


@dataclass
class Draft:
    """What was found at a place, and how a recipe may read it."""

    place: Place
    sources: list[DraftSource]
    unread: list[tuple[str, int, str]]
    """An example, the number of such files, and why they are not read."""

    @property
    def ready(self) -> list[DraftSource]:
        """Sources, benchmarks aside, that the recipe reads."""
        return [source for source in self.sources if source.is_ready and not source.is_benchmark]

    @property
    def doubts(self) -> list[Doubt]:
        """All doubts."""
        return [doubt for source in self.sources for doubt in source.doubts]
