"""Languages in groups: by amount of training text, by tier, area, family and script, each with what it gained."""

from collections.abc import Iterable, Sequence
from typing import TypedDict

from emma.lang.coverage import is_language
from emma.lang.tiers import SIZE_BANDS, TIER_NAMES
from emma.report.headline import Averages, LanguageCounts
from emma.report.languages import LanguageRow
from emma.report.summary import average, tally_languages

GROUPINGS = {
    "size_band": "Training text",
    "tier": "Tier",
    "area": "Area",
    "family": "Family",
    "script": "Script",
}
"""Fields of LanguageRow that languages are grouped by, with their headings."""
ORDERED = {"size_band": SIZE_BANDS, "tier": TIER_NAMES}
"""Groups that have an order of their own; others are ordered by their number of languages."""


class GroupSummary(LanguageCounts, Averages):
    """The languages of one group."""

    group: str


class Grouping(TypedDict):
    """All groups of one kind."""

    field: str
    heading: str
    groups: list[GroupSummary]


def group_languages(rows: Sequence[LanguageRow]) -> list[Grouping]:
    """Every grouping that tells languages apart, that by size first; program code is in none."""
    languages = [row for row in rows if is_language(row.lang)]
    groupings: list[Grouping] = [
        {"field": field, "heading": heading, "groups": summarise_groups(languages, field)}
        for field, heading in GROUPINGS.items()
    ]
    return [each for each in groupings if len(each["groups"]) > 1 or each["field"] == "size_band"]


def summarise_groups(languages: Sequence[LanguageRow], field: str) -> list[GroupSummary]:
    """The groups of one kind, in their order."""
    members: dict[str, list[LanguageRow]] = {}
    for row in languages:
        if name := getattr(row, field):
            members.setdefault(name, []).append(row)
    order = order_groups(members, {name: len(rows) for name, rows in members.items()}, ORDERED.get(field))
    return [{"group": name, **tally_languages(members[name]), **average(members[name])} for name in order]


def order_groups(names: Iterable[str], sizes: dict[str, int], order: Sequence[str] | None) -> list[str]:
    """In the order that there is, else the largest groups first."""
    if order is not None:
        return sorted(names, key=order.index)
    return sorted(names, key=lambda name: (-sizes[name], name))
