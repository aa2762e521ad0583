"""Limits for every language from its own distribution: Tukey's fences (Exploratory Data Analysis, 1977, chapter 2).

A language with too few documents borrows its script's distribution, then everybody's; the recipe can fix any limit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import numpy as np
import pyarrow as pa

from emma.config.section import Settings
from emma.curate.config import Agreement, CurateConfig
from emma.curate.quality.agreement import median, threshold
from emma.curate.quality.features import BINS, TOP, Histogram, pool_histograms, sum_histograms
from emma.curate.quality.fixed import FixedLimits
from emma.curate.quality.rules import JUDGED, RULES, SCORE, Rule
from emma.lang.language import script_of
from emma.store import shards
from emma.store.artifact import Artifact

LIMITS = pa.schema(
    [
        ("lang", pa.string()),  # or the label of a pair of translations
        ("feature", pa.string()),
        ("side", pa.string()),  # low or high
        ("limit", pa.float64()),  # null: no document is dropped by this rule
        ("level", pa.string()),  # where it comes from: fixed, language, script, all, none
        ("documents", pa.int64()),  # of the language, that have the feature
        ("q1", pa.float64()),  # quartiles of the distribution it comes from
        ("median", pa.float64()),
        ("q3", pa.float64()),
        ("share", pa.float64()),  # of lid_score: of the documents, how many are below the limit, or would be
        ("withheld", pa.float64()),  # of lid_score: the limit that would be below too many (lid.max_drop); else null
        ("least_chars", pa.int64()),  # of lid_score: characters from which documents have it
    ]
)


class LimitRow(TypedDict):
    """A row of LIMITS."""

    lang: str
    feature: str
    side: str
    limit: float | None
    level: str
    documents: int
    q1: float | None
    median: float | None
    q3: float | None
    share: float | None
    withheld: float | None
    least_chars: int | None


class LimitSettings(Settings):
    """The part of the recipe section that limits depend on."""

    min_documents: int
    fence: float
    limits: dict[str, dict[str, dict[str, float | None]]]
    lid: Agreement

    @classmethod
    def of(cls, section: CurateConfig) -> "LimitSettings":
        """Take it from the whole section."""
        return cls(**section.model_dump(mode="json", include=set(cls.model_fields)))


def choose_limits(out: Path, parts: tuple[Artifact, ...], settings: LimitSettings) -> dict[str, int]:
    """Add the shards' histograms up and write `limits.parquet`, a row for each label and rule that can judge it.

    Raises RecipeError for a limit that the recipe fixes and that nothing could break.
    """
    own = sum_histograms(parts)
    spreads = {
        feature: Spread(by_label, pool_histograms(by_label, settings.min_documents))
        for feature, by_label in own.items()
    }
    fixed = FixedLimits.of(settings.limits, own)
    candidates = [
        choose_limit(label, rule, spreads[rule.feature], settings, fixed)
        for label in sorted({label for by_label in own.values() for label in by_label})
        for rule in RULES
        if label in own[rule.feature]
    ]
    rows = [row for row in candidates if row is not None]
    shards.write(out / "limits.parquet", pa.Table.from_pylist(rows, schema=LIMITS))
    return {"limits": len(rows)}


@dataclass(frozen=True)
class Spread:
    """The distributions of one feature."""

    own: Mapping[str, Histogram]
    """Distributions of labels."""
    pooled: Mapping[str, Histogram]
    """Distributions of scripts, and of all as "*"."""

    def choose(self, label: str, rule: Rule, min_documents: int) -> tuple[str, Histogram | None]:
        """The label's own where it has enough documents, else its script's, else that of all; with its level."""
        pooled = {} if rule.own_only else self.pooled
        candidates = (("language", self.own[label]), ("script", pooled.get(script_of(label))), ("all", pooled.get("*")))
        for level, histogram in candidates:
            if histogram is not None and histogram.sum() >= min_documents:
                return level, histogram
        return "none", None


def choose_limit(
    label: str, rule: Rule, spread: Spread, settings: LimitSettings, fixed: FixedLimits
) -> LimitRow | None:
    """The row of `limits.parquet` for one label and rule; None where neither EMMA nor the recipe has a limit."""
    value, is_judged = fixed.limit(label, rule), rule in JUDGED
    if value is None and not is_judged:
        return None
    level, histogram = spread.choose(label, rule, settings.min_documents)
    fences = None if histogram is None else Fences.of(histogram, TOP.get(rule.feature, 1.0), settings.fence)
    row = LimitRow(
        lang=label,
        feature=rule.feature,
        side=rule.side,
        limit=None,
        level=level,
        documents=int(spread.own[label].sum()),
        q1=None if fences is None else fences.q1,
        median=None if fences is None else fences.median,
        q3=None if fences is None else fences.q3,
        share=None,
        withheld=None,
        least_chars=None,
    )
    if fences is not None and histogram is not None and is_judged:
        row["limit"] = derive_limit(rule, histogram, fences, settings.lid)
    if value is not None:
        row["limit"], row["level"] = value, "fixed"
    if rule.feature == SCORE and rule.side == "low":
        withhold_limit(row, spread.own[label], settings.lid)
    if row["limit"] is None:
        row["level"] = "none"
    return row


def withhold_limit(row: LimitRow, own: Histogram, lid: Agreement) -> None:
    """Complete a row on language ID: how much is below the limit, and no limit where that is too much."""
    row["least_chars"] = lid.short_chars
    if (value := row["limit"]) is None:
        return
    share = float(own[: int(value * (BINS - 1))].sum() / max(1.0, own.sum()))
    row["share"] = share
    # What a person fixed holds whatever it drops; what a model's scores say is doubted first (curate.lid.max_drop).
    if row["level"] != "fixed" and share > lid.max_drop:
        row["limit"], row["withheld"] = None, value


def derive_limit(rule: Rule, histogram: Histogram, fences: "Fences", lid: Agreement) -> float | None:
    """The limit that a distribution gives for a rule."""
    return threshold(histogram, lid.floor, lid.ceiling) if rule.feature == SCORE else fences.limit(rule)


@dataclass(frozen=True)
class Fences:
    """Quartiles of a distribution, and what lies far outside of them."""

    q1: float
    median: float
    q3: float
    reach: float
    """The distance of a fence from its quartile."""
    top: float
    """Largest value of the feature."""

    @classmethod
    def of(cls, histogram: Histogram, top: float, fence: float) -> "Fences":
        """Quartiles at the outer edges of their bins, so a limit errs on the side of keeping."""
        # Exact to a bin, 1/500 of the range: quartiles of all documents without holding their values.
        cumulated = np.cumsum(histogram) / histogram.sum()
        first, third = np.searchsorted(cumulated, [0.25, 0.75])
        q1, q3 = first / (BINS - 1) * top, min(third + 1, BINS - 1) / (BINS - 1) * top
        return cls(float(q1), median(histogram) * top, float(q3), float(fence * (q3 - q1)), top)

    def limit(self, rule: Rule) -> float:
        """The fence on the rule's side, never stricter than the rule's mildest value nor wider than its widest."""
        # The fence decides between the two: a narrow distribution must not drop good text, nor a bad one keep all.
        mildest = rule.mildest or 0.0
        if rule.side == "low":
            return max(min(self.q1 - self.reach, mildest), rule.widest or 0.0)
        return min(max(self.q3 + self.reach, mildest), self.top if rule.widest is None else rule.widest)
