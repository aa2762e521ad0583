"""Limits that the recipe fixes, for a language, a pair of languages, a script or all; the most special wins.

A limit that could never be broken, because nothing in the corpus answers to its name or has its feature, is refused:
it would be a wish that nobody hears. Only "*" may speak of features that this corpus does not have.


Limits for every language from its own distribution: Tukey's fences (Exploratory Data Analysis, 1977, chapter 2).

A language with too few documents borrows its script's distribution, then everybody's; the recipe can fix any limit.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from emma.config.section import Settings
from emma.curate.config import Agreement, CurateConfig
from emma.curate.quality.agreement import median, threshold
from emma.curate.quality.features import BINS, TOP, Histogram, add_up, pool
from emma.curate.quality.rules import JUDGED, RULES, SCORE, Rule, script_of
from emma.errors import RecipeError
from emma.store import shards
from emma.store.artifact import Artifact


@dataclass(frozen=True)
class Fixed:
    """`[curate.limits]`: name, then feature, then side."""

    limits: Mapping[str, Mapping[str, Mapping[str, float | None]]]

    @classmethod
    def of(cls, limits: Mapping[str, Mapping[str, Any]], own: Mapping[str, Iterable[str]]) -> "Fixed":
        """Check names and features against `own`: for every feature the labels that have it. Raises RecipeError."""
        everything = names({label for labels in own.values() for label in labels})
        for name, features in sorted(limits.items()):
            if sides_in_order(name) not in everything:
                raise RecipeError(unknown(name, everything))
            for feature in sorted(features) if name != "*" else ():
                if sides_in_order(name) not in names(own[feature]):
                    raise RecipeError(silent(name, feature, names(own[feature])))
        return cls({sides_in_order(name): features for name, features in limits.items()})

    def limit(self, label: str, rule: Rule) -> float | None:
        """What the recipe fixes for this label, its script, or all."""
        for name in (label, script_of(label), "*"):
            fixed = self.limits.get(name, {}).get(rule.feature, {}).get(rule.side)
            if fixed is not None:
                return fixed
        return None


def names(labels: Iterable[str]) -> set[str]:
    """Everything by which a limit may be fixed: the labels, their scripts, and "*" where there are any."""
    found = set(labels)
    return {*found, *map(script_of, found), *(["*"] if found else [])}


def sides_in_order(name: str) -> str:
    """A name as labels have it: of a pair, whichever language was written first."""
    return "-".join(sorted(name.split("-")))


def unknown(name: str, known: Iterable[str]) -> str:
    """The message for a name that nothing in the corpus answers to."""
    near = get_close_matches(name, sorted(known), n=1)
    hint = f"Did you mean '{near[0]}'?" if near else f"It has: {', '.join(sorted(known)[:20])}."
    return f"[curate.limits] names '{name}', which is no language, pair or script of this corpus. {hint}"


def silent(name: str, feature: str, known: Iterable[str]) -> str:
    """The message for a feature that nothing of this name has."""
    listed = sorted(known)
    if listed:
        return (
            f"[curate.limits] fixes {feature} for '{name}', of which no document has it; it is measured for: "
            f"{', '.join(listed[:20])}."
        )
    remedy = "give [annotate.lid] a model" if feature == SCORE else "take the line out"
    return f"[curate.limits] fixes {feature} for '{name}', but nothing in this corpus has it: {remedy}."


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


class LimitSettings(Settings):
    """The part of the recipe section that limits depend on."""

    min_documents: int
    fence: float
    limits: dict[str, dict[str, Any]]
    lid: Agreement

    @classmethod
    def of(cls, section: CurateConfig) -> "LimitSettings":
        """Take it from the whole section."""
        return cls(**section.model_dump(mode="json", include=set(cls.model_fields)))


def choose_limits(out: Path, parts: tuple[Artifact, ...], settings: LimitSettings) -> dict[str, int]:
    """Add the shards' histograms up and write `limits.parquet`, a row for each label and rule that can judge it.

    Raises RecipeError for a limit that the recipe fixes and that nothing could break.
    """
    own = add_up(parts)
    spreads = {feature: Spread(of, pool(of, settings.min_documents)) for feature, of in own.items()}
    fixed = Fixed.of(settings.limits, own)
    found = [
        limit(label, rule, spreads[rule.feature], settings, fixed)
        for label in sorted({label for of in own.values() for label in of})
        for rule in RULES
        if label in own[rule.feature]
    ]
    rows = [row for row in found if row is not None]
    shards.write(out / "limits.parquet", pa.Table.from_pylist(rows, schema=LIMITS))
    return {"limits": len(rows)}


@dataclass(frozen=True)
class Spread:
    """The distributions of one feature."""

    own: Mapping[str, Histogram]
    """By label."""
    pooled: Mapping[str, Histogram]
    """By script, and "*" for all."""

    def choose(self, label: str, rule: Rule, enough: int) -> tuple[str, Histogram | None]:
        """The label's own where it has enough documents, else its script's, else that of all; with its level."""
        pooled = {} if rule.own_only else self.pooled
        candidates = (("language", self.own[label]), ("script", pooled.get(script_of(label))), ("all", pooled.get("*")))
        for level, histogram in candidates:
            if histogram is not None and histogram.sum() >= enough:
                return level, histogram
        return "none", None


def limit(label: str, rule: Rule, spread: Spread, settings: LimitSettings, fixed: Fixed) -> dict[str, Any] | None:
    """The row of `limits.parquet` for one label and rule; None where neither EMMA nor the recipe has a limit."""
    value, judged = fixed.limit(label, rule), rule in JUDGED
    if value is None and not judged:
        return None
    level, histogram = spread.choose(label, rule, settings.min_documents)
    row: dict[str, Any] = {"lang": label, "feature": rule.feature, "side": rule.side, "level": level}
    row["documents"] = int(spread.own[label].sum())
    if histogram is not None:
        fences = Fences.of(histogram, TOP.get(rule.feature, 1.0), settings.fence)
        row |= {"q1": fences.q1, "median": fences.median, "q3": fences.q3}
        row["limit"] = own_limit(rule, histogram, fences, settings.lid) if judged else None
    if value is not None:
        row |= {"limit": value, "level": "fixed"}
    if rule.feature == SCORE and rule.side == "low":
        row |= guarded(row, spread.own[label], settings.lid)
    return row if row.get("limit") is not None else row | {"level": "none"}


def guarded(row: Mapping[str, Any], own: Histogram, lid: Agreement) -> dict[str, Any]:
    """What changes in a row on language ID: how much is below the limit, and no limit where that is too much."""
    if (value := row.get("limit")) is None:
        return {"least_chars": lid.short_chars}
    share = float(own[: int(value * (BINS - 1))].sum() / max(1.0, own.sum()))
    told = {"least_chars": lid.short_chars, "share": share}
    return told if row["level"] == "fixed" or share <= lid.max_drop else told | {"limit": None, "withheld": value}


def own_limit(rule: Rule, histogram: Histogram, fences: "Fences", lid: Agreement) -> float | None:
    """What a distribution says of a rule."""
    return threshold(histogram, lid.floor, lid.ceiling) if rule.feature == SCORE else fences.limit(rule)


@dataclass(frozen=True)
class Fences:
    """Quartiles of a distribution, and what lies far outside of them."""

    q1: float
    median: float
    q3: float
    reach: float
    top: float

    @classmethod
    def of(cls, histogram: Histogram, top: float, fence: float) -> "Fences":
        """Quartiles at the outer edges of their bins, so a limit errs on the side of keeping."""
        total = np.cumsum(histogram) / histogram.sum()
        first, third = np.searchsorted(total, [0.25, 0.75])
        q1, q3 = first / (BINS - 1) * top, min(third + 1, BINS - 1) / (BINS - 1) * top
        return cls(float(q1), median(histogram) * top, float(q3), float(fence * (q3 - q1)), top)

    def limit(self, rule: Rule) -> float:
        """The fence on the rule's side, never stricter than the rule's mildest value nor wider than its widest."""
        mildest = rule.mildest or 0.0
        if rule.side == "low":
            return max(min(self.q1 - self.reach, mildest), rule.widest or 0.0)
        return min(max(self.q3 + self.reach, mildest), self.top if rule.widest is None else rule.widest)
