"""Codes as sources write them, against what they stand for."""

import os
from pathlib import Path

import langcodes
import pytest
from iso639 import ALL_LANGUAGES

from emma.errors import LanguageError
from emma.lang.codes import likely_script, resolve
from emma.lang.language import Lang
from emma.lang.registry import RefusedError
from emma.lang.tables import COLLECTIONS, Scheme
from tests.conftest import TEXTS

TRADITIONAL = "人人生而自由，在尊嚴和權利上一律平等。他們賦有理性和良心。"

CODES = [
    # code, label, rule; macrolanguages stay what they are
    ("sw", "swa_Latn", "ISO 639-1: sw → swa"),
    ("swh", "swh_Latn", "ISO 639-3"),
    ("ger", "deu_Latn", "ISO 639-2/B: ger → deu"),
    ("ZH_hans", "zho_Hans", "ISO 639-1: zh → zho"),
    ("zh-rTW", "zho_Hant", "ISO 639-1: zh → zho"),
    ("zh-HK", "zho_Hant", "ISO 639-1: zh → zho"),
    ("zh_Hant_CN", "zho_Hant", "ISO 639-1: zh → zho"),
    ("zh-cmn-Hans", "cmn_Hans", "BCP 47: zh-cmn-Hans → cmn-Hans"),
    ("zh-guoyu", "cmn_Hans", "BCP 47: zh-guoyu → cmn"),
    ("nan-latn-pehoeji", "nan_Latn", "ISO 639-3"),
    ("zh-pinyin", "zho_Latn", "ISO 639-1: zh → zho"),
    ("ak-fante", "fat_Latn", "BCP 47: ak-fante → fat"),
    ("fa-AF", "prs_Arab", "BCP 47: fa-AF → prs"),
    ("i-klingon", "tlh_Latn", "BCP 47: i-klingon → tlh"),
    ("hao", "hao_Latn", "ISO 639-3"),
    ("scr", "hrv_Latn", "retired: scr → hrv"),
    ("Swahili", "swa_Latn", "English name: Swahili → sw"),
    ("Mandarin Chinese", "cmn_Hans", "English name: Mandarin Chinese → cmn"),
    ("zh-yue", "yue_Hant", "BCP 47: zh-yue → yue"),
    ("pt_BR", "por_Latn", "ISO 639-1: pt → por"),
    ("es-419", "spa_Latn", "ISO 639-1: es → spa"),
    ("pa-PK", "pan_Arab", "ISO 639-1: pa → pan"),
    ("b+sr+Latn", "srp_Latn", "ISO 639-1: sr → srp"),
    ("sr_Latn", "srp_Latn", "ISO 639-1: sr → srp"),
    ("sr_RS.UTF-8@latin", "srp_Latn", "ISO 639-1: sr → srp"),
    ("ca@valencia", "cat_Latn", "ISO 639-1: ca → cat"),
    ("de-1901", "deu_Latn", "ISO 639-1: de → deu"),
    ("de-x-foo", "deu_Latn", "ISO 639-1: de → deu"),
    ("be-tarask", "bel_Cyrl", "ISO 639-1: be → bel"),
    ("be-x-old", "bel_Cyrl", "wiki code: be-x-old → be-tarask"),
    ("sr-ec", "srp_Cyrl", "wiki code: sr-ec → sr-Cyrl"),
    ("sr-el", "srp_Latn", "wiki code: sr-el → sr-Latn"),
    ("roa-tara", "nap_Latn", "wiki code: roa-tara → nap"),
    ("map-bms", "jav_Latn", "wiki code: map-bms → jv"),
    ("zh-min-nan", "nan_Latn", "wiki code: zh-min-nan → nan"),
    ("bat-smg", "sgs_Latn", "wiki code: bat-smg → sgs"),
    ("simple", "eng_Latn", "wiki code: simple → en"),
    ("arb_Arab", "arb_Arab", "ISO 639-3"),
    ("arb", "arb_Arab", "ISO 639-3"),
    ("prs", "prs_Arab", "ISO 639-3"),
    ("grc", "grc_Grek", "ISO 639-3"),
    ("kor_Hang", "kor_Kore", "ISO 639-3"),
    ("ur-Aran", "urd_Arab", "ISO 639-1: ur → urd"),
    ("iw", "heb_Hebr", "deprecated: iw → he"),
    ("in", "ind_Latn", "deprecated: in → id"),
    ("ji", "yid_Hebr", "deprecated: ji → yi"),
    ("mo", "ron_Latn", "deprecated: mo → ro"),
    ("sh", "hbs_Latn", "deprecated: sh → hbs"),
    ("ajp", "apc_Arab", "retired: ajp → apc"),
    ("mol", "ron_Latn", "retired: mol → ron"),
    ("art-lojban", "jbo_Latn", "BCP 47: art-lojban → jbo"),
    ("no", "nor_Latn", "ISO 639-1: no → nor"),
]


@pytest.mark.parametrize(("code", "label", "rule"), CODES)
def test_resolve(code: str, label: str, rule: str) -> None:
    found = resolve(code)
    assert (found.label, found.rule) == (label, rule)
    assert Lang.parse(found.label) == found.lang


REFUSED = [
    ("eml", "Split.*egl.*rgn"),
    ("nah", "family"),
    ("bh", "family"),
    ("qaa", "private use"),
    ("x-foo", "private use"),
    ("i-default", "private use"),
    ("zh-min", "private use"),
    ("mul", "several languages"),
    ("und-Latn", "nobody determined"),
    ("zxx_Zyyy", "not language"),
    ("mis", "without a code"),
    ("qqq", "documentation"),
    ("qqx", "test mode"),
    ("xxz", "no language code"),
    ("Germani", r"German \(de\)"),
    ("", "no language code"),
    ("en us", "no language code"),
    ("my-Qaag", "'Qaag' is not a script"),
    ("tw-akua", "'Akua' is not a script"),
    ("sfb", "sfb_Yyyy"),  # a sign language
]


@pytest.mark.parametrize(("code", "words"), REFUSED)
def test_refused_with_reason_and_remedy(code: str, words: str) -> None:
    with pytest.raises(LanguageError, match=rf"(?s)'{code}'.*{words}.*`codes`"):
        resolve(code)


@pytest.mark.parametrize("label", TEXTS)
def test_bare_code_and_text_give_the_label(label: str) -> None:
    lang = Lang.parse(label)
    assert resolve(lang.iso639_3, TEXTS[label]).label == label
    assert resolve(label, TEXTS["eng_Latn"]).label == label, "the code's own script wins"


def test_script_from_the_text_where_the_language_has_several() -> None:
    assert resolve("sr", TEXTS["eng_Latn"]).rule == "ISO 639-1: sr → srp; script from the text"
    assert resolve("sr", TEXTS["eng_Latn"]).label == "srp_Latn"
    assert resolve("sr", "abc").label == "srp_Cyrl", "three letters prove nothing"
    assert resolve("sux", "abc").label == "sux_Latn", "but are better than nothing"
    assert resolve("azb", TEXTS["arb_Arab"]).label == "azb_Arab"
    assert resolve("zh-min-nan", TEXTS["zho_Hans"] * 2).label == "nan_Hans"
    assert resolve("ja", TEXTS["zho_Hans"] * 2).label == "jpn_Jpan"
    assert resolve("zh", TEXTS["zho_Hans"] * 2).label == "zho_Hans"
    assert resolve("zh", TRADITIONAL).rule == "ISO 639-1: zh → zho; script from the text"
    assert resolve("zh", TRADITIONAL).label == "zho_Hant"
    assert resolve("zh-CN", TRADITIONAL).label == "zho_Hans", "a region has its form"
    assert resolve("yue", TEXTS["zho_Hans"] * 2).label == "yue_Hans"


def test_a_text_cannot_overrule_the_registry() -> None:
    """English text in a Thai file is the file's mistake, not Thai in Latin letters."""
    assert resolve("th", TEXTS["eng_Latn"]).label == "tha_Thai"
    assert resolve("arb", TEXTS["eng_Latn"]).label == "arb_Arab"


def test_every_living_code_stands_for_itself() -> None:
    for language in ALL_LANGUAGES:
        if language.status == "A" and language.scope != "S":
            assert resolve(f"{language.part3}_Latn").lang.iso639_3 == language.part3


def test_two_letter_codes_agree_with_langcodes() -> None:
    for language in ALL_LANGUAGES:
        if language.part1 and language.part1 != "sh":
            oracle = langcodes.Language.get(language.part1, normalize=False).to_alpha3()
            assert resolve(f"{language.part1}_Latn").lang.iso639_3 == oracle


def test_likely_scripts_agree_with_langcodes() -> None:
    for tag in ("ar", "hi", "km", "nqo", "zgh", "am", "th", "my", "yo", "sr", "az", "uz", "dv", "chr", "ii"):
        iso = langcodes.Language.get(tag).to_alpha3()
        assert likely_script(iso) == langcodes.Language.get(tag).maximize().script


def test_retired_codes_lead_to_living_ones_or_are_refused() -> None:
    living = {language.part3 for language in ALL_LANGUAGES if language.status == "A"}
    retired = [language for language in ALL_LANGUAGES if language.status == "R"]
    for language in retired:
        if language.retire_change_to:
            assert resolve(f"{language.part3}_Latn").lang.iso639_3 in living
        else:
            with pytest.raises(LanguageError, match="retired in"):
                resolve(f"{language.part3}_Latn")
    assert len(retired) > 300


def test_collections_are_no_languages_of_the_table() -> None:
    assert not COLLECTIONS & {language.part3 for language in ALL_LANGUAGES}


@pytest.mark.parametrize("label", ["swh", "swh-Latn", "SWH_Latn", "swh_latn", "swh_Latn_x"])
def test_parse_refuses_what_is_no_label(label: str) -> None:
    with pytest.raises(LanguageError, match="swh_Latn"):
        Lang.parse(label)


ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("EMMA_DATA", ROOT.parent / "shared" / "data"))


def golden() -> dict[tuple[Scheme, str], str]:
    lines = (Path(__file__).parent / "golden.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return {(scheme, code): outcome for scheme, code, outcome in rows}  # type: ignore[misc]


def outcome(scheme: Scheme, code: str) -> str:
    try:
        return resolve(code, scheme=scheme).label
    except RefusedError as refusal:
        return refusal.kind


def test_every_code_has_its_outcome() -> None:
    table = golden()
    assert {key: outcome(*key) for key in table} == table
    assert len(table) > 3_900


@pytest.mark.slow
@pytest.mark.skipif(not (DATA / "README.md").exists(), reason="the development data is not here (set EMMA_DATA)")
def test_no_code_of_the_data_is_missing() -> None:
    from tests.lang.codes_in_data import codes

    found = {(scheme, code) for _, scheme, code in codes(DATA)}
    assert found - set(golden()) == set()
    assert len(found) > 3_900


# Codes that a look at the text behind them decided, source by source.
REVIEWED = [
    ("wiki", "als", "gsw_Latn"),
    ("iso639", "als", "als_Latn"),
    ("wiki", "mo", "ron_Cyrl"),
    ("wiki", "nrm", "nrf_Latn"),
    ("wiki", "eml", "egl_Latn"),
    ("wiki", "arc", "arc_Syrc"),
    ("wiki", "crh-ro", "crh_Latn"),
    ("wiki", "nah", "collection"),
    ("wiki", "qqq", "pseudo"),
    ("android", "qq", "pseudo"),
    ("android", "b+be+x+old", "bel_Cyrl"),
    ("android", "ji", "yid_Hebr"),
    ("bcp47", "ak-asante", "twi_Latn"),
    ("bcp47", "und", "special"),
    ("flores", "ajp_Arab", "apc_Arab"),
    ("name", "toba_batak", "bbc_Latn"),
    ("name", "banjarese", "bjn_Latn"),
    ("iso639", "gji", "retired"),
    ("any", "qfn", "private"),
]


@pytest.mark.parametrize(("scheme", "code", "label"), REVIEWED)
def test_reviewed(scheme: Scheme, code: str, label: str) -> None:
    assert outcome(scheme, code) == label


@pytest.mark.parametrize("code", [None, ["iw"], 7])
def test_what_is_no_string_is_refused(code: object) -> None:
    with pytest.raises(LanguageError, match="A language code is a string"):
        resolve(code)


def test_an_unknown_scheme_is_refused() -> None:
    with pytest.raises(LanguageError, match=r"no scheme 'iso'\. Did you mean 'iso639'"):
        resolve("iw", scheme="iso")
