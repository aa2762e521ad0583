"""How languages are spelled: letters and pairs of letters, from CLDR's own texts and national character sets."""

import math
from collections import Counter

import pytest

from emma.lang.spelling import EDGE, FOREIGN, Spelling, _spelling_of_locale, find_spellings, fold_case, is_letter


@pytest.mark.parametrize(
    ("iso", "has", "lacks"),
    [
        ("por", "ãõçáéê", "ăőřı"),
        ("tur", "ığşçöü", "ýðþß"),
        ("pol", "ąćęłńóśźż", "±³¶"),
        ("rus", "абвыэюя", "іїўa"),
        ("swh", "abz", "ñß"),
    ],
)
def test_letters(iso: str, has: str, lacks: str) -> None:
    (spelling,) = find_spellings(iso)
    assert spelling.letters.issuperset(has) and spelling.letters.isdisjoint(lacks)


def test_a_language_of_two_scripts_is_spelled_in_two_ways() -> None:
    assert {each.script for each in find_spellings("srp")} == {"Cyrl", "Latn"}


@pytest.mark.parametrize(
    ("iso", "script", "sample"), [("cmn", "Hans", "国"), ("cmn", "Hant", "國"), ("jpn", "Jpan", "の")]
)
def test_characters_in_common_use(iso: str, script: str, sample: str) -> None:
    assert any(sample in each.letters for each in find_spellings(iso, script))
    assert all(len(each.letters) > 2000 for each in find_spellings(iso, script))


def test_where_cldr_says_nothing_all_of_the_script_are_asked() -> None:
    found = find_spellings("mhr", "Cyrl")
    assert len(found) > 10 and {each.script for each in found} == {"Cyrl"}


def test_what_others_asked_babel_before_changes_nothing() -> None:
    from babel import localedata

    for name in ("ba", "mdf"):  # of which CLDR has no words, and few
        localedata.load(name)  # with what it inherits, as names of languages are looked up
    _spelling_of_locale.cache_clear()
    moksha = _spelling_of_locale("mdf")
    assert _spelling_of_locale("ba") is None and moksha is not None and moksha.script == "Cyrl"
    localedata._cache.pop("tyv", None)
    assert _spelling_of_locale("tyv") is None
    assert localedata.load("tyv").get("months"), "what is asked of babel afterwards is whole"


def test_probabilities_sum_to_one() -> None:
    pairs = Counter({(EDGE, "a"): 3, ("a", "b"): 2, ("a", EDGE): 1, ("b", EDGE): 2})
    spelling = Spelling(pairs)
    for before in (EDGE, "a", "b"):
        assert sum(math.exp(spelling.log(before, each)) for each in (EDGE, "a", "b")) == pytest.approx(1)
    assert spelling.log("a", "é") == FOREIGN


def test_folding_keeps_the_length() -> None:
    text = "İSTANBUL ΑΣ ẞ ي"
    assert len(fold_case(text)) == len(text) and fold_case("İ") == "i" and fold_case("ي") == fold_case("ی")
    assert [is_letter(each) for each in "aّ1ª’"] == [True, True, False, False, False]
