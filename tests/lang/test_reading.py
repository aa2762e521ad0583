"""One code, several schemes; and codes that a scheme does not have."""

import pickle

import pytest

from emma.lang.codes import resolve
from emma.lang.reading import CodeParts, read_code
from emma.lang.registry import RefusedError
from emma.lang.tables import Scheme

SCHEMES = [
    # scheme, code, label, rule
    ("wiki", "als", "gsw_Latn", "wiki code: als → gsw"),
    ("any", "als", "als_Latn", "ISO 639-3"),
    ("bcp47", "als", "als_Latn", "ISO 639-3"),
    ("wiki", "bat-smg", "sgs_Latn", "wiki code: bat-smg → sgs"),
    ("wiki", "fiu-vro", "vro_Latn", "wiki code: fiu-vro → vro"),
    ("wiki", "zh-yue", "yue_Hant", "BCP 47: zh-yue → yue"),
    ("wiki", "zh-classical", "lzh_Hant", "wiki code: zh-classical → lzh"),
    ("wiki", "be-x-old", "bel_Cyrl", "wiki code: be-x-old → be-tarask"),
    ("wiki", "simple", "eng_Latn", "wiki code: simple → en"),
    ("wiki", "roa-rup", "rup_Latn", "wiki code: roa-rup → rup"),
    ("wiki", "cbk-zam", "cbk_Latn", "wiki code: cbk-zam → cbk"),
    ("wiki", "no", "nob_Latn", "wiki code: no → nb"),
    ("any", "no", "nor_Latn", "ISO 639-1: no → nor"),
    ("wiki", "bh", "bho_Deva", "wiki code: bh → bho"),
    ("wiki", "sw", "swa_Latn", "ISO 639-1: sw → swa"),
    ("iso639", "GER", "deu_Latn", "ISO 639-2/B: ger → deu"),
    ("iso639", "srp_latn", "srp_Latn", "ISO 639-3"),
    ("android", "values-iw", "heb_Hebr", "deprecated: iw → he"),
    ("android", "values-b+sr+Latn", "srp_Latn", "ISO 639-1: sr → srp"),
    ("android", "zh-rTW", "zho_Hant", "ISO 639-1: zh → zho"),
    ("flores", "sat_Beng", "sat_Olck", "FLORES label: sat_Beng → sat_Olck"),
    ("flores", "tzm_Tfng", "zgh_Tfng", "FLORES label: tzm_Tfng → zgh_Tfng"),
    ("any", "sat_Beng", "sat_Beng", "ISO 639-3"),
    ("flores", "twi_Latn_akua1239", "twi_Latn", "ISO 639-3"),
    ("flores", "ajp_Arab", "apc_Arab", "retired: ajp → apc"),
    ("name", "toba_batak", "bbc_Latn", "English name: toba_batak → bbc"),
    ("name", "Ga", "gaa_Latn", "English name: Ga → gaa"),
    ("any", "Ga", "gle_Latn", "ISO 639-1: ga → gle"),
    ("any", "Simplified Chinese", "zho_Hans", "English name: Simplified Chinese → zh_Hans"),
]


@pytest.mark.parametrize(("scheme", "code", "label", "rule"), SCHEMES)
def test_the_scheme_decides(scheme: Scheme, code: str, label: str, rule: str) -> None:
    found = resolve(code, scheme=scheme)
    assert (found.label, found.rule) == (label, rule)


REFUSED = [
    ("iso639", "zh-min-nan", "unknown", "two or three letters"),
    ("iso639", "simple", "unknown", "two or three letters"),
    ("iso639", "Swahili", "unknown", "two or three letters"),
    ("iso639", "jpn_Japn", "script", "'Japn' is not a script"),
    ("bcp47", "simple", "unknown", "no language code"),
    ("bcp47", "Swahili", "unknown", "no language code"),
    ("wiki", "nah", "collection", "family"),
    ("wiki", "qqq", "pseudo", "documentation"),
    ("android", "qq", "pseudo", "documentation"),
    ("flores", "zh-Hans", "unknown", "ary_Arab"),
    ("name", "Ama", "ambiguous", "amm.*nyi"),
    ("name", "Deutsch", "unknown", "Names like it"),
    ("name", "", "unknown", "no English name"),
]


@pytest.mark.parametrize(("scheme", "code", "kind", "words"), REFUSED)
def test_what_a_scheme_does_not_have(scheme: Scheme, code: str, kind: str, words: str) -> None:
    with pytest.raises(RefusedError, match=rf"(?s)'{code}'.*{words}.*`codes`") as caught:
        resolve(code, scheme=scheme)
    assert caught.value.kind == kind


def test_private_use_and_extensions_say_nothing_of_the_language() -> None:
    plain = read_code("de")
    assert read_code("de-x-formal") == read_code("de-u-co-phonebk") == plain == CodeParts("de")
    assert read_code("de-CH-1901").region == "CH"


def test_a_refusal_survives_the_way_from_a_worker() -> None:
    with pytest.raises(RefusedError) as caught:
        read_code("xxz xxz")
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.kind) == (str(caught.value), caught.value.kind)


@pytest.mark.parametrize("code", ["yo" + "-abcde" * 50_000, "x-" * 100_000, "a" * 1_000_000, "." * 10_000 + "@"])
@pytest.mark.parametrize("scheme", ["any", "bcp47", "wiki", "android", "name", "iso639", "flores"])
def test_what_is_too_long_for_a_code(code: str, scheme: Scheme) -> None:
    with pytest.raises(RefusedError, match="characters") as error:
        read_code(code, scheme)
    assert len(str(error.value)) < 500
