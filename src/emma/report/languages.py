"""One row per language: what data it had, what it costs in tokens, and how well it is modelled before and after.

What was not measured is None, never 0.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from emma.lang import coverage
from emma.lang.language import CODE, Lang
from emma.lang.places import find_place
from emma.lang.tiers import size_band
from emma.report.tables import Tables
from emma.schemas import PERSONAL, SPLITS, Row

Facts = dict[str, dict[str, Any]]
"""Fields of LanguageRow by language, as far as one table knows them."""


@dataclass(frozen=True)
class LanguageRow:
    """A row of the language table. Shares are of the collected documents."""

    lang: str
    name: str
    script: str
    size_band: str
    """The decade of `train_bytes` (lang.tiers.SIZE_BANDS)."""
    train_bytes: int = 0
    """UTF-8 bytes of distinct training text as it was packed, before any repetition. A pair of texts counts for the
    rarer of its two languages."""
    collected: bool = False
    """This and the following are words of `emma.lang.coverage`."""
    kept: bool = False
    planned: bool = False
    trained: bool = False
    measured: bool = False
    improved: bool = False
    worse: bool = False
    documents: int = 0
    """Documents collected, before curation."""
    kept_documents: int = 0
    """Documents that survived curation, for whatever split."""
    train_documents: int = 0
    """Documents kept for training."""
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
    """Bits per byte of the base minus those of the adapted model: above zero is better."""
    gain_low: float | None = None
    """Lower end of the gain's 95 % interval; None where there are too few documents for one."""
    gain_high: float | None = None
    family: str | None = None
    """Its family in Glottolog; None where it has no entry, as program code. This and `area` are for finding it."""
    area: str | None = None
    """Its macroarea in Glottolog."""
    tier: str | None = None
    """Its tier in the mix, else by what was kept of it (lang.tiers.TIER_NAMES); None where there is neither."""
    emails: int = 0
    """This and the following count personal data in what is kept, as far as rules find them (schemas.PERSONAL)."""
    ips: int = 0
    phones: int = 0
    cards: int = 0

    @property
    def is_code(self) -> bool:
        """Whether the row is of program code, which is no language."""
        return self.lang == CODE.label

    @property
    def gain_percent(self) -> float | None:
        """The gain as a share of the base's bits: a byte holds less of a text in some scripts than in others."""
        return None if self.gain is None or not self.bits_per_byte_base else 100 * self.gain / self.bits_per_byte_base

    @property
    def verdict(self) -> str:
        """`gain` or `loss` where the interval excludes zero, `unsure` where it does not, `none` when not compared."""
        if self.gain is None:
            return "none"
        return "gain" if self.improved else "loss" if self.worse else "unsure"


def list_languages(tables: Tables) -> list[LanguageRow]:
    """All languages that were collected or trained, in the order of their labels."""
    facts: Facts = defaultdict(dict)
    collected = _data(tables)
    parts = (
        _coverage(tables),
        collected,
        _cost(tables.fertility),
        _plan(tables.plan),
        _scores(tables),
        {lang: facts for lang, facts in _personal(tables).items() if lang in collected},
    )
    for part in parts:
        for lang, values in part.items():
            facts[lang].update(values)
    # Tables of tiers have languages too that the recipe does not keep: they add none.
    for row in (*tables.tiers, *tables.plan):
        if row["lang"] in facts and row.get("tier"):
            facts[row["lang"]]["tier"] = row["tier"]
    return [make_row(lang, facts[lang]) for lang in sorted(facts)]


def make_row(lang: str, facts: dict[str, Any]) -> LanguageRow:
    """The row of a language, given the fields that are known of it beside its names and its place."""
    language = Lang.parse(lang)
    place, band = find_place(language.iso639_3), size_band(facts.get("train_bytes", 0))
    facts = {"family": place.family or None, "area": place.macroarea or None, **facts}
    return LanguageRow(lang, language.name, language.script, band, **facts)


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


def _coverage(tables: Tables) -> Facts:
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


def _data(tables: Tables) -> Facts:
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


def _personal(tables: Tables) -> Facts:
    """Personal data in the kept documents of each language."""
    facts: Facts = defaultdict(dict)
    for name in PERSONAL:
        for lang, count in sum_by_language(tables.personal, name).items():
            facts[lang][name] = count
    return facts


def _cost(fertility: list[Row]) -> Facts:
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


def _plan(plan: list[Row]) -> Facts:
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


def _scores(tables: Tables) -> Facts:
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
