"""A plan in numbers: by stage, domain, tier and language, and what comes round most often; and as text."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from emma.lang.coverage import (
    Labels,
    count_coverage,
    explain_differences,
    is_language,
    planned_languages,
    trained_languages,
)
from emma.lang.tiers import TIER_NAMES
from emma.schemas import Row
from emma.ui.numerals import format_count, format_decimal, format_share, format_short
from emma.ui.terminal import format_table

PlanRow = Row
"""A row of schemas.PLAN, and the `words` of its source; numbers that nobody knows are None."""

WITHOUT_TIER = "no language"
TIERS = (*reversed(TIER_NAMES), WITHOUT_TIER)
MAX_ROWS = 40
"""Rows of a table that are printed."""
MAX_REPEATED = 10
"""Languages that are printed for coming round most often."""


@dataclass(frozen=True)
class GroupTotals:
    """The totals of a group of the plan's rows. A number is None where a part of it is not known."""

    name: str
    languages_planned: int
    languages_trained: int
    tiers: list[str]
    there: int | None
    """Tokens that exist."""
    words: int | None
    """White-space words that exist."""
    drawn: int
    """Tokens that are drawn, in whole sequences."""
    words_drawn: int | None
    epochs: float | None
    share: float
    """The group's share of what is drawn."""


@dataclass(frozen=True)
class MixSummary:
    """A mix, or one stage of it."""

    recipe: str
    origin: str
    """Way in which the plan came about, in words."""
    sequence_length: int
    step_tokens: int
    steps: int
    sequences: int
    tokens: int
    stages: list[GroupTotals]
    domains: list[GroupTotals]
    """The largest first."""
    tiers: list[GroupTotals]
    languages: list[GroupTotals]
    """The largest first."""
    languages_planned: int
    languages_trained: int
    differences: list[str]
    """Why these two numbers differ, in sentences."""
    left_out: list[str]
    """Sources of which nothing is drawn."""


def summarise_groups(rows: Sequence[PlanRow], key: Callable[[PlanRow], str], sequence_length: int) -> list[GroupTotals]:
    """The totals of rows by key, in the order in which keys first come."""
    sequences = sum(row["samples"] for row in rows)
    return [
        summarise_group(name, members, sequences, sequence_length) for name, members in group_rows(rows, key).items()
    ]


def summarise_group(name: str, rows: Sequence[PlanRow], sequences: int, sequence_length: int) -> GroupTotals:
    """The totals of a group of rows, of a plan of so many sequences."""
    drawn = sum(row["samples"] for row in rows)
    # a source has a row for every stage, and exists once
    sources = [members[0] for members in group_rows(rows, name_source).values()]
    tokens, words = sum_known(sources, "tokens"), sum_known(sources, "words")
    # Of stages that draw nothing of a source its epochs are 0, of unknown sizes None.
    words_seen = [row["epochs"] * row["words"] for row in rows if None not in (row["epochs"], row["words"])]
    return GroupTotals(
        name=name,
        **count_coverage(label_coverage(rows)),
        tiers=sorted({name_tier(row) for row in rows}, key=TIERS.index),
        there=tokens,
        words=words,
        drawn=drawn * sequence_length,
        words_drawn=round(sum(words_seen)) if words is not None else None,
        epochs=sum(row["epochs"] * row["tokens"] for row in rows) / tokens if tokens else None,
        share=drawn / sequences if sequences else 0.0,
    )


def summarise_rows(
    rows: Sequence[PlanRow], *, recipe: str, origin: str, sequence_length: int, step_sequences: int
) -> MixSummary:
    """The summary of a plan's rows, with so many sequences in an optimiser step."""

    def sum_by(key: Callable[[PlanRow], str]) -> list[GroupTotals]:
        return summarise_groups(rows, key, sequence_length)

    sequences = sum(row["samples"] for row in rows)
    return MixSummary(
        recipe=recipe,
        origin=origin,
        sequence_length=sequence_length,
        step_tokens=step_sequences * sequence_length,
        steps=math.ceil(sequences / step_sequences),
        sequences=sequences,
        tokens=sequences * sequence_length,
        stages=sum_by(lambda row: row["stage"]),
        domains=sorted(sum_by(lambda row: row["domain"]), key=_largest_first),
        tiers=sorted(sum_by(name_tier), key=lambda totals: TIERS.index(totals.name)),
        languages=sorted(sum_by(lambda row: row["lang"]), key=_largest_first),
        **count_coverage(label_coverage(rows)),
        differences=explain_differences(label_coverage(rows)),
        left_out=[source.name for source in sum_by(name_source) if not source.drawn],
    )


def _largest_first(totals: GroupTotals) -> tuple[int, str]:
    return -totals.drawn, totals.name


def label_coverage(rows: Sequence[PlanRow]) -> dict[str, Labels]:
    """The languages that are planned, and those that are trained."""
    return {"planned": planned_languages(rows), "trained": trained_languages(rows)}


def sum_known(rows: Iterable[PlanRow], column: str) -> int | None:
    """Sum of a column, None unless all of it is known."""
    values = [row[column] for row in rows]
    return None if None in values else sum(values)


def group_rows(rows: Iterable[PlanRow], key: Callable[[PlanRow], str]) -> dict[str, list[PlanRow]]:
    """Rows by key, in the order in which keys first come."""
    groups: dict[str, list[PlanRow]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def name_source(row: PlanRow) -> str:
    """A source's name, as keys of a recipe have it."""
    return f"{row['lang']}/{row['domain']}"


def name_tier(row: PlanRow) -> str:
    """A source's tier, if it is in a language."""
    return str(row["tier"]) if is_language(row["lang"]) else WITHOUT_TIER


def render_text(summary: MixSummary) -> Iterator[str]:
    """The plan, table by table."""
    steps = f"{format_count(summary.steps)} steps of {format_count(summary.step_tokens)}"
    length = format_count(summary.sequence_length)
    yield f"{summary.recipe}: {format_short(summary.tokens)} tokens, {steps}, sequences of {length}"
    yield f"planned {summary.origin}"
    trained, planned = format_count(summary.languages_trained), format_count(summary.languages_planned)
    yield f"languages: {trained} trained of {planned} planned"
    yield from summary.differences
    tables = {"stages": summary.stages, "domains": summary.domains, "tiers": summary.tiers}
    for kind, groups in {**tables, "languages": summary.languages}.items():
        if kind != "stages" or len(groups) > 1:
            yield ""
            yield from _render_table(kind, groups[:MAX_ROWS])
        if (more := len(groups) - MAX_ROWS) > 0:
            yield f"and {format_count(more)} more {kind}; --json has all"
    yield from _render_repeats(summary.languages)
    if left_out := summary.left_out:
        yield ""
        yield f"left out: {', '.join(left_out[:MAX_ROWS])}{'…' if len(left_out) > MAX_ROWS else ''}"


def _render_table(kind: str, groups: Sequence[GroupTotals]) -> Iterator[str]:
    """One row a group: what is drawn of it, and what there is."""
    has_words = any(group.words is not None for group in groups)
    second = "tier" if kind == "languages" else "trained"
    heads = [kind[:-1], second, "share", "tokens", "exist", "epochs", *(["words", "exist"] if has_words else []), ""]
    rows = [_render_row(group, second, has_words) for group in groups]
    yield from format_table([heads, *rows], right=range(2, len(heads) - 1))


def _render_row(group: GroupTotals, second: str, has_words: bool) -> list[str]:
    """The cells of a row, the last of which is empty so that numbers stand to the right."""
    about = ", ".join(group.tiers) if second == "tier" else format_count(group.languages_trained)
    numbers = [format_short(group.drawn), format_short(group.there), format_decimal(group.epochs)]
    words = [format_short(group.words_drawn), format_short(group.words)] if has_words else []
    return [group.name, about, format_share(group.share), *numbers, *words, ""]


def _render_repeats(languages: Sequence[GroupTotals]) -> Iterator[str]:
    """The languages whose tokens come round most often."""
    repeated = sorted((lang for lang in languages if (lang.epochs or 0) > 1), key=lambda lang: -(lang.epochs or 0))
    if repeated:
        yield ""
        named = (f"{lang.name} {format_decimal(lang.epochs)} times" for lang in repeated[:MAX_REPEATED])
        yield "seen most often: " + ", ".join(named)
