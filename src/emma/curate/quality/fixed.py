"""Limits that a recipe fixes in `[curate.limits]`, for a language, a pair, a script or all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from emma.curate.quality.rules import SCORE, Rule
from emma.errors import RecipeError
from emma.lang.language import script_of, sort_sides
from emma.wording import suggest

LimitsByName = Mapping[str, Mapping[str, Mapping[str, float | None]]]
"""Limits by the name of a language, pair or script, then by feature, then by side."""


@dataclass(frozen=True)
class FixedLimits:
    """Limits that the recipe fixes in `[curate.limits]`; the most special name wins."""

    limits: LimitsByName

    @classmethod
    def of(cls, limits: LimitsByName, own: Mapping[str, Iterable[str]]) -> "FixedLimits":
        """Check names and features against `own`: for every feature the labels that have it. Raises RecipeError.

        A limit that nothing could break is refused, since it is most likely a misspelling. Only "*" may speak of
        features that this corpus does not have: a recipe for many corpora says it once.
        """
        known = names_of({label for labels in own.values() for label in labels})
        for name, features in sorted(limits.items()):
            if sort_sides(name) not in known:
                raise RecipeError(unknown_name(name, known))
            for feature in sorted(features) if name != "*" else ():
                if sort_sides(name) not in names_of(own[feature]):
                    raise RecipeError(absent_feature(name, feature, names_of(own[feature])))
        return cls({sort_sides(name): features for name, features in limits.items()})

    def limit(self, label: str, rule: Rule) -> float | None:
        """The limit that the recipe fixes for this label, else for its script, else for all."""
        for name in (label, script_of(label), "*"):
            value = self.limits.get(name, {}).get(rule.feature, {}).get(rule.side)
            if value is not None:
                return value
        return None


def names_of(labels: Iterable[str]) -> set[str]:
    """Everything by which a limit may be fixed: the labels, their scripts, and "*" where there are any."""
    labels = set(labels)
    return {*labels, *map(script_of, labels), *(["*"] if labels else [])}


def unknown_name(name: str, known: Iterable[str]) -> str:
    """The message for a name that nothing in the corpus answers to."""
    hint = suggest(name, sorted(known))
    return f"[curate.limits] names '{name}', which is no language, pair or script of this corpus. {hint}"


def absent_feature(name: str, feature: str, known: Iterable[str]) -> str:
    """The message for a feature that nothing of this name has."""
    listed = sorted(known)
    if listed:
        return (
            f"[curate.limits] fixes {feature} for '{name}', of which no document has it; it is measured for: "
            f"{', '.join(listed[:20])}."
        )
    remedy = "give [annotate.lid] a model" if feature == SCORE else "take the line out"
    return f"[curate.limits] fixes {feature} for '{name}', but nothing in this corpus has it: {remedy}."
