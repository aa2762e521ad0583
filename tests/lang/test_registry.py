"""Subtags against the IANA registry: what is well-formed but not registered is never another language."""

import random
from string import ascii_lowercase

import pytest
from iso639 import ALL_LANGUAGES
from langcodes.data_dicts import NORMALIZED_MACROLANGUAGES

from emma.lang.codes import find_language
from emma.lang.registry import RefusedError, extlang_prefix, is_region, is_variant


def outcome(code: str) -> str:
    try:
        return find_language(code)[0]
    except RefusedError as refusal:
        return refusal.kind


REFUSED = "cs_pdt kk_ktb bxr_bdt en-abc zh-yue-abc en-yue en-sw sw-en de-foobar en-a-bbb sw.json sw.zip sw@foo fr-ark"
READ = {
    "zh-yue": "yue",
    "zh_cmn": "cmn",
    "ar-ARB": "arb",
    "ms-zsm": "zsm",
    "sw-swh": "swh",
    "sgn-ase": "ase",
    "zh-luh": "luh",  # registered since langcodes' copy
    "en-UK": "eng",
    "en_XX": "eng",  # for private use, as mBART's codes have it
    "es-419": "spa",
    "en_US_POSIX": "eng",
    "sr_RS.ISO-8859-5@latin": "srp",
    "de-CH-1996": "deu",
    "vi-hanoi": "vie",
    "en-u-nu-latn": "eng",
    "en-x-formal": "eng",
    "ca_ES@valencia": "cat",
    "aa_ER.UTF-8@saaho": "ssy",
    "Urdu": "urd",
    "toba-batak": "bbc",
}


@pytest.mark.parametrize("code", REFUSED.split())
def test_unregistered_subtags_are_refused(code: str) -> None:
    assert outcome(code) == "subtag"


@pytest.mark.parametrize("code", READ)
def test_registered_subtags_are_read(code: str) -> None:
    assert outcome(code) == READ[code]


def test_a_second_subtag_of_three_letters_is_another_language_only_where_registered() -> None:
    rng = random.Random(1)
    first = sorted({each.part1 for each in ALL_LANGUAGES if each.part1})
    second = {"".join(rng.choices(ascii_lowercase, k=3)) for _ in range(150)} | {"yue", "arb", "swh", "pdt", "ase"}
    for language in first:
        for extended in second:
            expected = extended if extlang_prefix(extended) == language else "subtag"
            assert outcome(f"{language}-{extended}") in (expected, "special", "pseudo", "collection", "private")


def test_prefixes_are_the_macrolanguages() -> None:
    """Another table of the same facts: an extended language's prefix is the language above it, or sign languages."""
    wholes = {each.part3: each.macrolanguage for each in ALL_LANGUAGES if each.macrolanguage}
    found = [code for code in wholes if extlang_prefix(code) not in ("", "sgn")]
    assert len(found) > 90
    for code in found:
        whole = next(each for each in ALL_LANGUAGES if each.part3 == wholes[code])
        assert extlang_prefix(code) in (whole.part1, whole.part3)
    assert all(extlang_prefix(code) in ("", name, "zh") for code, name in NORMALIZED_MACROLANGUAGES.items())


def test_regions_and_variants() -> None:
    assert all(map(is_region, ("US", "us", "419", "UK", "EU", "XA", "QM", "CQ", "SU")))
    assert not any(map(is_region, ("SW", "EN", "LL")))
    assert all(map(is_variant, ("1901", "valencia", "pinyin", "hanoi", "fante"))) and not is_variant("formal")
