"""Which scripts a language can be written in: CLDR's likely ones and others in use. What is not here is worth a look.

The table has what CLDR 47 lists as written today, or SIL's language tags and LinguaMeta both do; scripts of the past
and transliterations that only one of them knows are left out.
"""

from collections.abc import Mapping
from functools import lru_cache

from emma.lang.cldr import likely_scripts, representative
from emma.lang.macro import macrolanguage_of

_ALSO: Mapping[str, str] = {
    "Adlm": "fuf fuv",
    "Arab": "ace acy bam bhd bjn bjt cia cjm cop crh doi dsq dyo emk fue ful hau ind inh kab kls knc mey min mnk msa "
    "mzb rhg sav sce shi shy som sun sus swa tly tmh ttq ttt tuk tur wbl wol zlm zsm",
    "Bali": "ban sas",
    "Batk": "akb bbc btm bts",
    "Beng": "brx ccp dis haj kha lus mjt mrg nct njz nmo rmz sat tdb trp txo",
    "Bugi": "bug mak mdr",
    "Buhd": "bku",
    "Cans": "bla chp crx den ikt ojb scs",
    "Cham": "cja",
    "Copt": "fia",
    "Cyrl": "aii bos cnr crh dta ess gag hbs kaa kur lfn rml rmn rom ron sme tkr tly ttt tuk uum uzn wbl yah",
    "Deva": "bix esg gbl gju kas kff khr kxv lmn mrg nbt ncb nll nnp pli sat saz suz unx wsg",
    "Elba": "sqi",
    "Ethi": "aiw bji gdl guk kxc orm ssy wal",
    "Gong": "gon",
    "Gonm": "gno gon wsg",
    "Gran": "san",
    "Grek": "acy cop rmn",
    "Gujr": "bhb duh gjk gra kfr vas vav",
    "Guru": "snd",
    "Hang": "cia",
    "Hani": "bfs vie zha zyb",
    "Hano": "hnn",
    "Hebr": "lad sam",
    "Hmng": "hmd hmn mww",
    "Java": "ban jav sun",
    "Khmr": "cmo",
    "Knda": "bfq kok lmn sle xub",
    "Kpel": "xpe",
    "Kthi": "bho mai",
    "Lana": "khb kkh",
    "Laoo": "blt hnj mww",
    "Latn": "abl aeb ain aml anq aot apq arv auj bal bcq bej bfq bgp bgx blt brh bro brx bsk bsq btd byn ccp cdo cja "
    "cjm ckb con cre crj crk crl cwd der fia fub gha gho gmv gof gom grt hak hdy hif hin hmd hoc iii iku inh "
    "isv jct kas kaz kby kjg kok kqy ktb kxf kyu lbo lis mde mfi mni mro mym nan nnp nsk nst nyw ojg oji osa "
    "rah rhg sat sdr sgh shi siz sjo sqt srb srp syl tat tbk tgk uig unr vai wlo wni xmf xsj zcd zhd zho zqe",
    "Lisu": "lpo",
    "Mend": "men",
    "Mlym": "xub",
    "Modi": "mar",
    "Mong": "dta evn mnc sjo xal",
    "Mtei": "mni",
    "Mymr": "jkp kyu lmk pli rhg",
    "Newa": "mai new",
    "Nkoo": "bam dyu emk",
    "Orya": "hoc kff kxv pci sat srb unr unx",
    "Osma": "som",
    "Perm": "kom",
    "Plrd": "hmd hmz",
    "Rjng": "kvr rej",
    "Sinh": "san",
    "Sund": "sun",
    "Sylo": "syl",
    "Syrc": "ara arc",
    "Tagb": "tbw tgt",
    "Takr": "bfu doi srx",
    "Taml": "kev saz",
    "Tavt": "twh",
    "Telu": "gon hoc kff kxv saz srb",
    "Tfng": "kab mzb rif shy siz taq thz tmh ttq tzm",
    "Tglg": "fil tgl",
    "Thai": "brv nod pli soa sss",
    "Tibt": "bft clk hut lep nmm ola taj tdg twm xkz",
    "Tirh": "mai",
    "Wara": "hoc",
    "Yiii": "ywq ywu",
}
_ONE = ({"Hani", "Hans", "Hant"}, {"Hang", "Kore"}, {"Hira", "Hrkt", "Jpan", "Kana"})
"""Scripts of which one stands for the others."""


@lru_cache(maxsize=1)
def _also() -> Mapping[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for script, languages in _ALSO.items():
        for iso in languages.split():
            table[iso] = (*table.get(iso, ()), script)
    return table


@lru_cache(maxsize=16_384)
def scripts_of(iso: str) -> tuple[str, ...]:
    """Scripts that a language is written in, the likely ones first; empty where nobody says."""
    whole = macrolanguage_of(iso)
    family = (iso, whole) if whole and representative(whole) == iso else (iso,)
    found = [script for name in family for script in (*likely_scripts(name), *_also().get(name, ()))]
    return tuple(dict.fromkeys(found))


def plausible(iso: str, script: str) -> bool:
    """Whether a language can be written in a script; true where nobody says what it is written in."""
    known = set(scripts_of(iso))
    same = {script}.union(*(group for group in _ONE if script in group))
    return not known or bool(known & same)
