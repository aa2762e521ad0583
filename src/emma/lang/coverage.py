"""What is counted of languages, in words that mean the same in every table, page, card and line.

Each word is a set of labels, made from the rows of the table that knows. Program code and what is in no language, or in
several, have labels and rows, and are never counted as languages.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any

from emma.lang.language import Lang
from emma.schemas import SPLITS

Row = Mapping[str, Any]
Labels = frozenset[str]

MEANINGS: Mapping[str, str] = {
    "collected": "a document that was read has its label (of a pair of texts, the first side's)",
    "kept": "a document of it survived curation",
    "planned": "there is training text of it in the mix (a pair of texts counts for the rarer of its two languages)",
    "trained": "at least one sequence of it is drawn",
    "measured": "it has test documents and a score",
    "improved": "the 95 % interval of its gain is above zero",
    "worse": "the 95 % interval of its gain is below zero",
    "released": "a document of it is in the released corpus",
}
TRANSITIONS = (
    ("kept", "collected", "of {} nothing survived curation", ""),
    ("planned", "kept", "of {} nothing is left for training", "{} more from pairs that had another label before"),
    ("trained", "planned", "{} may give less than a sequence", ""),
    ("measured", "trained", "{} without test documents", "{} more with test documents only"),
    ("released", "kept", "{} only in sources whose text is not released", ""),
)
"""A word, the word before it, why a language of that one is not in this one, and how one comes in anew."""


def is_language(label: str) -> bool:
    """Whether a label is of a language."""
    return Lang.parse(label).is_language


def count_languages(labels: Iterable[str]) -> int:
    """How many languages these labels are."""
    return sum(map(is_language, set(labels)))


def collected_languages(tally: Iterable[Row]) -> Labels:
    """By a `languages.parquet`, of collect or of curate."""
    return frozenset(row["lang"] for row in tally if row["documents"])


def kept_languages(tally: Iterable[Row]) -> Labels:
    """By curate's `languages.parquet`."""
    return collected_languages(row for row in tally if row["outcome"] in SPLITS)


def planned_languages(plan: Iterable[Row]) -> Labels:
    """By the mix's plan, all stages together."""
    return frozenset(row["lang"] for row in plan)


def trained_languages(plan: Iterable[Row]) -> Labels:
    """By the mix's plan, all stages together."""
    return planned_languages(row for row in plan if row["samples"])


def measured_languages(scores: Iterable[Row]) -> Labels:
    """By the scores of the model that was made."""
    return frozenset(row["lang"] for row in scores if row["model"] == "adapted")


def improved_languages(gains: Iterable[Row]) -> Labels:
    """By the differences to the base: bits per byte after, less those before."""
    return frozenset(row["lang"] for row in gains if row["high"] is not None and row["high"] < 0)


def worsened_languages(gains: Iterable[Row]) -> Labels:
    """As `improved_languages`."""
    return frozenset(row["lang"] for row in gains if row["low"] is not None and row["low"] > 0)


def released_languages(sizes: Iterable[Row]) -> Labels:
    """By the documents of each language in the released files."""
    return collected_languages(sizes)


def count_coverage(labels: Mapping[str, Set[str]]) -> dict[str, int]:
    """How many languages each word has: `languages_kept` and so on."""
    return {f"languages_{word}": count_languages(labels[word]) for word in MEANINGS if word in labels}


def explain_differences(labels: Mapping[str, Set[str]]) -> list[str]:
    """Why the numbers of these words differ, a line for each two that do: `578 released of 581 kept: …`."""
    lines = []
    for word, of, lost, new in TRANSITIONS:
        if word in labels and of in labels:
            fewer, more = count_languages(labels[of] - labels[word]), count_languages(labels[word] - labels[of])
            why = [text.format(f"{count:,}") for text, count in ((lost, fewer), (new, more)) if count]
            if why:
                both = f"{count_languages(labels[word]):,} {word}, {count_languages(labels[of]):,} {of}"
                lines.append(f"{both}: {', '.join(why)}")
    return lines


LITTLE_SHARE = 0.5
"""Share of a language's bytes that trains, below which people are told."""


@dataclass(frozen=True)
class Shortfall:
    """A language that trains on little of what was collected of it."""

    lang: str
    share: float
    """Of its collected bytes, that train."""
    outcome: str
    """What became of most others: a split or a drop reason."""


def find_shortfalls(tally: Iterable[Row]) -> Iterator[Shortfall]:
    """By curate's `languages.parquet`, those that train on less than LITTLE of their bytes."""
    found = (find_shortfall(lang, by_outcome) for lang, by_outcome in bytes_by_outcome(tally).items())
    yield from (each for each in found if each is not None)


def find_shortfall(lang: str, by_outcome: Counter[str]) -> Shortfall | None:
    """Of one language, given what became of its bytes; None where enough of them train."""
    others = by_outcome - Counter(train=by_outcome["train"])
    if by_outcome["train"] >= LITTLE_SHARE * by_outcome.total():
        return None
    most = min(others, key=lambda outcome: (-others[outcome], outcome))
    return Shortfall(lang, by_outcome["train"] / by_outcome.total(), most)


def bytes_by_outcome(tally: Iterable[Row]) -> dict[str, Counter[str]]:
    """Of each language the bytes that went to each split, or were dropped for each reason."""
    sizes: dict[str, Counter[str]] = {}
    for row in tally:
        sizes.setdefault(row["lang"], Counter())[row["outcome"]] += row["bytes"]
    return sizes
