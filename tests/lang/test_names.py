"""English names against codes, and against the library that has most of them."""

import random
from difflib import get_close_matches

import pytest
from iso639 import ALL_LANGUAGES

from emma.lang.codes import find_language
from emma.lang.names import _trigrams, find_by_name, find_similar
from emma.lang.registry import RefusedError

NAMES = [
    ("Swahili", "sw"),
    ("swahili", "sw"),
    ("Mandarin Chinese", "cmn"),
    ("Chinese, Mandarin", "cmn"),
    ("Greek", "el"),
    ("Modern Greek (1453-)", "ell"),
    ("Old English", "ang"),
    ("N'Ko", "nqo"),
    ("N’Ko", "nqo"),
    ("yoruba", "yo"),
    ("Yorùbá", "yo"),
    ("Central_Kurdish", "ckb"),
    ("Traditional Chinese", "zh_Hant"),
    ("Farsi", "fa"),
    ("banjarese", "bjn"),
]


@pytest.mark.parametrize(("name", "tag"), NAMES)
def test_names(name: str, tag: str) -> None:
    assert find_by_name(name) == tag


def test_reference_names_lead_to_their_codes() -> None:
    """Except where a common name of another language is the same, which CLDR decides."""
    living = [each for each in ALL_LANGUAGES if each.status == "A" and each.scope in ("I", "M")]
    wrong = {}
    for language in living:
        try:
            found = find_language(find_by_name(language.name))[0]
        except RefusedError as refusal:
            found = refusal.kind
        if found != language.part3:
            wrong[language.name] = found
    assert len(wrong) < 12, wrong


def test_a_near_miss_is_told() -> None:
    with pytest.raises(RefusedError, match=r"Yoruba \(yo\)"):
        find_by_name("Yorubba")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Tamazight", r"Central Atlas Tamazight \(tzm\), Standard Moroccan Tamazight \(zgh\), .* and 1 more\."),
        ("sotho", r"Southern Sotho \(st\), Northern Sotho \(nso\)\."),
        ("Tama zigt", r"Names like it: "),
    ],
)
def test_a_part_of_names_is_told_the_names_as_they_are_written_common_ones_first(name: str, told: str) -> None:
    with pytest.raises(RefusedError, match=told):
        find_by_name(name)


def test_names_like_one_are_difflibs_though_few_are_compared() -> None:
    """Against difflib over all names: one letter less, more or another finds the same first name nearly always."""
    keys, rng = _trigrams()[0], random.Random(3)
    wrong = []
    for key in rng.sample([each for each in keys if len(each) > 5], 40):
        at, letter = rng.randrange(len(key)), rng.choice("abeiknorstu")
        typo = rng.choice((key[:at] + key[at + 1 :], key[:at] + letter + key[at:], key[:at] + letter + key[at + 1 :]))
        wrong.append(find_similar(typo)[:1] != get_close_matches(typo, keys, 1))
    assert sum(wrong) <= 2


def test_a_name_like_nothing() -> None:
    assert find_similar("") == find_similar("ꦗꦮ") == find_similar("☃☃☃") == []
