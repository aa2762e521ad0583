"""Limits for every language from its own distribution: Tukey's fences (Exploratory Data Analysis, 1977, chapter 2).

Distributions are histograms of fixed bins, so those of shards add up to those of the corpus, exactly and in any order.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from emma.curate.config import CurateConfig
from emma.curate.rules import RULES, Rule
from emma.errors import ArtifactError, RecipeError
from emma.schemas import FEATURES
from emma.section import Settings
from emma.store import shards
from emma.store.artifact import Artifact

BINS = 501
"""Bins of a feature: 500 of equal width and one for its largest value and beyond."""
TOP: Mapping[str, float] = {"word_length": 50.0}
"""Largest value of the features that are no shares, in characters."""

Histogram = NDArray[np.float64]
Histograms = dict[str, dict[str, Histogram]]
"""Feature, then language, script or "*"."""

LIMITS = pa.schema(
    [
        ("lang", pa.string()),
        ("feature", pa.string()),
        ("side", pa.string()),  # low or high
        ("limit", pa.float64()),  # null: no document is dropped by this rule
        ("level", pa.string()),  # where it comes from: fixed, language, script, all, none
        ("documents", pa.int64()),  # of the language, that have the feature
        ("q1", pa.float64()),  # quartiles of the distribution it comes from
        ("q3", pa.float64()),
    ]
)


class LimitSettings(Settings):
    """The part of the recipe section that limits depend on."""

    min_documents: int
    fence: float
    limits: dict[str, dict[str, Any]]

    @classmethod
    def of(cls, section: CurateConfig) -> "LimitSettings":
        """Take it from the whole section."""
        return cls(**section.model_dump(mode="json", include=set(cls.model_fields)))


def histograms(out: Path, shard: tuple[Artifact, Artifact]) -> dict[str, int]:
    """Count every feature of every language of one shard into bins: `histograms.parquet`.

    Raises ArtifactError when the two are not row for row.
    """
    documents, annotations = shard
    langs = shards.read(documents.file("documents.parquet"), ["lang"])["lang"].combine_chunks().dictionary_encode()
    features = shards.read(annotations.file("annotations.parquet"), FEATURES)
    if len(langs) != features.num_rows:
        raise ArtifactError(
            f"{documents.path} has {len(langs)} documents, but {annotations.path} annotates {features.num_rows}. "
            "Delete both folders and run again."
        )
    codes, names = langs.indices.to_numpy(), langs.dictionary.to_pylist()
    rows = []
    for feature in FEATURES:
        values = features[feature].to_numpy()
        bins = count_bins(codes, values, len(names), TOP.get(feature, 1.0))
        rows += [{"lang": lang, "feature": feature, "bins": row} for lang, row in zip(names, bins, strict=True)]
    schema = pa.schema([("lang", pa.string()), ("feature", pa.string()), ("bins", pa.list_(pa.int64(), BINS))])
    shards.write(out / "histograms.parquet", pa.Table.from_pylist(rows, schema=schema))
    return {"rows": len(langs)}


def count_bins(codes: NDArray[np.int32], values: NDArray[np.float32], languages: int, top: float) -> NDArray[np.int64]:
    """Histograms, int64 (languages, BINS), of the values that are there (not NaN)."""
    there = ~np.isnan(values)
    bins = np.minimum(values[there] / top * (BINS - 1), BINS - 1).astype(np.int64)
    counts = np.bincount(codes[there] * BINS + bins, minlength=languages * BINS)
    return counts.reshape(languages, BINS)


def choose_limits(out: Path, parts: tuple[Artifact, ...], settings: LimitSettings) -> dict[str, int]:
    """Add the shards' histograms up and write `limits.parquet`, a row for every language and rule."""
    own = add_up(parts)
    pooled = {feature: pool(of, settings.min_documents) for feature, of in own.items()}
    languages = sorted({lang for of in own.values() for lang in of})
    refuse_unknown(settings.limits, languages)
    rows = [
        limit(lang, rule, own[rule.feature], pooled[rule.feature], settings) for lang in languages for rule in RULES
    ]
    shards.write(out / "limits.parquet", pa.Table.from_pylist(rows, schema=LIMITS))
    return {"languages": len(languages)}


def refuse_unknown(fixed: Iterable[str], languages: Sequence[str]) -> None:
    """RecipeError for a name under which limits are fixed that is no language or script of the corpus, nor "*"."""
    known = {*languages, *(lang.partition("_")[2] for lang in languages), "*"}
    for name in sorted(set(fixed) - known):
        near = get_close_matches(name, known, n=1)
        hint = f"Did you mean '{near[0]}'?" if near else f"It has: {', '.join(sorted(known)[:20])}."
        raise RecipeError(f"[curate.limits] names '{name}', which is no language or script of this corpus. {hint}")


def add_up(parts: tuple[Artifact, ...]) -> Histograms:
    """The histograms of all shards together, by feature and language."""
    total: Histograms = {feature: {} for feature in FEATURES}
    for part in parts:
        table = shards.read(part.file("histograms.parquet"))
        bins = table["bins"].combine_chunks().flatten().to_numpy().reshape(-1, BINS)
        for lang, feature, row in zip(table["lang"].to_pylist(), table["feature"].to_pylist(), bins, strict=True):
            total[feature][lang] = total[feature].get(lang, 0.0) + row.astype(np.float64)
    return total


def pool(own: Mapping[str, Histogram], most: int) -> dict[str, Histogram]:
    """Distributions of scripts and, as "*", of everything, in which a language counts for at most `most` documents.

    Otherwise the script's largest language would decide for all others.
    """
    pooled: dict[str, Histogram] = {}
    for lang in sorted(own):
        share = own[lang] * min(1.0, most / max(own[lang].sum(), 1.0))
        for name in (lang.partition("_")[2], "*"):
            pooled[name] = pooled.get(name, 0.0) + share
    return pooled


def limit(
    lang: str, rule: Rule, own: Mapping[str, Histogram], pooled: Mapping[str, Histogram], settings: LimitSettings
) -> dict[str, Any]:
    """The row of `limits.parquet` for one language and rule."""
    level, histogram = choose_level(lang, own, pooled if not rule.own_only else {}, settings.min_documents)
    row: dict[str, Any] = {"lang": lang, "feature": rule.feature, "side": rule.side, "level": level}
    row["documents"] = int(own[lang].sum())
    row["limit"] = row["q1"] = row["q3"] = None
    if histogram is not None:
        fences = Fences.of(histogram, TOP.get(rule.feature, 1.0), settings.fence)
        row |= {"limit": fences.limit(rule), "q1": fences.q1, "q3": fences.q3}
    fixed = fixed_limit(lang, rule, settings)
    return row if fixed is None else row | {"limit": fixed, "level": "fixed"}


def choose_level(
    lang: str, own: Mapping[str, Histogram], pooled: Mapping[str, Histogram], enough: int
) -> tuple[str, Histogram | None]:
    """The language's own distribution where it has enough documents, else its script's, else that of all.

    A feature that no document of the language has is not judged.
    """
    candidates = (("language", own[lang]), ("script", pooled.get(lang.partition("_")[2])), ("all", pooled.get("*")))
    for level, histogram in candidates:
        if own[lang].any() and histogram is not None and histogram.sum() >= enough:
            return level, histogram
    return "none", None


@dataclass(frozen=True)
class Fences:
    """Quartiles of a distribution, and what lies far outside of them."""

    q1: float
    q3: float
    reach: float

    @classmethod
    def of(cls, histogram: Histogram, top: float, fence: float) -> "Fences":
        """Quartiles at the outer edges of their bins, so a limit errs on the side of keeping."""
        total = np.cumsum(histogram) / histogram.sum()
        first, third = np.searchsorted(total, [0.25, 0.75])
        q1, q3 = first / (BINS - 1) * top, min(third + 1, BINS - 1) / (BINS - 1) * top
        return cls(float(q1), float(q3), float(fence * (q3 - q1)))

    def limit(self, rule: Rule) -> float:
        """The fence on the rule's side, never stricter than the rule's mildest value nor wider than its widest."""
        if rule.side == "low":
            return max(min(self.q1 - self.reach, rule.mildest), rule.widest or 0.0)
        wide = max(self.q3 + self.reach, rule.mildest)
        return min(wide, TOP.get(rule.feature, 1.0) if rule.widest is None else rule.widest)


def fixed_limit(lang: str, rule: Rule, settings: LimitSettings) -> float | None:
    """What the recipe fixes for this language, its script, or all."""
    for name in (lang, lang.partition("_")[2], "*"):
        fixed: float | None = settings.limits.get(name, {}).get(rule.feature, {}).get(rule.side)
        if fixed is not None:
            return fixed
    return None
