"""Limits that the recipe fixes, for a language, a pair of languages, a script or all; the most special wins.

A limit that could never be broken, because nothing in the corpus answers to its name or has its feature, is refused:
it would be a wish that nobody hears. Only "*" may speak of features that this corpus does not have.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from emma.curate.quality.rules import SCORE, Rule, script_of
from emma.errors import RecipeError


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
