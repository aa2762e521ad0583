"""What averages of benchmarks are grouped by beside scripts: tiers of the corpus, and families."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from emma.evaluate.config import EvaluateConfig
from emma.evaluate.questions import Questions, find_fit
from emma.lang.cldr import representative
from emma.lang.families import read_families
from emma.lang.language import Lang
from emma.lang.places import find_place


def find_groupings(
    section: EvaluateConfig, tiers: Mapping[str, str] | None, questions: Sequence[Questions]
) -> dict[str, Mapping[str, str]]:
    """What averages are grouped by beside scripts: tiers, where there is a corpus, and families.

    Raises SourceError where the recipe names a table of families that cannot be read.
    """
    groupings: dict[str, Mapping[str, str]] = {}
    langs = sorted({each.lang for each in questions})
    if tiers:
        corpus = [Lang.parse(label) for label in tiers]
        fits = {lang.label: find_fit(lang, corpus) for lang in langs}
        groupings["tier"] = {label: tiers[fit.label] for label, fit in fits.items() if fit is not None}
    groupings["family"] = find_families(langs, section.families_file())
    return groupings


def find_families(langs: Sequence[Lang], path: Path | None) -> dict[str, str]:
    """The family of each language that has one, by label: of the table that is named, else of the one EMMA brings."""
    named = [lang for lang in langs if lang.is_language]
    if path is None:
        found: dict[str, str | None] = {lang.label: find_place(lang.iso639_3).family for lang in named}
    else:
        families = read_families(path)
        # Glottolog knows no macrolanguages: Swahili stands there as the member that is mostly meant.
        codes = {lang.label: (lang.iso639_3, representative(lang.iso639_3)) for lang in named}
        found = {label: families.get(own, families.get(member)) for label, (own, member) in codes.items()}
    return {label: family for label, family in found.items() if family}
