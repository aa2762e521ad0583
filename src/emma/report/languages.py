"""One row per language: what data it had, what it costs in tokens, and how well it is modelled before and after.

What was not measured is None, never 0.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from emma.lang import coverage
from emma.lang.language import Lang
from emma.lang.tiers import size_band
from emma.report.tables import Row, Tables
from emma.schemas import CODE, SPLITS


@dataclass(frozen=True)
class Language:
    """A row of the language table. Shares are of the collected documents."""

    lang: str
    name: str
    script: str
    tier: str
    """By `train_bytes`."""
    train_bytes: int = 0
    """UTF-8 bytes of distinct training text as it was packed, before any repetition. A pair of texts counts for the
    rarer of its two languages."""
    collected: bool = False
    """This and the following as `emma.lang.coverage` has them."""
    kept: bool = False
    planned: bool = False
    trained: bool = False
    measured: bool = False
    improved: bool = False
    worse: bool = False
    documents: int = 0
    """Collected, before curation."""
    kept_documents: int = 0
    """Of them, those that survived curation, for whatever split."""
    train_documents: int = 0
    """Of these, those for training."""
    dropped_share: float | None = None
    duplicate_share: float | None = None
    trained_tokens: int = 0
    """Tokens that exist in the training split; `epochs` says how often each was seen."""
    epochs: float | None = None
    tokens_per_byte_base: float | None = None
    tokens_per_byte: float | None = None
    test_documents: int = 0
    test_bytes: int = 0
    bits_per_byte_base: float | None = None
    bits_per_byte: float | None = None
    gain: float | None = None
    """Bits per byte saved, base minus adapted: negative is a loss."""
    gain_low: float | None = None
    """95 % interval of the gain; None where there are too few documents for one."""
    gain_high: float | None = None

    @property
    def is_code(self) -> bool:
        """Program code has a row but is no language."""
        return self.lang == CODE

    @property
    def verdict(self) -> str:
        """`gain` or `loss` where the interval excludes zero, `unsure` where it does not, `none` when not compared."""
        if self.gain is None:
            return "none"
        return "gain" if self.improved else "loss" if self.worse else "unsure"


def languages(tables: Tables) -> list[Language]:
    """All languages that were collected or trained, in the order of their labels."""
    facts: dict[str, dict[str, Any]] = defaultdict(dict)
    for part in (_counted(tables), _data(tables), _cost(tables.fertility), _plan(tables.plan), _scores(tables)):
        for lang, values in part.items():
            facts[lang].update(values)
    return [_language(lang, facts[lang]) for lang in sorted(facts)]


def _language(lang: str, facts: dict[str, Any]) -> Language:
    value = Lang.parse(lang)
    return Language(lang, value.name, value.script, size_band(facts.get("train_bytes", 0)), **facts)


def labels(tables: Tables) -> dict[str, coverage.Labels]:
    """The languages that each word of `emma.lang.coverage` has, as far as a report can know."""
    return {
        "collected": coverage.collected_languages(tables.curated or tables.collected),
        "kept": coverage.kept_languages(tables.curated),
        "planned": coverage.planned_languages(tables.plan),
        "trained": coverage.trained_languages(tables.plan),
        "measured": coverage.measured_languages(tables.scores),
        "improved": coverage.improved_languages(tables.gains),
        "worse": coverage.worsened_languages(tables.gains),
    }


def _counted(tables: Tables) -> dict[str, dict[str, Any]]:
    facts: dict[str, dict[str, Any]] = defaultdict(dict)
    for word, found in labels(tables).items():
        for lang in found:
            facts[lang][word] = True
    return facts


def total(rows: Iterable[Row], column: str) -> dict[str, int]:
    """Sum of a column by language; nulls count nothing."""
    sums: dict[str, int] = defaultdict(int)
    for row in rows:
        sums[row["lang"]] += row[column] or 0
    return dict(sums)


def _data(tables: Tables) -> dict[str, dict[str, Any]]:
    """Documents collected and kept, and the shares that curation dropped."""
    everything = total(tables.curated, "documents") or total(tables.collected, "documents")
    dropped = total([row for row in tables.curated if row["outcome"] not in SPLITS], "documents")
    kept, train = (
        total([row for row in tables.curated if row["outcome"] in outcomes], "documents")
        for outcomes in (SPLITS, SPLITS[:1])
    )
    copies = total([row for row in tables.curated if row["outcome"].endswith("duplicate")], "documents")
    return {
        lang: {
            "documents": documents,
            "kept_documents": kept.get(lang, 0),
            "train_documents": train.get(lang, 0),
            "dropped_share": dropped.get(lang, 0) / documents if documents else None,
            "duplicate_share": copies.get(lang, 0) / documents if documents else None,
        }
        for lang, documents in everything.items()
    }


def _cost(fertility: list[Row]) -> dict[str, dict[str, Any]]:
    """Tokens per byte over all domains of a language. A base counts only where every domain has one."""
    size, tokens, base = total(fertility, "bytes"), total(fertility, "tokens"), total(fertility, "tokens_base")
    without = {row["lang"] for row in fertility if row["tokens_base"] is None}
    return {
        lang: {
            "tokens_per_byte": tokens[lang] / size[lang],
            "tokens_per_byte_base": None if lang in without else base[lang] / size[lang],
        }
        for lang in size
        if size[lang]
    }


def _plan(plan: list[Row]) -> dict[str, dict[str, Any]]:
    """What there is to train on, and the epochs of a language: its tokens drawn, over its tokens that exist."""
    sources = list({(row["lang"], row["domain"]): row for row in plan}.values())  # one row a stage of the mix
    size, exist = total(sources, "bytes"), total(sources, "tokens")
    drawn: dict[str, float] = defaultdict(float)
    for row in plan:
        drawn[row["lang"]] += row["epochs"] * row["tokens"]
    return {
        lang: {
            "train_bytes": size[lang],
            "trained_tokens": exist[lang],
            "epochs": drawn[lang] / exist[lang] if exist[lang] else 0.0,
        }
        for lang in exist
    }


def _scores(tables: Tables) -> dict[str, dict[str, Any]]:
    """Bits per byte over all domains, and the gain with its paired interval."""
    facts: dict[str, dict[str, Any]] = defaultdict(dict)
    for row in tables.scores:
        if row["domain"] is None and row["model"] == "base":
            facts[row["lang"]]["bits_per_byte_base"] = row["bits_per_byte"]
        elif row["domain"] is None:
            facts[row["lang"]]["bits_per_byte"] = row["bits_per_byte"]
            facts[row["lang"]]["test_documents"] = row["documents"]
            facts[row["lang"]]["test_bytes"] = row["bytes"]
    for row in tables.gains:
        facts[row["lang"]]["gain"] = row["bpb_base"] - row["bpb_adapted"]
        facts[row["lang"]]["gain_low"] = None if row["high"] is None else -row["high"]
        facts[row["lang"]]["gain_high"] = None if row["low"] is None else -row["low"]
    return facts
