"""Code pages: each text in all pages that can write it is read as it is, or refused, never as something else."""
# ruff: noqa: E501 - a text a line

import unicodedata

import pytest

from emma.collect.text.codepages import PAGES, Verdict, customary_pages, is_unusual, judge_code_page, select_words

TEXTS = {
    "por": "A manhã está fria e não há ninguém na praça. As crianças vão à escola a pé, e a avó põe o pão na mesa.",
    "fin": "Kesällä päivä on pitkä, ja yöllä on valoisaa. Äiti söi mustikkapiirakkaa järven rannalla, isä lähti töihin.",
    "tur": "Çocuklar bahçede oynuyor, annesi ise yemeği pişiriyor. Ağacın gölgesinde yaşlı bir öğretmen kitabını okudu.",
    "ces": "Děti si hrály venku, když začalo pršet. Babička řekla, že příští týden přijede strýček z města s dárky.",
    "pol": "Dzieci bawiły się na łące, gdy zaczął padać deszcz. Babcia mówiła, że w niedzielę przyjdą goście z Łodzi.",
    "slk": "Deti sa hrali vonku, keď začalo pršať. Babička vravela, že v nedeľu príde strýko a prinesie čerešne.",
    "isl": "Börnin léku sér úti þegar byrjaði að rigna. Amma sagði að við ættum að fá okkur mjólk og brauð með osti.",
    "lvs": "Bērni spēlējās ārā, kad sāka līt lietus. Vecāmāte teica, ka svētdien atnāks viesi un būs jāvāra zupa.",
    "lit": "Vaikai žaidė lauke, kai pradėjo lyti. Močiutė sakė, kad sekmadienį ateis svečių, todėl reikės išvirti sriubą.",
    "ekk": "Lapsed mängisid õues, kui hakkas sadama. Vanaema ütles, et pühapäeval tulevad külalised ja süüakse suppi.",
    "hun": "A gyerekek kint játszottak, amikor elkezdett esni az eső. A nagymama főzött, és így szólt: gyűjtsünk körtét.",
    "ron": "Copiii se jucau afară când a început să plouă. Bunica a spus că duminică vor veni oaspeți și va găti o supă.",
    "hrv": "Djeca su se igrala vani kad je počela kiša. Baka je rekla da će u nedjelju doći gosti, pa će kuhati žganče.",
    "deu": "Die Kinder spielten draußen, als es zu regnen anfing. Die Großmutter hörte die Vögel und kochte süße Äpfel.",
    "fra": "Les élèves étaient dehors quand la pluie a commencé à tomber. La grand-mère a préparé un gâteau à la crème.",
    "ita": "La bontà è virtù, perciò più d'uno cercò la verità: così fu, né si poté dire di no. Lassù c'è già la città.",
    "dan": "Børnene legede på gaden, da det begyndte at regne. Bedstemor sagde, at der kommer gæster på søndag til æblekage.",
    "rus": "Дети играли на улице, когда пошёл дождь. Бабушка сказала, что в воскресенье придут гости, и сварила суп.",
    "ukr": "Діти гралися надворі, коли почався дощ. Бабуся сказала, що в неділю прийдуть гості, і зварила їм борщ.",
    "bul": "Децата играеха навън, когато започна да вали. Баба каза, че в неделя ще дойдат гости, и сготви супа.",
    "srp": "Деца су се играла напољу кад је почела киша. Бака је рекла да ће у недељу доћи гости и скувала је чорбу.",
    "kaz": "Балалар далада ойнап жүргенде жаңбыр жауды. Әжем жексенбіде қонақтар келеді деп, үлкен қазанға ет асты.",
    "ell": "Τα παιδιά έπαιζαν έξω όταν άρχισε να βρέχει. Η γιαγιά είπε ότι την Κυριακή θα έρθουν επισκέπτες στο σπίτι.",
    "heb": "הילדים שיחקו בחוץ כשהתחיל לרדת גשם. סבתא אמרה שביום ראשון יבואו אורחים והיא תבשל מרק.",
    "arb": "كان الأطفال يلعبون في الخارج عندما بدأ المطر. قالت الجدة إن الضيوف سيأتون يوم الأحد وسوف تطبخ الحساء.",
    "pes": "بچه‌ها بيرون بازي مي‌کردند که باران گرفت. مادربزرگ گفت روز جمعه مهمان مي‌آيد و آش خواهد پخت و چاي مي‌آورد.",
    "tha": "เด็กๆ กำลังเล่นอยู่ข้างนอกเมื่อฝนเริ่มตก คุณยายบอกว่าวันอาทิตย์จะมีแขกมา จึงต้องทำแกง",
    "vie": "Bọn trẻ đang chơi ngoài sân thì trời bắt đầu mưa. Bà nói rằng chủ nhật sẽ có khách đến và bà sẽ nấu món canh.",
    "jpn": "子どもたちが外で遊んでいると、雨が降り始めた。祖母は日曜日に客が来るので、スープを作ると言った。",
    "kor": "아이들이 밖에서 놀고 있을 때 비가 오기 시작했다. 할머니는 일요일에 손님이 온다고 말씀하셨다.",
    "cmn": "孩子们在外面玩的时候，天开始下雨了。奶奶说星期天有客人来，所以她要做一大锅汤给大家喝。",
    "yue": "孩子們在外面玩的時候，天開始下雨了。祖母說星期天有客人來，所以她要做一大鍋湯給大家喝。",
}
SCRIPTS = {"cmn": "Hans", "yue": "Hant", "jpn": "Jpan", "kor": "Kore"}
EAST = ("gb18030", "cp950", "big5hkscs", "cp932", "euc_jp", "cp949", "johab", "big5", "gbk", "shift_jis", "euc_kr")
TONES = "\u0300\u0301\u0303\u0309\u0323"


def encoded(text: str, page: str) -> bytes | None:
    """A text in a code page; Vietnamese tones after their letters, as cp1258 has them."""
    try:
        return (toned(text) if page == "cp1258" else text).encode(page)
    except UnicodeEncodeError:
        return None


def toned(text: str) -> str:
    return "".join(map(_toned, text))


def _toned(char: str) -> str:
    parts = unicodedata.normalize("NFD", char)
    tones = [each for each in parts if each in TONES]
    if char.isascii() or (len(tones) == len(parts) - 1 and char in "àáâèéêíóôùúñ"):
        return char
    return unicodedata.normalize("NFC", "".join(each for each in parts if each not in TONES)) + "".join(tones)


@pytest.mark.parametrize("iso", TEXTS)
def test_what_a_page_says_is_never_read_as_something_else(iso: str) -> None:
    text, script, read = TEXTS[iso], SCRIPTS.get(iso, ""), 0
    usual = customary_pages(iso)
    pages = [page for page in (*PAGES, *EAST) if (page in EAST) == (iso in SCRIPTS) and not is_unusual(page, usual)]
    written = {page: data for page in pages if (data := encoded(text, page)) and not data.isascii()}
    for page, data in written.items():
        found = judge_code_page(data, iso, script)
        if found.encoding:
            read += 1
            assert unicodedata.normalize("NFC", data.decode(found.encoding)) == text, (page, found)
    assert read > 0.8 * len(written), (read, list(written))


@pytest.mark.parametrize("iso", ["rus", "ell", "heb", "tha", "jpn"])
def test_a_language_that_nobody_names_is_told_by_its_letters(iso: str) -> None:
    page = {"rus": "koi8-r", "ell": "cp1253", "heb": "cp1255", "tha": "cp874", "jpn": "euc_jp"}[iso]
    data = TEXTS[iso].encode(page)
    found = judge_code_page(data)
    assert found.encoding is None or data.decode(found.encoding) == TEXTS[iso]


def test_another_language_refutes_every_page() -> None:
    assert judge_code_page(TEXTS["rus"].encode("cp1251"), "por") == Verdict(None)
    assert judge_code_page(TEXTS["fin"].encode("cp1252"), "rus", "Cyrl").encoding is None


def test_near_ties_are_told() -> None:
    """U+00F5 and U+0151 are the same byte in Windows-1252 and -1250, and Hungarian has only the second."""
    assert judge_code_page("az õ\n".encode("cp1252"), "hun").encoding in (None, "cp1250")
    assert judge_code_page("x \xe6 y".encode("cp1252"), "swh") == judge_code_page(
        "x \xe6 y".encode("cp1252"), "swh", "Latn"
    )


def test_apostrophes_and_quotation_marks_alone_are_enough() -> None:
    assert judge_code_page("Ng’ombe wangu “mzuri” – amelala.".encode("cp1252"), "swh").encoding == "cp1252"


def test_what_is_stated_is_believed_until_it_is_refuted() -> None:
    assert judge_code_page(TEXTS["deu"].encode("cp1252"), "deu", stated="iso8859-1").encoding == "iso8859-1"
    assert judge_code_page(TEXTS["rus"].encode("cp1251"), "rus", stated="cp1252").encoding == "cp1251"


def test_evidence_has_every_byte() -> None:
    data = b"\xe4\xf6 " * 10_000 + b" ".join(bytes((0x61, byte)) for byte in range(0xA0, 0x100))
    assert set(select_words(data)) >= set(range(0xA0, 0x100)) and len(select_words(data)) < 500
    assert select_words("žluť ".encode("cp1250") * 3) == "žluť".encode("cp1250")


def test_custom() -> None:
    assert "cp1250" in customary_pages("pol") and "cp1252" not in customary_pages("pol") and not customary_pages("mhr")
    assert "cp860" in customary_pages("por") and "cp860" not in customary_pages("spa")
