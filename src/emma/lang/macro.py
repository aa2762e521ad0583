"""Macrolanguages by explicit policy: one that a source names is kept, mapped to a member, or split among its members.

A policy maps a macrolanguage's code to "keep", to a member ("swh"), to members by script ({Latn = "azj", Arab =
"azb"}), to "script" (the same table, taken from CLDR), or to "lid" (language identification of each text decides).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from emma.errors import LanguageError
from emma.lang.cldr import likely_script, likely_scripts, representative
from emma.lang.language import Lang

Policy = str | Mapping[str, str]
Identify = Callable[[str], tuple[Sequence[str | None], Sequence[float]]]
"""A function from a text to labels (`xxx_Yyyy`, or None) and their probabilities, the likeliest first."""

MIN_PROBABILITY = 0.5
"""Probability from which language identification may choose a member."""


@dataclass(frozen=True, order=True)
class SplitFamily:
    """A macrolanguage that stands beside its own members: one population of text under two names."""

    macrolanguage: str
    labels: tuple[str, ...]
    """Labels of the macrolanguage, sorted."""
    members: tuple[str, ...]
    """Labels of its members, sorted."""


def check_policies(policies: Mapping[str, Policy]) -> None:
    """Raise LanguageError for a policy that cannot be followed; the message has the members."""
    for macrolanguage, policy in policies.items():
        if not members_of(macrolanguage):
            raise LanguageError(f"macrolanguages: '{macrolanguage}' is not a macrolanguage of ISO 639-3; leave it out.")
        if policy == "script":
            members_by_script(macrolanguage)
        elif policy not in ("keep", "lid"):
            _check_members(macrolanguage, [policy] if isinstance(policy, str) else list(policy.values()))
        if isinstance(policy, Mapping):
            _check_scripts(macrolanguage, policy)


def apply_policies(
    lang: Lang, policies: Mapping[str, Policy], text: str = "", identify: Identify | None = None
) -> tuple[Lang, str]:
    """Apply the policies (checked before) to a language: what it becomes, and the rule; empty where none touches it.

    `identify` is needed by "lid" only; without it, and where it is not sure, the macrolanguage is kept.
    """
    policy = policies.get(lang.iso639_3)
    if policy is None:
        return lang, ""
    member, rule = _choose_member(lang, policy, text, identify)
    if not member:
        return lang, f"macrolanguage {lang.iso639_3} kept{rule and ': '}{rule}"
    return Lang(member, lang.script), f"macrolanguage: {lang.iso639_3} → {member}, {rule}"


def _choose_member(lang: Lang, policy: Policy, text: str, identify: Identify | None) -> tuple[str, str]:
    """A member, or none, and the reason."""
    if policy == "keep":
        return "", ""
    if policy == "lid":
        return _identify_member(lang, text, identify)
    if isinstance(policy, str) and policy != "script":
        return policy, "declared"
    table = members_by_script(lang.iso639_3) if isinstance(policy, str) else policy
    member = table.get(lang.script, "")
    return member, f"by its script {lang.script}" if member else f"no member for {lang.script}"


def _identify_member(lang: Lang, text: str, identify: Identify | None) -> tuple[str, str]:
    if identify is None or not text:
        return "", "no language identification"
    members = members_of(lang.iso639_3)
    for label, score in zip(*identify(text), strict=True):
        iso = Lang.parse(label).iso639_3 if label else ""
        if iso in members and score >= MIN_PROBABILITY:
            return iso, f"language ID {score:.2f}"
    return "", "language ID is not sure"


def members_of(code: str) -> tuple[str, ...]:
    """The living members of a macrolanguage, sorted; empty for anything else."""
    return _members().get(code, ())


@lru_cache(maxsize=16_384)
def macrolanguage_of(code: str) -> str:
    """The macrolanguage that a language is a member of; empty if it is of none."""
    return next((macro for macro, members in _members().items() if code in members), "")


@lru_cache(maxsize=1)
def _members() -> Mapping[str, tuple[str, ...]]:
    from iso639 import ALL_LANGUAGES

    table: dict[str, list[str]] = {}
    for language in sorted(ALL_LANGUAGES, key=lambda language: language.part3):
        if language.macrolanguage and language.status == "A":
            table.setdefault(language.macrolanguage, []).append(language.part3)
    return {code: tuple(members) for code, members in table.items()}


@lru_cache(maxsize=256)
def members_by_script(macrolanguage: str) -> Mapping[str, str]:
    """The member that each script of a macrolanguage names, by CLDR's likely scripts.

    Scripts that no member has as its own go to CLDR's representative. LanguageError where two members share a script.
    """
    table: dict[str, str] = {}
    for member in members_of(macrolanguage):
        script = likely_script(member)
        # Two members in one script cannot be told apart by it, so the policy would be a guess.
        if not script or script in table:
            clash = f"{table[script]} and {member} are both in {script}" if script else f"{member} has no known script"
            raise LanguageError(
                f"macrolanguages: '{macrolanguage}' cannot be split by script: {clash}. "
                f'Name a member, a table by script, "lid" or "keep"; members: {_list_members(macrolanguage)}.'
            )
        table[script] = member
    if main := representative(macrolanguage):
        for script in likely_scripts(macrolanguage):
            table.setdefault(script, main)
    return table


def _check_members(macrolanguage: str, named: Sequence[str]) -> None:
    for member in named:
        if member not in members_of(macrolanguage):
            raise LanguageError(
                f"macrolanguages: '{member}' is not a member of '{macrolanguage}', nor a policy (keep, script, lid). "
                f"Members: {_list_members(macrolanguage)}."
            )


def _check_scripts(macrolanguage: str, policy: Mapping[str, str]) -> None:
    from langcodes.data_dicts import ALL_SCRIPTS

    if unknown := sorted(set(policy) - set(ALL_SCRIPTS)):
        raise LanguageError(f"macrolanguages: '{unknown[0]}' of '{macrolanguage}' is not a script of ISO 15924.")


def _list_members(macrolanguage: str) -> str:
    from iso639 import Language

    return ", ".join(f"{member} ({Language.from_part3(member).name})" for member in members_of(macrolanguage))


def find_split_families(labels: Collection[str]) -> list[SplitFamily]:
    """Macrolanguages among the labels (`xxx_Yyyy`) whose members are there too, in any script; sorted."""
    present: dict[str, list[str]] = {}
    for label in sorted(set(labels)):
        present.setdefault(Lang.parse(label).iso639_3, []).append(label)
    pairs = ((code, [label for member in members_of(code) for label in present.get(member, [])]) for code in present)
    return sorted(SplitFamily(code, tuple(present[code]), tuple(members)) for code, members in pairs if members)
