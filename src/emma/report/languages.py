"""One row per language: what data it had, what it costs in tokens, and how well it is modelled before and after.

What was not measured is None, never 0.
"""

from dataclasses import dataclass
from typing import Any

from emma.lang.language import CODE, Lang
from emma.lang.places import find_place
from emma.lang.tiers import size_band
from emma.report.facts import gather_facts
from emma.report.tables import Tables


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
    facts = gather_facts(tables)
    return [make_row(lang, facts[lang]) for lang in sorted(facts)]


def make_row(lang: str, facts: dict[str, Any]) -> LanguageRow:
    """The row of a language, given the fields that are known of it beside its names and its place."""
    language = Lang.parse(lang)
    place, band = find_place(language.iso639_3), size_band(facts.get("train_bytes", 0))
    facts = {"family": place.family or None, "area": place.macroarea or None, **facts}
    return LanguageRow(lang, language.name, language.script, band, **facts)
