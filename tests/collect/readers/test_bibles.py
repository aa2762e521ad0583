"""Bibles in OSIS, USFX and CES: chapters, verses, language."""

from emma.collect.records import RawDocument, Reject
from tests.collect.given import code_of, kinds, read, units

CES = """<cesDoc><cesHeader><profileDesc><langUsage><language id="az" iso639="amu">Amuzgo</language></langUsage>
</profileDesc></cesHeader><text><body lang="az"><div type="book"><div id="b.MAT.1" type="chapter">
<seg type="verse">
  Luaa ñˈoom
  na
</seg><seg type="verse"> </seg><seg type="verse">Abraham</seg></div><div type="chapter"><seg>2</seg></div></div>
</body></text></cesDoc>"""


def test_ces_language_is_the_headers() -> None:
    assert read("ces", CES) == [RawDocument(1, "Luaa ñˈoom na\nAbraham", "amu"), RawDocument(2, "2", "amu")]
    assert code_of(read("ces", "<c><div type='chapter'><seg>a</seg></div></c>")) == {""}


def test_xml_entities_are_not_followed() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + CES.replace("Abraham", "&x;")
    (found,) = read("ces", bomb)
    assert isinstance(found, Reject) and (found.kind, found.units) == ("declared entity", 2)
    assert found.unread == len(bomb.encode()) - bomb.index('">]>') - 1


def test_ces_verses_outside_chapters_follow_the_chapters() -> None:
    loose = "<div type='book'><seg>a</seg><seg>b</seg><div type='chapter'><p><seg>c</seg></p></div><seg>d</seg></div>"
    assert read("ces", f"<c>{loose}<seg>e</seg></c>") == [
        RawDocument(1, "c"),
        RawDocument(2, "a\nb\nd"),
        RawDocument(3, "e"),
    ]


OSIS = """<osis xmlns='http://www.bibletechnologies.net/2003/OSIS/namespace'><osisText xml:lang='sw'>
<header><work><title>Swahili NT</title><language type='IETF'>xx</language></work></header>
<div type='book' osisID='Matt'><title>Mathayo</title><p>Utangulizi.</p>
<chapter osisID='Matt.1'><title>Ukoo</title>
  <verse osisID='Matt.1.1'>Yesu<note>wa Nazareti</note>, mzawa
     wa <divineName>Daudi</divineName>.</verse><verse osisID='Matt.1.2'><l>Abrahamu</l><l>alimzaa</l></verse>
</chapter>
<chapter sID='Matt.2'/><verse sID='Matt.2.1'/>Moja<verse eID='Matt.2.1'/><verse sID='Matt.2.2'/>Mbili
<p/>tatu<verse eID='Matt.2.2'/><chapter eID='Matt.2'/>
</div></osisText></osis>"""


def test_osis() -> None:
    assert read("osis", OSIS) == [
        RawDocument(1, "Utangulizi.", "sw"),
        RawDocument(2, "Yesu, mzawa wa Daudi.\nAbrahamu alimzaa", "sw"),
        RawDocument(3, "Moja\nMbili tatu", "sw"),
    ]
    assert {code for code, _ in units(read("osis", OSIS.replace(" xml:lang='sw'", "")))} == {"xx"}


USFX = """<usfx><book id="MAT"><id id="MAT">Cherokee</id><h>ᎹᏚ</h><p sfm="mt">ᎣᏍᏛ</p>
<c id="1"/><s>ᏏᏌ</s><p><v id="1"/>ᎯᎠ ᎪᏪᎵ<f caller="+">ᏃᏗ</f>,
 ᏥᏌ. <ve/><v id="2"/>ᎡᏆᎭᎻ <q>ᎡᏏᎩ</q><q>ᎤᏕᏁᎴᎢ</q></p>
<c id="2"/><p sfm="r">(Luka)</p><p><v id="1"/>ᏤᎦᏈ</p></book></usfx>"""


def test_usfx() -> None:
    assert read("usfx", USFX, "chr-cherokee.usfx.xml.zst", lang_from="^([a-z]{3})-") == [
        RawDocument(1, "ᎯᎠ ᎪᏪᎵ, ᏥᏌ.\nᎡᏆᎭᎻ ᎡᏏᎩ ᎤᏕᏁᎴᎢ", "chr"),
        RawDocument(2, "ᏤᎦᏈ", "chr"),
    ]
    told = USFX.replace("<usfx>", "<usfx><languageCode>chy</languageCode>")
    assert {code for code, _ in units(read("usfx", told, "chr.xml"))} == {"chy"}


def test_a_bible_that_breaks_off_keeps_what_stands_before() -> None:
    found = read("osis", OSIS[: OSIS.index("Mbili") + 5])
    assert [text for _, text in units(found)][:2] == ["Utangulizi.", "Yesu, mzawa wa Daudi.\nAbrahamu alimzaa"]
    assert kinds(found) == ["broken XML"]
