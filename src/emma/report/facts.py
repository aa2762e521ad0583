"""What each table knows of the languages, as fields of their rows (emma.report.languages)."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from emma.lang import coverage
from emma.report.tables import Tables
from emma.schemas import PERSONAL, SPLITS, Row

Facts = dict[str, dict[str, Any]]
"""Fields of LanguageRow by language, as far as one table knows them."""


def gather_facts(tables: Tables) -> Facts:
    """All fields of the languages that were collected or trained."""
    facts: Facts = defaultdict(dict)
    collected = _count_documents(tables)
    parts = (
        _find_words(tables),
        collected,
        _count_tokens(tables.fertility),
        _sum_plan(tables.plan),
        _read_scores(tables),
        {lang: counts for lang, counts in _count_personal(tables).items() if lang in collected},
    )
    for part in parts:
        for lang, values in part.items():
            facts[lang].update(values)
    # Tables of tiers have languages too that the recipe does not keep: they add none.
    for row in (*tables.tiers, *tables.plan):
        if row["lang"] in facts and row.get("tier"):
            facts[row["lang"]]["tier"] = row["tier"]
    return dict(facts)


def find_coverage(tables: Tables) -> dict[str, coverage.Labels]:
    """The languages that each word of `emma.lang.coverage` has, as far as a report can know."""
    return {
        "collected": coverage.collected_languages(tables.chosen or tables.collected),
        "kept": coverage.kept_languages(tables.curated),
        "planned": coverage.planned_languages(tables.plan),
        "trained": coverage.trained_languages(tables.plan),
        "measured": coverage.measured_languages(tables.scores),
        "improved": coverage.improved_languages(tables.gains),
        "worse": coverage.worsened_languages(tables.gains),
    }


def _find_words(tables: Tables) -> Facts:
    facts: Facts = defaultdict(dict)
    for word, langs in find_coverage(tables).items():
        for lang in langs:
            facts[lang][word] = True
    return facts


def sum_by_language(rows: Iterable[Row], column: str) -> dict[str, int]:
    """Sum of a column by language; nulls count nothing."""
    sums: dict[str, int] = defaultdict(int)
    for row in rows:
        sums[row["lang"]] += row[column] or 0
    return dict(sums)


def _count_documents(tables: Tables) -> Facts:
    """Documents collected and kept, and the shares that curation dropped."""
    collected = sum_by_language(tables.chosen, "documents") or sum_by_language(tables.collected, "documents")
    dropped = sum_by_language([row for row in tables.curated if row["outcome"] not in SPLITS], "documents")
    kept, train = (
        sum_by_language([row for row in tables.curated if row["outcome"] in outcomes], "documents")
        for outcomes in (SPLITS, SPLITS[:1])
    )
    copies = sum_by_language([row for row in tables.curated if row["outcome"].endswith("duplicate")], "documents")
    return {
        lang: {
            "documents": documents,
            "kept_documents": kept.get(lang, 0),
            "train_documents": train.get(lang, 0),
            "dropped_share": dropped.get(lang, 0) / documents if documents else None,
            "duplicate_share": copies.get(lang, 0) / documents if documents else None,
        }
        for lang, documents in collected.items()
    }


def _count_personal(tables: Tables) -> Facts:
    """Personal data in the kept documents of each language."""
    facts: Facts = defaultdict(dict)
    for name in PERSONAL:
        for lang, count in sum_by_language(tables.personal, name).items():
            facts[lang][name] = count
    return facts


def _count_tokens(fertility: list[Row]) -> Facts:
    """Tokens per byte over all domains of a language. A base counts only where every domain has one."""
    size, tokens = sum_by_language(fertility, "bytes"), sum_by_language(fertility, "tokens")
    base = sum_by_language(fertility, "tokens_base")
    # One domain without a base count would make the base look cheap.
    without_base = {row["lang"] for row in fertility if row["tokens_base"] is None}
    return {
        lang: {
            "tokens_per_byte": tokens[lang] / size[lang],
            "tokens_per_byte_base": None if lang in without_base else base[lang] / size[lang],
        }
        for lang in size
        if size[lang]
    }


def _sum_plan(plan: list[Row]) -> Facts:
    """The training text there is, and the epochs of a language: its tokens drawn, over its tokens that exist."""
    # A source has one row a stage of the mix, each with the same text: what exists is counted once.
    sources = list({(row["lang"], row["domain"]): row for row in plan}.values())
    size, exist = sum_by_language(sources, "bytes"), sum_by_language(sources, "tokens")
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


def _read_scores(tables: Tables) -> Facts:
    """Bits per byte over all domains, and the gain with its paired interval."""
    facts: Facts = defaultdict(dict)
    for row in tables.scores:
        if row["domain"] is None and row["model"] == "base":
            facts[row["lang"]]["bits_per_byte_base"] = row["bits_per_byte"]
        elif row["domain"] is None:
            facts[row["lang"]]["bits_per_byte"] = row["bits_per_byte"]
            facts[row["lang"]]["test_documents"] = row["documents"]
            facts[row["lang"]]["test_bytes"] = row["bytes"]
    # Evaluate's interval is of adapted minus base; a gain is base minus adapted, so its ends change sides.
    for row in tables.gains:
        facts[row["lang"]]["gain"] = row["bpb_base"] - row["bpb_adapted"]
        facts[row["lang"]]["gain_low"] = None if row["high"] is None else -row["high"]
        facts[row["lang"]]["gain_high"] = None if row["low"] is None else -row["low"]
    return facts
