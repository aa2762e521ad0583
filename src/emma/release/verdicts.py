"""For which languages the model works better, and for which nobody can say so: by the interval of each one's gain."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from emma.lang.coverage import is_language
from emma.schemas import GUESSING_BITS_PER_BYTE, Row

FEW = 40
"""Languages that stand in a card one after the other; more are folded away."""
MOST = 500
"""Languages that a card names in one place; where there are more it says in which file they are."""


@dataclass(frozen=True)
class Group:
    """Languages of which the same holds."""

    title: str
    meaning: str
    rows: Sequence[Row]
    """Of languages.json, by name."""
    shows_change: bool
    """Whether each is named with its bits per byte before and after."""

    @property
    def is_long(self) -> bool:
        """Whether the list is folded away."""
        return len(self.rows) > FEW

    @property
    def is_too_long(self) -> bool:
        """Whether the card leaves the names to languages.csv."""
        return len(self.rows) > MOST


def group_languages(rows: Sequence[Row]) -> list[Group]:
    """Every language that was collected, in one group each; groups without any are left out."""
    languages = sorted((row for row in rows if is_language(row["lang"])), key=lambda row: (row["name"], row["lang"]))
    groups, left = [], languages
    for title, meaning, holds, shows in GROUPS:
        found = [row for row in left if holds(row)]
        left = [row for row in left if row not in found]
        groups.append(Group(title, meaning, found, shows))
    return [group for group in groups if group.rows]


def was_measured(row: Row) -> bool:
    """Whether there is a score of the adapted model."""
    return row["bits_per_byte"] is not None


def was_guessed(row: Row) -> bool:
    """Whether the base was worse than guessing bytes: what then got better may still be bad."""
    return row["bits_per_byte_base"] is not None and row["bits_per_byte_base"] > GUESSING_BITS_PER_BYTE


GROUPS: tuple[tuple[str, str, Callable[[Row], bool], bool], ...] = (
    ("Worse", "the 95 % interval of the gain is below zero: use the base", lambda row: bool(row["worse"]), True),
    (
        "Better",
        "the 95 % interval of the gain is above zero",
        lambda row: bool(row["improved"]) and not was_guessed(row),
        False,
    ),
    (
        "Better than a base that could not read them",
        "the base was worse than guessing bytes (above 8 bits per byte), so the gain says little",
        lambda row: bool(row["improved"]),
        True,
    ),
    (
        "Not known",
        "measured, but the interval includes zero, or there is too little text for one",
        lambda row: was_measured(row) and row["gain"] is not None,
        True,
    ),
    ("Measured without a base", "there is nothing to compare with", was_measured, False),
    (
        "Trained and not measured",
        "no text was held out, so nothing says that it works",
        lambda row: bool(row["trained"]),
        False,
    ),
    ("In the corpus and not trained", "too little text for training", lambda row: bool(row["kept"]), False),
)
"""Title, meaning, what holds, and whether the numbers are shown; a language is in the first group that it fits."""
