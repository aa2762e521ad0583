"""Macrolanguage policies: what text becomes, and what a recipe may not say."""

from collections.abc import Mapping, Sequence

import pytest
from iso639 import ALL_LANGUAGES

from emma.errors import LanguageError
from emma.lang.language import Lang
from emma.lang.macro import (
    Policy,
    SplitFamily,
    apply_policies,
    check_policies,
    find_split_families,
    macrolanguage_of,
    members_by_script,
    members_of,
)

POLICIES: Mapping[str, Policy] = {
    "swa": "swh",
    "ara": "keep",
    "aze": "script",
    "uzb": {"Latn": "uzn", "Arab": "uzs"},
    "kon": "lid",
}

APPLIED = [
    ("swa_Latn", "swh_Latn", "macrolanguage: swa → swh, declared"),
    ("swa_Arab", "swh_Arab", "macrolanguage: swa → swh, declared"),
    ("ara_Arab", "ara_Arab", "macrolanguage ara kept"),
    ("aze_Latn", "azj_Latn", "macrolanguage: aze → azj, by its script Latn"),
    ("aze_Arab", "azb_Arab", "macrolanguage: aze → azb, by its script Arab"),
    ("aze_Cyrl", "azj_Cyrl", "macrolanguage: aze → azj, by its script Cyrl"),
    ("aze_Hebr", "aze_Hebr", "macrolanguage aze kept: no member for Hebr"),
    ("uzb_Arab", "uzs_Arab", "macrolanguage: uzb → uzs, by its script Arab"),
    ("uzb_Cyrl", "uzb_Cyrl", "macrolanguage uzb kept: no member for Cyrl"),
    ("zho_Hans", "zho_Hans", ""),
    ("swh_Latn", "swh_Latn", ""),
    ("kon_Latn", "kon_Latn", "macrolanguage kon kept: no language identification"),
]


@pytest.mark.parametrize(("before", "after", "rule"), APPLIED)
def test_policies(before: str, after: str, rule: str) -> None:
    check_policies(POLICIES)
    lang, said = apply_policies(Lang.parse(before), POLICIES, "text")
    assert (lang.label, said) == (after, rule)


@pytest.mark.parametrize(
    ("labels", "scores", "after", "rule"),
    [
        (["kng_Latn", "lin_Latn"], [0.93, 0.05], "kng_Latn", "macrolanguage: kon → kng, language ID 0.93"),
        (["lin_Latn", "kng_Latn"], [0.4, 0.39], "kon_Latn", "macrolanguage kon kept: language ID is not sure"),
        (["lin_Latn", None], [0.9, 0.1], "kon_Latn", "macrolanguage kon kept: language ID is not sure"),
        ([], [], "kon_Latn", "macrolanguage kon kept: language ID is not sure"),
    ],
)
def test_language_identification(labels: Sequence[str | None], scores: Sequence[float], after: str, rule: str) -> None:
    lang, said = apply_policies(Lang("kon", "Latn"), POLICIES, "Bantu nyonso", lambda text: (labels, scores))
    assert (lang.label, said) == (after, rule)


REFUSED: list[tuple[dict[str, Policy], str]] = [
    ({"swh": "swa"}, "'swh' is not a macrolanguage"),
    ({"swa": "zul"}, r"'zul' is not a member of 'swa'.*swc \(Congo Swahili\), swh"),
    ({"swa": "split"}, "'split' is not a member.*keep, script, lid"),
    ({"zho": "script"}, "'zho' cannot be split by script: cdo and cjy are both in Hans"),
    ({"swa": "script"}, "swc and swh are both in Latn"),
    ({"aze": {"Latn": "azj", "Arab": "fas"}}, "'fas' is not a member of 'aze'"),
    ({"aze": {"Latin": "azj"}}, "'Latin' of 'aze' is not a script"),
    ({"sw": "swh"}, "'sw' is not a macrolanguage of ISO 639-3"),
]


@pytest.mark.parametrize(("policies", "words"), REFUSED)
def test_impossible_policies_are_refused_before_anything_runs(policies: dict[str, Policy], words: str) -> None:
    with pytest.raises(LanguageError, match=f"macrolanguages: .*{words}"):
        check_policies(policies)


def test_members_agree_with_the_table() -> None:
    for language in ALL_LANGUAGES:
        if language.status == "A":
            assert macrolanguage_of(language.part3) == (language.macrolanguage or "")
            assert bool(members_of(language.part3)) == (language.scope == "M")


def test_splitting_by_script_names_members_only() -> None:
    for code in ("aze", "uzb", "mon", "iku", "gon"):
        assert set(members_by_script(code).values()) == set(members_of(code))


def test_macrolanguages_beside_their_members() -> None:
    labels = ["swh_Latn", "swa_Latn", "aze_Latn", "azb_Arab", "zho_Hans", "eng_Latn", "est_Latn", "swa_Arab"]
    assert find_split_families(labels) == [
        SplitFamily("aze", ("aze_Latn",), ("azb_Arab",)),
        SplitFamily("swa", ("swa_Arab", "swa_Latn"), ("swh_Latn",)),
    ]
    assert find_split_families([]) == find_split_families(["zxx_Zyyy", "eng_Latn"]) == []
