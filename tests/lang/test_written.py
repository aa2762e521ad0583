"""Which scripts are plausible, against lists that others made."""

import csv
import gzip
import os
from pathlib import Path

import pytest
from langcodes.data_dicts import LIKELY_SUBTAGS

from emma.lang.cldr import autonym, likely_script, likely_scripts, representative, suppressed_script
from emma.lang.codes import find_language
from emma.lang.language import Lang
from emma.lang.registry import RefusedError
from emma.lang.written import is_plausible, known_scripts
from tests.conftest import TEXTS

DATA = Path(os.environ.get("EMMA_DATA", Path(__file__).parents[3] / "shared" / "data"))
LANGTAGS = DATA / "ref/langtags/langtags.csv.gz"

# Of the published list of 939 entries: rows that an audit by hand called noise, and rows it had no doubt about.
IMPLAUSIBLE = "rus_Latn kat_Latn mon_Latn guj_Deva tel_Latn bew_Cyrl avk_Cyrl nqo_Latn got_Latn emp_Cyrl kpy_Armn"
PLAUSIBLE = """
srp_Latn srp_Cyrl hbs_Cyrl uzb_Cyrl uzn_Cyrl aze_Arab azj_Cyrl azb_Arab kaz_Latn tgk_Arab kur_Arab ckb_Arab zho_Hani
yue_Hani cmn_Hant lzh_Hani nan_Latn hak_Latn zha_Hani mon_Mong khk_Mong hau_Arab ful_Adlm bam_Nkoo shi_Arab zgh_Tfng
tzm_Tfng taq_Tfng min_Arab ace_Arab bjn_Arab knc_Arab kas_Deva mni_Mtei mni_Beng sat_Olck sat_Deva gom_Latn gom_Deva
hin_Latn bug_Bugi jav_Java ban_Bali tgl_Tglg lad_Hebr lad_Latn ydd_Hebr kor_Kore kor_Hang jpn_Jpan chr_Cher iku_Cans
oji_Cans cre_Cans crk_Latn som_Arab tuk_Cyrl uig_Cyrl uig_Latn ron_Cyrl crh_Cyrl kaa_Cyrl zlm_Arab khb_Talu kjg_Laoo
jra_Khmr dwr_Ethi pli_Latn snk_Arab dag_Arab ang_Runr rki_Latn deu_Latf swh_Brai
"""


@pytest.mark.parametrize("label", IMPLAUSIBLE.split())
def test_noise(label: str) -> None:
    assert not is_plausible(Lang.parse(label))


@pytest.mark.parametrize("label", [*PLAUSIBLE.split(), *TEXTS])
def test_scripts_in_use(label: str) -> None:
    assert is_plausible(Lang.parse(label))


def test_nobody_knows_nobody_objects() -> None:
    assert known_scripts("sfb") == () and is_plausible(Lang("sfb", "Sgnw"))


@pytest.mark.skipif(not LANGTAGS.exists(), reason="the development data is not here (set EMMA_DATA)")
def test_every_script_that_sil_lists_is_plausible() -> None:
    with gzip.open(LANGTAGS, "rt", encoding="utf-8") as file:
        rows = [(row["Lang_Id"].split("-")[0], row["likely_subtag"].split("-")[1]) for row in csv.DictReader(file)]
    seen = 0
    for code, script in rows:
        try:
            iso = find_language(code, "iso639")[0]
        except RefusedError:
            continue
        assert script in ("Zzzz", "Zxxx", "Zyyy") or is_plausible(Lang(iso, script)), (code, script)
        seen += 1
    assert seen > 9_000


# Where CLDR changed its mind since, or has a script that today's text is not in (emma.lang.tables.LIKELY).
CHANGED = {"bji", "gon", "hif", "kxc", "rif", "sga", "udi"}
OVERRULED = {
    "btm",
    "crh",
    "ctd",
    "hnj",
    "kaa",
    "lad",
    "mww",
    "ryu",
    "sxu",
    "swb",
    "zdj",
    "wal",
    "bax",
    "cjs",
    "non",
    "grc",
}


def test_likely_scripts_agree_with_langcodes() -> None:
    """An older CLDR, read by another library."""
    seen = 0
    for tag, full in LIKELY_SUBTAGS.items():
        try:
            iso, rule = find_language(tag, "bcp47")
        except RefusedError:
            continue
        if "-" not in tag and iso not in CHANGED | OVERRULED and not rule.startswith("retired"):
            assert likely_script(iso) == full.split("-")[1], tag
            seen += 1
    assert seen > 1_000


def test_regions_have_scripts() -> None:
    assert (likely_script("zho", "TW"), likely_script("pan", "PK"), likely_script("srp", "ME")) == (
        "Hant",
        "Arab",
        "Latn",
    )
    assert likely_scripts("aze") == ("Latn", "Arab", "Cyrl")
    assert likely_script("crh") == "Latn"


def test_other_facts_of_cldr() -> None:
    assert (suppressed_script("rus"), suppressed_script("srp")) == ("Cyrl", "")
    assert (representative("zho"), representative("swa"), representative("eng")) == ("cmn", "swh", "")
    assert (autonym("amh"), autonym("srp", "Latn"), autonym("hao")) == ("አማርኛ", "srpski", "")
