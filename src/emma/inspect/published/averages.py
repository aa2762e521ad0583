"""Averages of the published tables rebuilt: over all languages, by tier, and how many models each one beats.

Scores of `emma evaluate` stand in the same tables, over the languages that they and the published ones have.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from emma.errors import SourceError
from emma.inspect.published.names import GROUP
from emma.inspect.published.tables import Floats, PublishedTable
from emma.lang.tiers import TIER_NAMES
from emma.schemas import Row
from emma.store import shards
from emma.store.files import read_json

TIERS = "resource_groups.json"
"""File of the authors' repository: the labels of each tier."""
SCORES = "scores.parquet"


@dataclass(frozen=True)
class Average:
    """The mean score of a model over some languages of a benchmark."""

    benchmark: str
    file: str
    model: str
    tier: str
    """One of the published tiers, or `all`."""
    languages: int
    value: float
    stated: float | None
    """As the table states it; None for a tier, and where it states none."""
    own: bool
    """Whether the model was scored by `emma evaluate`, and not by the authors."""


@dataclass(frozen=True)
class Wins:
    """How many other models of a benchmark a model beats, by their averages."""

    benchmark: str
    file: str
    model: str
    group: str
    """A group of the authors' chart, or `all`."""
    wins: int
    others: int


def list_averages(
    tables: Sequence[PublishedTable], models: Sequence[str], tiers: Mapping[str, Sequence[str]]
) -> Iterator[Average]:
    """The averages of some models in each table that has them: over all languages, then by tier."""
    for table in tables:
        chosen = {"all": table.langs, **tiers}
        for tier, labels in chosen.items():
            mine = np.isin(table.langs, list(labels))
            for at in [table.models.index(model) for model in models if model in table.models]:
                known = table.values[at, mine][~np.isnan(table.values[at, mine])]
                if len(known):
                    stated = _number(table.stated[at]) if tier == "all" else None
                    place = (table.benchmark.name, table.file, table.models[at], tier)
                    yield Average(*place, len(known), float(known.mean()), stated, False)


def count_wins(table: PublishedTable, model: str) -> Iterator[Wins]:
    """Count the other models that a model beats, in each group and in all; a tie is no win."""
    if model not in table.models:
        return
    sign = 1 if table.benchmark.higher_is_better else -1
    mine = table.averages[table.models.index(model)]
    others = [(name, mean) for name, mean in zip(table.models, table.averages, strict=True) if name != model]
    for group in ("all", *dict.fromkeys(GROUP.values())):
        means = [mean for name, mean in others if group in ("all", GROUP.get(name))]
        if means:
            wins = sum(sign * mine > sign * mean for mean in means)
            yield Wins(table.benchmark.name, table.file, model, group, int(wins), len(means))


def read_tiers(folder: Path) -> dict[str, list[str]]:
    """The labels of each published tier, smallest tier first, from beside or below the tables; empty without them."""
    places = [*sorted(folder.rglob(TIERS)), *sorted(folder.resolve().parent.glob(f"supported_languages/{TIERS}"))]
    if not places:
        return {}
    groups = read_json(places[0])
    if not isinstance(groups, dict) or not set(groups) <= set(TIER_NAMES):
        raise SourceError(f"{places[0]} does not list the labels of the tiers {', '.join(TIER_NAMES)}.")
    return {tier: list(groups[tier]) for tier in TIER_NAMES if tier in groups}


def read_own(folder: Path) -> list[Row]:
    """The scores on all items that `emma evaluate` wrote. Raises SourceError where there are none."""
    tables = [table for table in map(shards.read, sorted(folder.rglob(SCORES))) if "task" in table.column_names]
    if not tables:
        raise SourceError(f"{folder} has no scores of tasks ({SCORES}). Give the folder that `emma evaluate` wrote.")
    return [row for table in tables for row in table.to_pylist() if not row["clean"]]


def add_own(table: PublishedTable, rows: Sequence[Row]) -> PublishedTable | None:
    """The table with rows of our own below, and only the languages that all of these have; None without any."""
    scores = own_scores(table, rows)
    langs = [lang for lang in table.langs if scores and all(lang in mine for mine in scores.values())]
    if not langs:
        return None
    columns = [table.langs.index(lang) for lang in langs]
    own = np.array([[mine[lang] for lang in langs] for mine in scores.values()])
    missing: Floats = np.full((len(scores), len(langs)), np.nan)
    return replace(
        table,
        models=(*table.models, *scores),
        langs=tuple(langs),
        values=np.vstack([table.values[:, columns], own]),
        errors=np.vstack([table.errors[:, columns], missing]),
        stated=np.full(len(table.models) + len(scores), np.nan),
    )


def own_scores(table: PublishedTable, rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    """Our own scores of the table's benchmark and metric: by model and variant, the score of each language."""
    benchmark, found = table.benchmark, dict[str, dict[str, float]]()
    metric = benchmark.own_metric or benchmark.metric
    for row in rows:
        if benchmark.task and row["task"] == benchmark.task and row["metric"] == metric:
            is_asked = not benchmark.variant or row["variant"] == benchmark.variant
            if is_asked and row["value"] is not None:
                name = row["model"] if benchmark.variant else f"{row['model']}, {row['variant']}"
                found.setdefault(name, {})[row["lang"]] = row["value"]
    return found


def compare_own(tables: Sequence[PublishedTable], rows: Sequence[Row], models: Sequence[str]) -> Iterator[Average]:
    """Averages of published and own models over the languages that all have, for each benchmark with own scores."""
    for table in tables:
        joined = add_own(table, rows) if table.metric in ("", "acc") else None
        own = joined.models[len(table.models) :] if joined else ()
        for average in list_averages([joined], [*models, *own], {}) if joined else ():
            yield replace(average, own=average.model in own)


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
