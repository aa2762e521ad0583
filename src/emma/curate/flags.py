"""Flags: warnings about a language that a person should read before trusting its numbers, in `flags.parquet`.

Flags of the language ALL are about the whole corpus.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from emma.curate.quality.limits import LimitRow
from emma.curate.quality.rules import RULES, SCORE
from emma.lang.coverage import LITTLE_SHARE, bytes_by_outcome, find_shortfall
from emma.lang.language import UNDETERMINED, Lang
from emma.lang.macro import find_split_families
from emma.schemas import SPLITS

Row = Mapping[str, Any]
"""A row of one of the tables beside the selection, with that table's columns."""
Rows = Iterable[Row]
Flag = tuple[str, str]
"""A label, or ALL, and a sentence."""

FLAGS = pa.schema([("lang", pa.string()), ("flag", pa.string())])

LEVELS = {
    "script": "too few documents for limits of its own: those of its script hold",
    "all": "too few documents for limits of its own: those of all languages hold",
    "none": "too few documents for any limit: nothing is dropped by it",
}
PREMIUMS = {
    "script": "its byte premium is guessed from its script",
    "none": "its byte premium is not known: it is counted like English",
}
ALL = "*"
NOTABLE_SHARE = 0.1
"""A flag is raised from this share of a language's documents that rules drop, or that are in other scripts than the
label's."""
REASONS = frozenset(rule.reason for rule in RULES)


def flag_table(flags: Iterable[Flag]) -> pa.Table:
    """Flags as a table, sorted, each once."""
    return pa.Table.from_pylist([{"lang": lang, "flag": flag} for lang, flag in sorted(set(flags))], schema=FLAGS)


def limit_flags(limits: Iterable[LimitRow]) -> Iterator[Flag]:
    """Flag languages whose limits are borrowed."""
    for row in limits:
        # One feature stands for all, which about as many documents have: else each language would have thirty flags.
        if row["feature"] == "letter_share" and row["side"] == "low" and row["level"] in LEVELS:
            yield row["lang"], LEVELS[row["level"]]


def kept_flags(languages: Rows) -> Iterator[Flag]:
    """Flag languages of which nothing is kept, or nothing held out."""
    kept: Counter[str] = Counter()
    tested: Counter[str] = Counter()
    for row in languages:
        kept[row["lang"]] += row["documents"] if row["outcome"] in SPLITS else 0
        tested[row["lang"]] += row["documents"] if row["outcome"] == "test" else 0
    for lang, count in kept.items():
        if not count:
            yield lang, "no document was kept"
        elif not tested[lang]:
            yield lang, "not measured: no document is held out for test"


def train_flags(languages: Rows) -> Iterator[Flag]:
    """Flag languages that train on little of the bytes that were kept, or collected, and what became of most others."""
    for lang, by_outcome in bytes_by_outcome(languages).items():
        train, kept = by_outcome["train"], sum(by_outcome[split] for split in SPLITS)
        if train < LITTLE_SHARE * kept:
            yield lang, f"trains on {train / kept:.0%} of the bytes that were kept: the others are held out"
        if (shortfall := find_shortfall(lang, by_outcome)) is not None:
            share, most = shortfall.share, shortfall.outcome
            yield lang, f"trains on {share:.0%} of the bytes that were collected; most others went as: {most}"


def withdrawn_flags(withdrawn: Rows) -> Iterator[Flag]:
    """Flag sources that a list of domains cannot reach, since their documents have no web address."""
    for row in withdrawn:
        if row["reason"] is None:
            yield (
                ALL,
                f"{row['documents']:,} documents of '{row['source']}' have no address: curate.opt_out cannot tell",
            )


def drop_flags(languages: Rows) -> Iterator[Flag]:
    """Flag languages that lose much to quality rules, though not enough for the guard to stop."""
    documents: Counter[str] = Counter()
    reasons: dict[str, Counter[str]] = {}
    for row in languages:
        documents[row["lang"]] += row["documents"]
        if row["outcome"] in REASONS:
            reasons.setdefault(row["lang"], Counter())[row["outcome"]] += row["documents"]
    for lang, counts in reasons.items():
        if counts.total() > NOTABLE_SHARE * documents[lang]:
            most = min(counts, key=lambda reason: (-counts[reason], reason))
            share = counts.total() / documents[lang]
            yield lang, f"quality rules drop {share:.0%} of the documents, most by {most}: read some before you agree"


def script_flags(scripts: Rows) -> Iterator[Flag]:
    """Flag languages much of which is in other scripts than their labels say."""
    documents: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for row in scripts:
        documents[row["lang"]] += row["documents"]
        others[row["lang"]] += 0 if row["agrees"] else row["documents"]
    for lang, count in others.items():
        if count > NOTABLE_SHARE * documents[lang]:
            yield lang, f"{count / documents[lang]:.0%} of the documents are in another script than the label's"


def lid_flags(limits: Iterable[LimitRow], langs: Iterable[str]) -> Iterator[Flag]:
    """Flag languages that the language-identification model could not judge, with the reason."""
    rows = {row["lang"]: row for row in limits if row["feature"] == SCORE and row["side"] == "low"}
    for lang in langs:
        if lang not in rows:
            yield lang, "language ID does not know it, or every document is too short: nothing is dropped by it"
        elif rows[lang]["level"] == "none" and rows[lang]["median"] is None:
            yield lang, "too few documents for language ID to judge"
        elif rows[lang]["withheld"] is not None:
            yield lang, describe_withheld(rows[lang])
        elif rows[lang]["level"] == "none":
            yield (
                lang,
                f"language ID hardly knows it (median score {rows[lang]['median']:.2f}): nothing is dropped by it",
            )


def describe_withheld(row: LimitRow) -> str:
    """The flag of a language with too many of whose labels the model disagrees."""
    return (
        f"language ID doubts {row['share']:.0%} of the documents (scores below {row['withheld']:.2f}), more than "
        "curate.lid.max_drop: nothing is dropped by it; see in `emma audit` what it takes them for"
    )


def premium_flags(tiers: Rows) -> Iterator[Flag]:
    """Flag languages whose fair words rest on a guess."""
    for row in tiers:
        if row["premium_from"] in PREMIUMS:
            yield row["lang"], PREMIUMS[row["premium_from"]]


def macro_flags(langs: Iterable[str]) -> Iterator[Flag]:
    """Flag macrolanguages that stand family their own members: the same people's text under two names."""
    for family in find_split_families(list(langs)):
        for label in family.labels:
            yield label, f"a macrolanguage beside its own members {', '.join(family.members)}"


def benchmark_flags(items: Rows) -> Iterator[Flag]:
    """Flag benchmarks with items whose codes name no language, from a row each of benchmark, lang and items."""
    counts: Counter[str] = Counter()
    for row in items:
        counts[row["benchmark"]] += row["items"] if Lang.parse(row["lang"]).iso639_3 == UNDETERMINED else 0
    for name, count in counts.items():
        if count:
            yield (
                ALL,
                f"{count:,} items of the benchmark {name} are in no language by their codes, and looked for too",
            )
