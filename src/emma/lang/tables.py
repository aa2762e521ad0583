"""Small tables that no library carries: wiki codes, deprecated codes, families, and scripts inside scripts."""

from collections.abc import Mapping
from typing import Literal

Scheme = Literal["any", "iso639", "bcp47", "wiki", "android", "flores", "name"]
"""The schemes by which a source's codes are read.

- any: ISO 639, BCP 47 as people write it (CLDR, POSIX, Android), unmistakable wiki codes, then English names.
- iso639: two or three letters, perhaps with a script (`als`, `srp_Latn`); never anything else.
- bcp47: language tags, whether with hyphens or underscores.
- wiki: Wikimedia's codes, some of which mean something else in ISO 639 (`als` is Alemannic).
- android: resource folders (`values-iw`, `zh-rTW`, `b+sr+Latn`).
- flores: labels of FLORES, NLLB and GlotLID (`ary_Arab`), its known mistakes mended.
- name: English names (`Swahili`, `toba_batak`), even where they look like codes.
"""

DEPRECATED: Mapping[str, str] = {"iw": "he", "in": "id", "ji": "yi", "jw": "jv", "mo": "ro", "sh": "hbs"}
"""Two-letter codes that ISO 639-1 withdrew, and what stands for the same language today."""

WIKI: Mapping[str, tuple[str, str]] = {
    "bat-smg": ("sgs", ""),
    "be-x-old": ("be-tarask", ""),
    "cbk-zam": ("cbk", ""),
    "crh-ro": ("crh", "Latn"),  # Dobrujan Tatar
    "de-formal": ("de", ""),  # these four say how users are addressed, for which no variant is registered
    "es-formal": ("es", ""),
    "fiu-vro": ("vro", ""),
    "hu-formal": ("hu", ""),
    "map-bms": ("jv", "Latn"),  # Banyumasan, a variety of Javanese without a code of its own
    "nl-informal": ("nl", ""),
    "roa-rup": ("rup", ""),
    "roa-tara": ("nap", ""),  # Tarantino, a variety that Wikimedia's own table files under Neapolitan
    "simple": ("en", ""),
    "sr-ec": ("sr-Cyrl", ""),  # ekavica in Cyrillic; not the region Ecuador
    "sr-el": ("sr-Latn", ""),
    "zh-classical": ("lzh", "Hant"),
    "zh-min-nan": ("nan", "Latn"),  # that wiki is written in Pe̍h-ōe-jī
}
"""Codes of wiki projects that are not BCP 47, or mean something else there: what they stand for, and the script
they are written in where that is not the language's likely one."""

WIKI_ONLY: Mapping[str, tuple[str, str]] = {
    **WIKI,
    "als": ("gsw", ""),  # Alemannic, whose code that was in Ethnologue until 2006; in ISO 639-3 Tosk Albanian
    "arc": ("arc", "Syrc"),
    "bh": ("bho", ""),  # Bihari languages; the wiki is Bhojpuri
    "eml": ("egl", ""),  # Emilian-Romagnol, split; MediaWiki's table files it under Emilian
    "hif": ("hif", "Latn"),  # Fiji Hindi, in Latin letters there
    "lzh": ("lzh", "Hant"),
    "mo": ("ro-Cyrl", ""),  # Moldovan in Cyrillic
    "nan": ("nan", "Latn"),
    "no": ("nb", ""),  # Bokmål, beside nn
    "nrm": ("nrf", ""),  # Norman; in ISO 639-3 Narom
    "tokipona": ("tok", ""),
    "tp": ("tok", ""),
}
"""As WIKI, with the codes that mean something else to everybody but Wikimedia (MediaWiki's LanguageCode class)."""

FLORES: Mapping[str, str] = {"sat_Beng": "sat_Olck", "tzm_Tfng": "zgh_Tfng"}
"""Labels of FLORES-200 that its own later editions corrected."""

REMARKS: Mapping[str, str] = {
    "sat_Beng": "FLORES-200 labels its Santali so, but the text is in Ol Chiki (facebookresearch/flores issue 52)",
    "tzm_Tfng": "the text that FLORES-200 labels so is Standard Moroccan Tamazight, zgh_Tfng (flores issue 63)",
    "yue_Hant": "the text that FLORES-200 labels so is not Cantonese but written Chinese (flores issue 61)",
    "ckb_Arab": "the FLORES-200 text has code points that are not standard in it (flores issue 50)",
}
"""Facts about labels that other people's data carry."""

ORPHANS = frozenset({"cel-gaulish", "i-default", "i-enochian", "i-mingo", "zh-min"})
"""Grandfathered tags of BCP 47 to which the IANA registry gives no successor."""

TAGS: Mapping[str, str] = {
    "fa-af": "prs",
    "sw-cd": "swc",
    "sgn-no": "nsl",
    "zh-cmn": "cmn",
    "zh-cmn-hans": "cmn-Hans",
    "zh-cmn-hant": "cmn-Hant",
    "zh-guoyu": "cmn",
}
"""Whole tags that stand for a language with a code of its own: by the IANA registry where CLDR has something else,
and Dari and Congo Swahili, which CLDR calls by their regions."""

NAMES: Mapping[str, str] = {
    "Bahasa Indonesia": "id",
    "Bahasa Melayu": "ms",
    "Banjarese": "bjn",
    "Farsi": "fa",
    "Mandarin": "cmn",
    "Myanmar": "my",
    "Scots Gaelic": "gd",
}
"""English names in common use that neither CLDR nor ISO 639-3 has."""

VARIANTS: Mapping[str, str] = {
    "akuapem": "tw",
    "asante": "tw",
    "fante": "fat",
}
"""Variants of Akan (`ak-fante`), the last of them not registered, that have a language code of their own."""

_ROMAN = "alalc97 fonipa fonupa fonxsamp hepburn heploc jyutping pehoeji pinyin tailo tongyong wadegile"
ROMAN_VARIANTS = frozenset(_ROMAN.split())
"""Registered variants that say that a text is in Latin letters."""

PSEUDO: Mapping[str, str] = {
    "qq": "the documentation of messages in Wikimedia's apps, not a language",
    "qqq": "the documentation of messages, not a language",
    "qqx": "a test mode that shows message keys, not a language",
}

_COLLECTIONS = """
aav afa alg alv apa aqa aql art ath auf aus awd azc bad bai bat ber bh bih bnt btk cai cau cba ccn ccs cdc cdd cel cmc
cpe cpf cpp crp csu cus day dmn dra egx esx euq fiu fox gem gme gmq gmw grk him hmx hok hyx iir ijo inc ine ira iro
itc jpx kar kdo khi kro map mkh mno mun myn nah nai ngf nic nub omq omv oto paa phi plf poz pqe pqw pra qwe roa sai
sal sdv sem sgn sio sit sla smi son sqj ssa syd tai tbq trk tup tut tuw urj wak wen xgn xnd ypk zhx zle zls zlw znd
"""
COLLECTIONS = frozenset(_COLLECTIONS.split())
"""ISO 639-5: codes of families and groups (IANA subtag registry of 2025-08-25, `Scope: collection`)."""

LIKELY: Mapping[str, str] = {
    "abq": "Cyrl",
    "cls": "Deva",
    "cnr": "Latn",
    "hbs": "Latn",
    "mzb": "Latn",
    "tlh": "Latn",
    "twi": "Latn",
    "vsn": "Deva",
    "xct": "Tibt",
    # where CLDR has a script that their texts in UDHR, FLORES, PanLex and Wikimedia's projects are not in
    "bax": "Latn",
    "btm": "Latn",
    "cjs": "Cyrl",
    "crh": "Latn",
    "ctd": "Latn",
    "hnj": "Latn",
    "kaa": "Latn",
    "lad": "Latn",
    "mww": "Latn",
    "non": "Latn",
    "ryu": "Jpan",
    "swb": "Latn",
    "sxu": "Latn",
    "wal": "Latn",
    "zdj": "Latn",
}
"""Likely scripts, by ISO 639-3, of languages that CLDR (as of its version 47) leaves out or has in a rarer script."""

_NO_CHANGE = "abegede boldquot cjknarrow ekavian euro ijekavian quot valencia"
POSIX_MODIFIERS: Mapping[str, str] = {
    **dict.fromkeys(["", *_NO_CHANGE.split()], ""),
    "arabic": "Arab",
    "aran": "Arab",
    "cyrillic": "Cyrl",
    "devanagari": "Deva",
    "ijekavianlatin": "Latn",
    "iqtelif": "Latn",
    "latin": "Latn",
    "latn": "Latn",
    "saaho": "saaho",  # Saho, as the locale aa_ER@saaho
    "shaw": "Shaw",
    "tarask": "tarask",
}
"""Modifiers of locales, as in `sr@latin`, in glibc, GNOME and KDE: the script or variant that each stands for; empty
for what is about money, quotation marks or a spelling."""

SCRIPT_VARIANTS: Mapping[str, str] = {
    "Aran": "Arab",
    "Cyrs": "Cyrl",
    "Geok": "Geor",
    "Hanb": "Hant",
    "Jamo": "Hang",
    "Latf": "Latn",
    "Latg": "Latn",
    "Syre": "Syrc",
    "Syrj": "Syrc",
    "Syrn": "Syrc",
}
"""ISO 15924 codes of typographic variants, and the script whose characters they use."""

COMPOUND_SCRIPTS: Mapping[str, frozenset[str]] = {
    "Hans": frozenset({"Hani", "Bopo"}),
    "Hant": frozenset({"Hani", "Bopo"}),
    "Hani": frozenset({"Hani", "Bopo"}),
    "Hrkt": frozenset({"Hira", "Kana"}),
    "Jpan": frozenset({"Hira", "Kana", "Hani"}),
    "Kore": frozenset({"Hang", "Hani"}),
}
"""ISO 15924 codes that stand for characters of other scripts."""

BOTH_HAN_FORMS = "佢冇噉咁咾汏渳沕敨箇呎吋嘞吖吓揸着响恒卧"
"""Characters that one of GB 2312 and Big5 lacks, though text in the other's form is full of them: words of Cantonese,
Hakka, Xiang, Gan and Wu, units, and shapes that Hong Kong prints where Taiwan prints others."""
