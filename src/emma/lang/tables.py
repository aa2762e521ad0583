"""Small tables that no library carries: wiki codes, deprecated codes, families, and scripts inside scripts."""

from collections.abc import Mapping

DEPRECATED: Mapping[str, str] = {"iw": "he", "in": "id", "ji": "yi", "jw": "jv", "mo": "ro", "sh": "hbs"}
"""Two-letter codes that ISO 639-1 withdrew, and what stands for the same language today."""

WIKI: Mapping[str, tuple[str, str]] = {
    "bat-smg": ("sgs", ""),
    "be-x-old": ("be-tarask", ""),
    "cbk-zam": ("cbk", ""),
    "fiu-vro": ("vro", ""),
    "map-bms": ("jv", "Latn"),  # Banyumasan, a variety of Javanese without a code of its own
    "roa-rup": ("rup", ""),
    "roa-tara": ("nap", ""),  # Tarantino, a variety that Wikimedia's own table files under Neapolitan
    "simple": ("en", ""),
    "sr-ec": ("sr-Cyrl", ""),  # ekavica in Cyrillic; not the region Ecuador
    "sr-el": ("sr-Latn", ""),
    "zh-classical": ("lzh", ""),
    "zh-min-nan": ("nan", "Latn"),  # that wiki is written in Pe̍h-ōe-jī
}
"""Codes of wiki projects that are not BCP 47, or mean something else there: what they stand for, and the script
they are written in where that is not the language's likely one."""

PSEUDO: Mapping[str, str] = {
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
    "aat": "aat-Grek-GR",
    "acy": "acy-Latn-CY",
    "bji": "bji-Latn-ET",
    "gon": "gon-Deva-IN",
    "grc": "grc-Grek-GR",
    "kxc": "kxc-Latn-ET",
    "pga": "pga-Latn-SS",
    "rif": "rif-Latn-MA",
    "sga": "sga-Latn-IE",
    "udi": "udi-Cyrl-RU",
    "urk": "urk-Thai-TH",
}
"""Likely subtags that CLDR corrected (version 47) after the copy that langcodes carries."""

POSIX_SCRIPTS: Mapping[str, str] = {"latin": "Latn", "cyrillic": "Cyrl", "arabic": "Arab", "devanagari": "Deva"}
"""Locale modifiers as in `sr@latin`."""

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
