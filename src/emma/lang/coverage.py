"""Which languages are collected, kept, planned, trained, measured, improved, worse and released, and how many they are.

The words mean the same in every table, page, card and line. Each is a set of labels, made from the rows of the table
that knows. Program code and what is in no language, or in several, have labels and rows, and are never counted as
languages.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any

from emma.lang.language import Lang
from emma.schemas import SPLITS

Row = Mapping[str, Any]
"""A row of any table with a column `lang`; each function names the table that it reads."""
Labels = frozenset[str]

MEANINGS: Mapping[str, str] = {
    "collected": "a document that was read has its label (of a pair of texts, the first side's), and curate.languages "
    "names it where that names any",
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
    ("trained", "planned", "{} with less text than a sequence, or a rate of 0", ""),
    ("measured", "trained", "{} without test documents", "{} more with test documents only"),
    ("released", "kept", "{} only in sources whose text is not released", ""),
)
"""A word, the word before it, why a language of that one is not in this one, and how one joins that was not in it."""


def is_language(label: str) -> bool:
    """Whether a label counts as a language."""
    return Lang.parse(label).is_language


def count_languages(labels: Iterable[str]) -> int:
    """Count the languages among these labels, each once."""
    return sum(map(is_language, set(labels)))


def collected_languages(tally: Iterable[Row]) -> Labels:
    """Languages with documents in a `languages.parquet`, of collect or of curate."""
    return frozenset(row["lang"] for row in tally if row["documents"])


def kept_languages(tally: Iterable[Row]) -> Labels:
    """Languages with documents in a split, in curate's `languages.parquet`."""
    return collected_languages(row for row in tally if row["outcome"] in SPLITS)


def planned_languages(plan: Iterable[Row]) -> Labels:
    """Languages that any stage of the mix's plan has a row of."""
    return frozenset(row["lang"] for row in plan)


def trained_languages(plan: Iterable[Row]) -> Labels:
    """Languages that any stage of the mix's plan draws sequences of."""
    return planned_languages(row for row in plan if row["samples"])


def measured_languages(scores: Iterable[Row]) -> Labels:
    """Languages that the adapted model has scores of."""
    return frozenset(row["lang"] for row in scores if row["model"] == "adapted")


def improved_languages(gains: Iterable[Row]) -> Labels:
    """Languages whose gain is above zero: the interval of bits per byte after, less those before, is below it."""
    return frozenset(row["lang"] for row in gains if row["high"] is not None and row["high"] < 0)


def worsened_languages(gains: Iterable[Row]) -> Labels:
    """Languages whose gain is below zero, from the rows of `improved_languages`."""
    return frozenset(row["lang"] for row in gains if row["low"] is not None and row["low"] > 0)


def released_languages(sizes: Iterable[Row]) -> Labels:
    """Languages with documents in the released files, from the rows of their sizes."""
    return collected_languages(sizes)


def count_coverage(labels: Mapping[str, Set[str]]) -> dict[str, int]:
    """Count the languages that each word has: `languages_kept` and so on."""
    return {f"languages_{word}": count_languages(labels[word]) for word in MEANINGS if word in labels}


def explain_differences(labels: Mapping[str, Set[str]]) -> list[str]:
    """Say why the numbers of two of these words differ, a line each: `578 released of 581 kept: …`."""
    lines = []
    for word, of, lost, new in TRANSITIONS:
        if word in labels and of in labels:
            fewer, more = count_languages(labels[of] - labels[word]), count_languages(labels[word] - labels[of])
            why = [text.format(f"{count:,}") for text, count in ((lost, fewer), (new, more)) if count]
            if why:
                both = f"{count_languages(labels[word]):,} {word}, {count_languages(labels[of]):,} {of}"
                lines.append(f"{both}: {', '.join(why)}")
    return lines


OTHER_LANGUAGE = "other language"
"""Drop reason of documents in a language that the recipe does not keep."""


REMOVED, OPTED_OUT = "removed", "opted out"
"""Drop reasons of documents that somebody wants left out, and of those whose domain opted out."""


def removed_sources(tally: Iterable[Row]) -> frozenset[str]:
    """Sources that somebody wanted out whole, or in all their documents, by curate's `languages.parquet`: nothing of
    them trained anything."""
    rows = [row for row in tally if row["documents"]]
    others = {row["source"] for row in rows if row["outcome"] not in (REMOVED, OPTED_OUT)}
    return frozenset(row["source"] for row in rows) - others


def drop_other_languages(tally: Iterable[Row]) -> list[Row]:
    """The rows of curate's `languages.parquet` but those of languages that the recipe does not keep."""
    rows = list(tally)
    chosen = {row["lang"] for row in rows if row["outcome"] != OTHER_LANGUAGE}
    return [row for row in rows if row["lang"] in chosen]


LITTLE_SHARE = 0.5
"""Share of a language's bytes that are trained on, below which it is reported."""


@dataclass(frozen=True)
class Shortfall:
    """A language that trains on little of what was collected of it."""

    lang: str
    share: float
    """Share of its collected bytes that are trained on."""
    outcome: str
    """Split or drop reason of most of the others."""


def find_shortfalls(tally: Iterable[Row]) -> Iterator[Shortfall]:
    """Languages that train on less than LITTLE_SHARE of their bytes, by curate's `languages.parquet`."""
    shortfalls = (find_shortfall(lang, by_outcome) for lang, by_outcome in bytes_by_outcome(tally).items())
    yield from (shortfall for shortfall in shortfalls if shortfall is not None)


def find_shortfall(lang: str, by_outcome: Counter[str]) -> Shortfall | None:
    """The shortfall of one language, given what became of its bytes; None where enough of them train."""
    # Counter subtraction drops what falls to zero, so that `train` is not among the others.
    others = by_outcome - Counter(train=by_outcome["train"])
    if by_outcome["train"] >= LITTLE_SHARE * by_outcome.total():
        return None
    most = min(others, key=lambda outcome: (-others[outcome], outcome))
    return Shortfall(lang, by_outcome["train"] / by_outcome.total(), most)


def bytes_by_outcome(tally: Iterable[Row]) -> dict[str, Counter[str]]:
    """For each language, the bytes that went to each split or were dropped for each reason."""
    sizes: dict[str, Counter[str]] = {}
    for row in tally:
        sizes.setdefault(row["lang"], Counter())[row["outcome"]] += row["bytes"]
    return sizes
