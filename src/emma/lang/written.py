"""Which scripts a language can be written in: CLDR's likely ones and others in use. What is not here is worth a look.

The table has what CLDR 47 lists as written today, and every script that SIL's langtags list for a language, those of
the past too (silnrsi/langtags at 99b856b, copyright SIL International, MIT licence). Whatever neither knows is noise or
a transliteration until somebody looks.
"""

from collections.abc import Mapping
from functools import lru_cache

from emma.lang.cldr import likely_scripts, representative
from emma.lang.language import Lang
from emma.lang.macro import macrolanguage_of
from emma.lang.tables import SCRIPT_VARIANTS

_ALSO: Mapping[str, str] = {
    "Adlm": "fuf fuv",
    "Afak": "djk",
    "Aghb": "lez udi",
    "Arab": "aaf aar ace acy ady afr agj aiw aju aka amh amj amw anu ave bak bam bel bex bfa bhd bjn bjt bos boz bqf "
    "bsv btv bze che cia cjm cmn cop crh ctg dag dbj dik din diq dje dng doi dsq dyo dyu eko emk ffm fue fuf "
    "fuh ful fuv gaa gba gho gjn har hau ili ind inh jav jum kaa kab kau kdh kfr kke kls knc knk kum kxd lbe "
    "lbj lez lgg lot lug mad mal man maw mdh meo mey mfg mgb mgd mgh min mlg mlq mlt mnk mrw msa msi mur mvz "
    "mzb nup orm rhg rif sav sce sgh shi shk shy sjg smp snk som srr sse stv sun sus swa swc tam tat tda thv "
    "thz tig tir tly tmh tsg ttq ttt tuk tur tzm vmw wbl wbq wle wmw wof wol xco xnz yah yal yao yka ymk yor "
    "zag zau zen zho zlm zne zsm zza",
    "Armi": "amw",
    "Armn": "kmr kur",
    "Bali": "ban sas",
    "Batk": "akb bbc btm bts btx",
    "Beng": "aml brx ccp cdf cfm dis haj kha kru kyw lax lus mjt mjx mrg nct njz nki nmo nng rmz sat sck sjp suv tdb "
    "tpe trp txo usi",
    "Berf": "zag",
    "Bhks": "san",
    "Bopo": "hea hmn nan",
    "Brah": "mgp nwc pli",
    "Brai": "afr aka aln amh ara arb arz aze azj bcl bel bem ben bik bod bos bud bul cat cbk ceb ces cmn cym dan deu "
    "dga dje dob dzo ell eng epo est eus ewe fao fas fin fra gaa gla gle glg grn grt guj hau haw heb hil hin "
    "hmo hrv hui hun hye ibo ilo ind ipk isl ita jkm jpn kal kan kat kaz kbp kdh khk khm kin kir kor kqn ksd "
    "kua lao lav lit loz ltz lue lug lun lus mal mar mfq mkd mlg mlt mni mon mos mri msa mya nbl nep nld nno "
    "nob nor npi nso nya ori ory pag pam pes plt pol por ron run rus sin slk slv sme smo sna sng sot spa sqi "
    "srp ssw swa swe swh tam tel tgk tgl tha toi tpi tsn tso tuk tur twi ukr urd uzb uzn ven vie war xho xon "
    "yor yue zho zsm zul",
    "Bugi": "bug mak mdr mqx smw wtw",
    "Buhd": "bku fil tgl",
    "Cans": "bea bla caf chp ciw crx den ikt ojb ojw scs sek",
    "Cham": "cja",
    "Chis": "kyw",
    "Cirt": "qya",
    "Copt": "dgl fia xnz",
    "Cprt": "grc",
    "Cyrl": "aii ale azb bgn bos bxu cnr crh dta ell ems ess gag hbs ili isk isv kaa kdr krl kur lad lfn qwm rmc rml "
    "rmn rom ron sjo sme sms sva tkr tli tly ttt tuk tur uby uum uzn vot wbl yah",
    "Deva": "bix dcc esg gac gbl gju hii hkh kas kff khr kxv lmn mki mrg nbt ncb nll nnp nwc onp pkh pli psu sat saz "
    "sbu sdr skr suv suz tcn txo unx urd vkp wsg",
    "Diak": "div",
    "Dogr": "dgo doi",
    "Dsrt": "eng hop",
    "Dupl": "chn deu eng fra lil oka ron spa thp",
    "Elba": "sqi",
    "Elym": "aii arc oar tmr",
    "Ethi": "aar aiw amf bji bsw bwo dwr gax gdl guk gyl jnj kbr kxc mfx moy mpe orm sid ssy suq wal xom zay",
    "Gara": "wol",
    "Geor": "abk oss",
    "Glag": "ckm srp",
    "Gong": "gon",
    "Gonm": "gno gon wsg",
    "Gran": "san",
    "Grek": "aae acy als cop gag igs rmn rup sqi tur",
    "Gujr": "ave bhb dho duh gjk gra kex kfr kxp vas vav",
    "Gukh": "gvr",
    "Guru": "skr snd",
    "Hang": "cia",
    "Hani": "bca bfs ium kmc pcc pyu vie zha zhn zyb zyj",
    "Hano": "bku hnn tbk tbw tgl tgt",
    "Hans": "dta mmd nru nxq tay",
    "Hant": "mmd nru nxq tay",
    "Hebr": "aeb arb bhh cld jdt jge lad sam smp tgk",
    "Hmng": "hmd hmn hrm mww",
    "Hung": "ohu",
    "Ital": "xum",
    "Java": "ban ind jav kaw mad sas sun",
    "Kana": "nan",
    "Kawi": "kaw san",
    "Khar": "kho pli san xtq",
    "Khmr": "cmo jra kdt kxm pli",
    "Khoj": "guj lah pan pnb skr",
    "Kitl": "zkt",
    "Knda": "bfq gom kfi kok lmn pcg sle xub yea",
    "Kpel": "kpe xpe",
    "Kthi": "bho mai tdb",
    "Lana": "khb kkh phu",
    "Laoo": "ahk blt brb bru hnj ium jeh kdt lbn mww pac phu",
    "Latn": "abk abl abq ady aeb ain aml amw anq anu aot apd apq arv auj azb bal bcq bej bel ben bfq bgp bgx bhh blt "
    "bod brb brh bro brx bsk bsq bst btd bul bwe bxm bxu byn ccp cdm cdo che chm chr cja cjm ckb con cre crj "
    "crk crl csh ctg cwd der dgl egy ell ett evn fia fub gan gha gho glk gml gmv gof gom grc grt gru gvr hak "
    "har hbo hdy heb hif hin hkh hmd hoc iii iku inh isv jbn jct jdt jkm jns jpn kas kaz kby kca kjg koi kok "
    "kom kor kpv kqy ksw ktb kum kvq kxf kyu lah lbe lbo lez lis mar mde mdf mdx mdy mfa mfi mga mhr mlf mni "
    "mns mro muz mym nan nep niv nnp npi nrn nsk nst nyw ojg oji ojs osa osc oss pgd pli pnb rah raj rhg rki "
    "rue rut sah san sat sdr sgh shi shu siz sjo sqt srb srp sva syl tam tat tbk tda tgk tig tnv twm udi udm "
    "uig ukr unr urd vai wle wlo wni wuu xmf xsj yue zcd zhd zho zlj zqe zwa",
    "Leke": "kjp",
    "Lisu": "atb lpo nxq",
    "Loma": "lom",
    "Mahj": "hin lah mwr pan pnb",
    "Maka": "mak",
    "Mani": "sog",
    "Marc": "bod",
    "Mend": "men",
    "Mlym": "brw cty iru kfg xub",
    "Modi": "hin mar san",
    "Mong": "alt bod bxm cmg dta evn mnc oui san sjo xal",
    "Mtei": "mni",
    "Mult": "skr",
    "Mymr": "ahk csj jkp kyu lmk pdu pli rhg san vwa",
    "Nagm": "unr",
    "Nand": "kan san",
    "Newa": "ben hin mai nep new san",
    "Nkdb": "nru nxq",
    "Nkgb": "nru nxq",
    "Nkoo": "bam dyu emk",
    "Ogam": "bre cor cym gla gle glv sga",
    "Onao": "unr",
    "Orya": "hoc kff kxv kyw pci sat srb unr unx",
    "Osma": "som",
    "Ougr": "ybe",
    "Perm": "koi kom",
    "Phag": "bod khk mon mvf zho",
    "Piqd": "tlh",
    "Plrd": "hmd hmz hnj mww",
    "Ranj": "new nwc",
    "Rjng": "kvr ljp rej",
    "Runr": "ang dan deu eng enm fao isl lng nds nor ofs qwm sco swe",
    "Sara": "qya",
    "Shrd": "kas san",
    "Sidd": "nwc san",
    "Sinh": "san",
    "Sogd": "uzb uzn",
    "Sogo": "sog",
    "Soyo": "bod san",
    "Sund": "sun",
    "Sylo": "syl",
    "Syrc": "ara arc sam sog tru",
    "Tagb": "tbw tgt",
    "Takr": "bfu bhd bht cdh doi gbk jns kfk kfx mjl srx xnr",
    "Tale": "blr shn",
    "Taml": "kev pcg saz sle",
    "Tavt": "twh tyt",
    "Tayo": "tyj",
    "Telu": "esg gdb gon hoc kff kxv rei saz srb wsg zrg",
    "Teng": "qya",
    "Tfng": "auj gha kab mzb rif shy siz taq tez thv thz tmh ttq tzm",
    "Tglg": "fil ilo tgl",
    "Thai": "ahk blr bru brv eky hnj ium kjg kjp kns ksw mfa mwt mww ncq nod pce pli shn soa sss",
    "Tibt": "adi bft clk cvg hut kgy khk kte lae lbf lep loy mon nmm ola prx taj tdg twm xkz xsr",
    "Tirh": "mai san",
    "Todr": "als sqi",
    "Tols": "kru",
    "Tutg": "tcy",
    "Vith": "als sqi",
    "Wara": "hoc",
    "Wole": "woe",
    "Yiii": "ywq ywu",
    "Zanb": "cmg",
}
_EQUIVALENT = ({"Hani", "Hans", "Hant"}, {"Hang", "Kore"}, {"Hira", "Hrkt", "Jpan", "Kana"})
"""Sets of scripts of which one stands for the others."""


@lru_cache(maxsize=1)
def _also() -> Mapping[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for script, languages in _ALSO.items():
        for iso in languages.split():
            table[iso] = (*table.get(iso, ()), script)
    return table


@lru_cache(maxsize=16_384)
def known_scripts(iso: str) -> tuple[str, ...]:
    """Scripts that a language is written in, the likely ones first; empty where nobody says."""
    macro = macrolanguage_of(iso)
    # What is known of a macrolanguage is about its main member: scripts of zho are those of cmn.
    family = (iso, macro) if macro and representative(macro) == iso else (iso,)
    scripts = [script for name in family for script in (*likely_scripts(name), *_also().get(name, ()))]
    return tuple(dict.fromkeys(scripts))


def is_plausible(lang: Lang) -> bool:
    """Whether a language can be written in its script; true where nobody says what it is written in."""
    script, known = SCRIPT_VARIANTS.get(lang.script, lang.script), set(known_scripts(lang.iso639_3))
    # `Hans` in a label and `Hani` in a table are no contradiction.
    same = {script}.union(*(group for group in _EQUIVALENT if script in group))
    return not known or bool(known & same)
