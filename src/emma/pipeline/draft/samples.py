"""What a source gave when some of its files were read."""

from collections import Counter
from dataclasses import dataclass, field

MAX_SHOWN = 3
"""Rows of a source that are shown."""


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


def show_rows(sample: Sample) -> list[Row]:
    """Three rows to show, of different languages and files as far as there are."""
    shown: list[Row] = []
    for differ in (lambda row: row.lang, lambda row: row.file, lambda row: (row.file, row.row)):
        for row in sample.named or sample.rows:
            if len(shown) < MAX_SHOWN and differ(row) not in {differ(other) for other in shown}:
                shown.append(row)
    return shown
