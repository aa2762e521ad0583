"""Languages of several runs: the differences between two models on the test documents that both were measured on.

Two runs may have split their text otherwise. Documents of one are then in the training text of the other, so that only
those count which are test documents of both, with as many bytes in both.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

import pyarrow.compute as pc

from emma.evaluate.likelihood.tables import bits_per_byte, bootstrap_interval, draw_documents
from emma.lang.language import Lang
from emma.schemas import Row
from emma.store import shards
from emma.store.artifact import Artifact

DRAWS, SEED = 1000, 0
"""Times that documents are drawn again for an interval, and the seed of the draws: those of `[evaluate]`."""

Scores = Mapping[str, tuple[float, int]]
"""Nats and UTF-8 bytes of each test document of a language, by id."""


class Difference(TypedDict):
    """One language in two runs, on the documents that both have."""

    documents: int
    bits_per_byte: float
    """Of the first run."""
    gain: float
    """Bits per byte of the first run minus those of the other: above zero, the other is better."""
    low: float | None
    """The 95 % interval of that, from a paired bootstrap over documents; None for one document."""
    high: float | None
    verdict: str
    """`gain` or `loss` where the interval excludes zero, else `unsure`."""


class LanguageDifference(TypedDict):
    """One language in all runs."""

    lang: str
    name: str
    train_bytes: list[int]
    """UTF-8 bytes of distinct training text, in each run."""
    documents: list[int]
    """Test documents in each run."""
    bits_per_byte: list[float | None]
    """In each run, on its own test documents; None where it was not measured."""
    against_first: list[Difference | None]
    """Every run but the first against the first; None where they share no test document."""


@dataclass(frozen=True)
class RunScores:
    """What one run measured, by language."""

    items: Mapping[str, Scores]
    rows: Mapping[str, Row]
    """The rows of `languages.json` of its report."""


def read_items(evaluate: Artifact) -> dict[str, dict[str, tuple[float, int]]]:
    """Nats and bytes of each test document with the adapted model, by language."""
    table = shards.read(evaluate.file("items.parquet"), ["model", "lang", "id", "nats", "bytes"])
    adapted = table.filter(pc.equal(table["model"], "adapted")).select(["lang", "id", "nats", "bytes"])
    found: dict[str, dict[str, tuple[float, int]]] = {}
    for lang, document, nats, size in zip(*(column.to_pylist() for column in adapted.columns), strict=True):
        found.setdefault(lang, {})[document] = nats, size
    return found


def compare_languages(runs: Sequence[RunScores]) -> Iterator[LanguageDifference]:
    """Every language that any run trained or measured, in the order of labels."""
    first, *others = runs
    for lang in sorted({lang for run in runs for lang in run.rows}):
        rows: list[dict[str, Any]] = [dict(run.rows.get(lang, {})) for run in runs]
        yield {
            "lang": lang,
            "name": Lang.parse(lang).name,
            "train_bytes": [row.get("train_bytes", 0) for row in rows],
            "documents": [len(run.items.get(lang, {})) for run in runs],
            "bits_per_byte": [row.get("bits_per_byte") for row in rows],
            "against_first": [
                compare_documents(lang, first.items.get(lang, {}), other.items.get(lang, {})) for other in others
            ],
        }


def compare_documents(lang: str, first: Scores, other: Scores) -> Difference | None:
    """What the other model saves on the documents that both have; None where there is none."""
    shared = [name for name in sorted(first) if name in other and first[name][1] == other[name][1]]
    sizes = [first[name][1] for name in shared]
    if not sum(sizes):
        return None
    saved = [first[name][0] - other[name][0] for name in shared]
    low, high = bootstrap_interval(saved, sizes, draw_documents(len(shared), DRAWS, SEED, lang, ""))
    return {
        "documents": len(shared),
        "bits_per_byte": bits_per_byte(sum(first[name][0] for name in shared), sum(sizes)),
        "gain": bits_per_byte(sum(saved), sum(sizes)),
        "low": low,
        "high": high,
        "verdict": judge_interval(low, high),
    }


def judge_interval(low: float | None, high: float | None) -> str:
    """What the interval of a gain says."""
    if low is not None and low > 0:
        return "gain"
    return "loss" if high is not None and high < 0 else "unsure"


def gain_percent(difference: Difference) -> float:
    """The gain as a share of the first run's bits, in per cent."""
    return 100 * difference["gain"] / difference["bits_per_byte"] if difference["bits_per_byte"] else 0.0
