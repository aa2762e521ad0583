"""Readers of books, articles and messages: what is a unit, what is left out, what the language is."""

import io
import json
import unicodedata
import zipfile
from pathlib import Path

import pytest

from emma.collect.config import SourceConfig
from emma.collect.files.compression import decompress
from emma.collect.readers.messages import unescape_android
from emma.collect.records import RawDocument, Reject
from emma.collect.text.clean import repair_text
from emma.collect.text.file_names import read_name
from tests.collect.given import DATA, kinds, needs_data, read, units
from tests.collect.readers.test_one_bad_element import CONTAINER
from tests.conftest import TEXTS

XML_READERS = ["android", "jats", "osis", "tei", "usfx", "xhtml"]


@pytest.mark.parametrize("reader", XML_READERS)
@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "broken XML"),
        (b"no xml", "broken XML"),
        (b"<a><b></a>", "broken XML"),
        (b"<a>\xff</a>", "broken XML"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "declared entity"),
        (b'<?xml version="1.0" encoding="nonsense"?><a/>', "unknown encoding"),
    ],
)
def test_broken_xml_is_one_reject(reader: str, content: bytes, kind: str) -> None:
    assert kinds(read(reader, content)) == [kind]


PLACES = {
    "android": "<resources><string name='a'>{}</string></resources>",
    "jats": "<article><body><p>{}</p></body></article>",
    "osis": "<osis><verse>{}</verse></osis>",
    "tei": "<TEI><text><body><p>{}</p></body></text></TEI>",
    "usfx": "<usfx><c id='1'/><v id='1'/>{}<ve/></usfx>",
    "xhtml": "<html><body><p>{}</p></body></html>",
    "messages_json": '{{"a": "{}"}}',
    "markdown": "{}\n",
    "html": "<html><body><main><p>{0}</p><p>{0}</p></main></body></html>",
}


@pytest.mark.parametrize("reader", PLACES)
@pytest.mark.parametrize("label", TEXTS)
def test_every_script_comes_through(reader: str, label: str) -> None:
    text = unicodedata.normalize("NFC", TEXTS[label])
    (found,) = read(reader, PLACES[reader].format(text))
    assert isinstance(found, RawDocument) and set(repair_text(found.text).split("\n")) == {text}


@pytest.mark.parametrize("reader", [*XML_READERS, "messages_json", "markdown", "html"])
def test_too_much_text_is_a_reject(reader: str) -> None:
    found = read(reader, PLACES[reader].format("ⵣ " * 5000), max_row_bytes=3000)
    assert (units(found), kinds(found)) == ([], ["row too long"])


# Android

STRINGS = r"""<?xml version="1.0" encoding="utf-8"?>
<resources xmlns:xliff="urn:oasis:names:tc:xliff:document:1.2">
  <!-- Authors -->
  <string name="a">Don\'t \"go\"\n
     away \u0041 &lt;b&gt;</string>
  <string name="b">  " kept  " <xliff:g id="x">%1$s</xliff:g> <b>fett</b></string>
  <plurals name="days"><item quantity="one">يوم</item><item quantity="other">%1$d أيام</item></plurals>
  <string-array name="list"><item>eins</item><item>@string/a</item></string-array>
  <string name="c" translatable="false">https://x</string>
  <string name="d" fuzzy="true">vage</string>
  <string name="e">%1$s: %2$d</string>
  <string name="f"/>
  <item name="g" type="id">no text of ours</item>
</resources>"""


def test_android() -> None:
    found = read("android", STRINGS, "app/res/values-zh-rTW/strings.xml")
    assert units(found) == [
        ("zh-rTW", 'Don\'t "go"\n away A <b>'),
        ("zh-rTW", " kept   %1$s fett"),
        ("zh-rTW", "يوم"),
        ("zh-rTW", "%1$d أيام"),
        ("zh-rTW", "eins"),
        ("zh-rTW", ""),
    ]
    assert kinds(found) == ["not for translation", "not for translation", "fuzzy translation", "only placeholders"]
    assert [each.row for each in found] == list(range(1, 11))


@pytest.mark.parametrize(
    ("folder", "code"),
    [
        ("values", "values"),
        ("values-iw", "iw"),
        ("values-b+sr+Latn", "b+sr+Latn"),
        ("values-b+be+x+old", "b+be+x+old"),
        ("values-zh-rTW", "zh-rTW"),
        ("values-mcc310-en-rUS-night", "en-rUS"),
        ("values-fil-v21", "fil"),
        ("values-night", "values"),
        ("values-sw600dp-land", "values"),
        ("values-car", "values"),
        ("values-tl-car", "tl"),
        ("raw", ""),
    ],
)
def test_android_folders(folder: str, code: str) -> None:
    source = SourceConfig(name="s", reader="android", path="f", licence="x")
    assert read_name(f"res/{folder}/strings.xml", source).code == code


def test_android_escapes_follow_the_rules_of_its_documentation() -> None:
    assert unescape_android(r'"a   b"   c\td\@\?\\ \u200d') == "a   b c\td@?\\ \u200d"


# Nested JSON


def test_messages_json() -> None:
    content = {"sr-Latn": {"a": {"b": "Ćao", "c": "{x} – {y}"}, "d": ["Jedan", "Dva"], "e": None, "f": 3, "g": ""}}
    found = read("messages_json", "\ufeff" + json.dumps(content), "dist/sr-Latn.min.json")
    assert units(found) == [
        (code, text) for code, text in zip(["sr-Latn"] * 4, ["Ćao", "Jedan", "Dva", ""], strict=True)
    ]
    assert kinds(found) == ["only placeholders", "wrong type", "wrong type"]
    assert isinstance(found[1], Reject) and found[1].detail == "message 'sr-Latn.a.c'"
    assert [each.row for each in found] == list(range(1, 8))


def test_messages_at_any_depth_and_under_long_keys() -> None:
    inner = '{"ⵣ":' * 150 + '["Azul"]' + "}" * 150
    assert units(read("messages_json", inner, "zgh.json")) == [("", "Azul")]
    (found,) = read("messages_json", inner.replace("ⵣ", 'ⵣ":{"ⵣ').replace("}", "}}"))
    assert isinstance(found, Reject) and "nested too deep" in found.reason
    keys = json.dumps({"k" * 50_000: {str(number): number for number in range(100)}})
    rejects = [each for each in read("messages_json", keys) if isinstance(each, Reject)]
    assert len(rejects) == 100 and max(len(each.detail) for each in rejects) < 400


@pytest.mark.parametrize(
    ("content", "kind"), [("{", "broken JSON"), ("[1]", "missing field"), (b'{"a":"\xff"}', "invalid UTF-8")]
)
def test_broken_messages_json(content: str | bytes, kind: str) -> None:
    assert kinds(read("messages_json", content)) == [kind]


# Bibles

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


# Books

TEI = """<TEI xmlns="http://www.tei-c.org/ns/1.0" xml:lang="en"><teiHeader><title>About</title><profileDesc>
<langUsage><language ident="sl">Slovenian</language></langUsage></profileDesc></teiHeader>
<text><front><titlePage><docTitle><titlePart>Kam</titlePart></docTitle></titlePage></front>
<body xml:lang="sl"><div type="group"><head>Prvi del.</head><div type="chapter"><head>I.</head>
<p>Cigarete <hi>kadita</hi><note>opomba</note>
   vonjive.<lb/>Za<lb break="no"/>to <choice><sic>čsa</sic><corr>čas</corr></choice>
   <choice><orig>ſo</orig><reg>so</reg></choice>.</p>
<lg><l>Ena</l><l>dve</l></lg></div>
<div type="scene" xml:lang="tt"><stage>Ибраһим.</stage><sp><speaker>Ибраһим</speaker><p>Әй!</p></sp></div></div>
</body></text></TEI>"""


def test_tei() -> None:
    assert read("tei", TEI) == [
        RawDocument(1, "Kam", "en"),
        RawDocument(2, "Prvi del.\nI.\nCigarete kadita vonjive. Zato čas ſo.\nEna\ndve", "sl"),
        RawDocument(3, "Ибраһим.\nИбраһим\nӘй!", "tt"),
    ]


def test_tei_language_of_the_header() -> None:
    plain = "<TEI><teiHeader>{}</teiHeader><text><body><p>a</p></body></text></TEI>"
    one = plain.format("<language ident='grc'/>")
    assert units(read("tei", one)) == [("grc", "a")]
    two = plain.format("<language ident='grc'/><language ident='la'/>")
    assert units(read("tei", two)) == [("", "a")], "two languages: the source has to say which"


def test_tei_corpora_hold_several_books() -> None:
    book = "<TEI xml:lang='{}'><text><body><p>{}</p></body></text></TEI>"
    both = f"<teiCorpus>{book.format('cy', 'a')}{book.format('br', 'b')}</teiCorpus>"
    assert read("tei", both) == [RawDocument(1, "a", "cy"), RawDocument(2, "b", "br")]


def test_tei_speeches_in_a_language_of_their_own() -> None:
    speeches = (
        "<head>Seja</head><u><seg>Dober dan.</seg><seg xml:lang='it'>Buongiorno.</seg><seg xml:lang='it'>Grazie.</seg>"
        "<seg>Hvala.</seg></u><u xml:lang='hu'><seg>Jó napot.</seg></u><u xml:lang='sl'><seg>Konec.</seg></u>"
    )
    found = read("tei", f"<TEI xml:lang='sl'><text><body><div>{speeches}</div><p>a</p></body></text></TEI>")
    assert [(code, text.split("\n")) for code, text in units(found)] == [
        ("sl", ["Seja", "Dober dan."]),
        ("it", ["Buongiorno.Grazie."]),
        ("sl", ["Hvala."]),
        ("hu", ["Jó napot."]),
        ("sl", ["Konec."]),
        ("sl", ["a"]),
    ]
    both = "<language ident='en'/><language ident='sl'/>"
    words = "<u xml:lang='sl'><w join='right'>Da</w> <pc>.</pc></u><u xml:lang='en'><w>Yes</w></u>"
    found = read("tei", f"<TEI><teiHeader>{both}</teiHeader><text><body>{words}</body></text></TEI>")
    assert units(found) == [("sl", "Da."), ("en", "Yes")]


SPOKEN = """<TEI><teiHeader/><text><body><div><u><seg><s>{}</s></seg></u></div></body></text></TEI>"""


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("<w>Ana</w>\n <w join='right'>Novak</w>\n <pc>.</pc>\n <w>B</w>", "Ana Novak. B"),
        ("<w>Ana</w>\n <w>Novak</w>\n <pc join='left'>.</pc>\n <w>B</w>", "Ana Novak. B"),
        ("<w>rock</w> <pc join='both'>-</pc> <w>roll</w>", "rock-roll"),
        ("<w>a</w> <w join='no'>b</w>", "a b"),
        ("<name><w>Ana</w>\n<w join='right'>N</w></name>\n<pc>!</pc>", "Ana N!"),
        ("<w>ena</w><w>dve</w><w join='right'>tri</w><pc>.</pc>", "ena dve tri."),
        ("<w>Now</w><c> </c><w>fair</w><pc>,</pc>", "Now fair,"),
        ("<w>here</w> <pc>,</pc>", "here ,"),
        ("<w>a<w norm='x'/><w norm='y'/></w> <w join='right'>b</w> <pc>.</pc>", "a b."),
        ("<w join='right'>(</w> text <w>b</w>", "( text b"),
        ("<pc join='right'>«</pc>\n<w join='right'>क्\u200dष</w>\n<pc>»</pc> <w>ሰላም</w>", "«क्\u200dष» ሰላም"),
        ("<w>人</w>\n<w join='right'>人</w>\n<pc>。</pc>", "人人。"),
    ],
)
def test_tei_words_are_joined_as_they_say(words: str, line: str) -> None:
    assert units(read("tei", SPOKEN.format(words))) == [("", line)]


@pytest.mark.parametrize(
    "told",
    ["desc", "note", "incident", "kinesic", "vocal", "gap", "pause", "shift", "event", "ellipsis", "span", "interp"],
)
def test_tei_what_a_transcriber_says_is_no_speech(told: str) -> None:
    said = f"<w>Dober</w> <{told}>(<desc>smeh</desc>)</{told}> <w join='right'>dan</w><pc>!</pc>"
    assert units(read("tei", SPOKEN.format(said))) == [("", "Dober dan!")]


def test_tei_words_of_a_line_without_end_are_bounded() -> None:
    found = read("tei", SPOKEN.format("<w>ab</w>" * 50_000), max_row_bytes=80_000)
    assert (units(found), kinds(found)) == ([], ["row too long"])


XHTML = """<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "x.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" xml:lang="ja"><head>
<title>no</title></head><body><nav>no</nav><section epub:type="chapter"><h2>第一</h2>
<p>吾輩は<ruby>猫<rp>(</rp><rt>ねこ</rt>
<rp>)</rp></ruby>で&nbsp;ある<a epub:type="noteref">1</a>。<br/>名前</p>
<table><tr><td>a</td><td>b</td></tr></table></section>
<aside epub:type="footnote"><p>註</p></aside></body></html>"""


def test_xhtml() -> None:
    assert read("xhtml", XHTML) == [RawDocument(1, "第一\n吾輩は猫で\u00a0ある。 名前\na\nb", "ja", alone=True)]


@pytest.mark.parametrize("head", ["", "<!DOCTYPE html>", '<?xml version="1.0"?>'])
def test_entities_of_html_need_no_declaration(head: str) -> None:
    found = read("xhtml", f"{head}<html lang='sw'><body><p>Mama&nbsp;na baba &mdash; &eacute;</p></body></html>")
    assert units(found) == [("sw", "Mama\u00a0na baba — é")]


def book(package: str, *, container: str = CONTAINER, **chapters: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        if container:
            packed.writestr("META-INF/container.xml", container)
        packed.writestr("O/p.opf", package)
        for name, text in chapters.items():
            html = f"<html xmlns='http://www.w3.org/1999/xhtml'><body{text.partition('|')[0]}><p>{text.partition('|')[2]}</p>"
            packed.writestr(f"O/t/{name}.xhtml", f"{html}</body></html>")
    return out.getvalue()


def package(*languages: str, spine: str = "ab", more: str = "") -> str:
    told = "".join(f"<dc:language>{each}</dc:language>" for each in languages)
    items = "".join(f"<item id='{each}' href='t/{each}.xhtml' media-type='application/xhtml+xml'/>" for each in "ab")
    refs = "".join(f"<itemref idref='{each}'/>" for each in spine)
    return f"<package><metadata>{told}</metadata><manifest>{items}{more}</manifest><spine>{refs}</spine></package>"


def test_a_book_is_read_in_the_order_of_its_spine() -> None:
    found = read("epub", book(package("sw", spine="ba"), a="|ሀ", b=" lang='ti'|ለ"), "x.epub")
    assert found == [RawDocument(1, "ለ", "ti", alone=True), RawDocument(2, "ሀ", "sw", alone=True)]


@pytest.mark.parametrize(("languages", "code"), [((), ""), (("sw",), "sw"), (("sw", "sw"), "sw"), (("sw", "en"), "")])
def test_the_language_of_a_book_is_its_only_one(languages: tuple[str, ...], code: str) -> None:
    assert units(read("epub", book(package(*languages, spine="a"), a="|x"))) == [(code, "x")]


def test_a_book_without_a_container_has_one_package_anyhow() -> None:
    assert units(read("epub", book(package("sw"), container="", a="|x", b="|y"))) == [("sw", "x"), ("sw", "y")]


def test_a_book_whose_package_is_damaged_in_one_place() -> None:
    found = read("epub", book(package("sw", more="<item id='a & b'/>"), a="|x", b="|y"))
    assert (units(found), kinds(found)) == ([("sw", "x"), ("sw", "y")], ["broken XML"])


@pytest.mark.parametrize(
    ("content", "kind", "lost"),
    [
        (b"no archive", "broken file", (1, 10)),
        (book(package("sw"), a="|x", b="|y")[:-30], "broken file", (1, None)),
        (book(package("sw"), container="<container/>", a="|x", b="|y"), "broken EPUB", (2, None)),
        (book(package("sw", spine=""), a="|x", b="|y"), "broken EPUB", (2, None)),
        (book("nothing", a="|x", b="|y"), "broken EPUB", (2, None)),
    ],
)
def test_a_book_that_cannot_be_read_says_what_is_lost(content: bytes, kind: str, lost: tuple[int, int | None]) -> None:
    *_, last = read("epub", content)
    assert isinstance(last, Reject) and last.kind == kind and last.units == lost[0]
    assert last.unread > 0 and lost[1] in {None, last.unread}


def test_a_chapter_that_stands_twice_in_a_spine_is_read_once() -> None:
    found = read("epub", book(package("sw", spine="aa"), a="|x"))
    assert (units(found), kinds(found)) == ([("sw", "x")], ["no chapter"])


def test_a_book_is_nothing_for_the_reader_of_chapters() -> None:
    (bad,) = read("xhtml", book(package("sw"), a="|x"), "x.epub")
    assert isinstance(bad, Reject) and "reader = 'epub'" in bad.detail and bad.unread


# Articles

JATS = """<!DOCTYPE article PUBLIC "-//NLM//DTD" "journalpublishing3.dtd">
<article xmlns:mml="m" xml:lang="ES"><front><journal-meta><journal-title>J</journal-title></journal-meta><article-meta>
<title-group><article-title>Los <italic>árboles</italic></article-title>
<trans-title-group xml:lang="qu"><trans-title>Sachakuna</trans-title></trans-title-group></title-group>
<contrib-group><name><surname>Quispe</surname></name></contrib-group>
<abstract><p>Resumen.</p></abstract><trans-abstract xml:lang="qu"><p>Pisiyachiy.</p></trans-abstract>
</article-meta></front>
<body><sec><title>Método</title><p>Si <inline-formula><mml:math>x</mml:math></inline-formula>
entonces<xref>[1]</xref>:<disp-formula>y</disp-formula></p><table-wrap><caption><p>T</p></caption></table-wrap>
<fig><label>Fig. 1</label><caption><p>Un árbol&period;</p></caption></fig></sec></body>
<back><ack><p>Gracias.</p></ack><ref-list><title>Refs</title><ref><article-title>No</article-title></ref></ref-list></back>
<sub-article xml:lang="ay"><front-stub><title-group><article-title>Quqanaka</article-title></title-group></front-stub>
<body><p>Aymara.</p></body></sub-article></article>"""


def test_jats() -> None:
    found = read("jats", JATS)
    assert units(found) == [
        ("qu", "Sachakuna"),
        ("qu", "Pisiyachiy."),
        ("ay", "Quqanaka\nAymara."),
        ("ES", "Los árboles\nResumen.\nMétodo\nSi entonces[1]:\nFig. 1\nUn árbol.\nGracias."),
    ]
    assert [each.row for each in found] == [1, 2, 3, 4]
    assert all(each.alone for each in found if isinstance(each, RawDocument))


# Markdown

MARKDOWN = """---
title: "ተረት"
Lang: am
tags: [a, b]
---
# ርዕስ

አንድ *ሁለት* [ሦስት](http://x)
አራት `code`\\
አምስት ![no](y.png) <b>ስድስት</b>

```python
no()
```
- ሰባት
- ስምንት

| ሀ | ለ |
|---|---|
| ሐ | መ |
<div>no</div>
"""


def test_markdown() -> None:
    text = "ተረት\nርዕስ\nአንድ ሁለት ሦስት አራት code\nአምስት ስድስት\nሰባት\nስምንት\nሀ\nለ\nሐ\nመ"
    assert read("markdown", MARKDOWN.replace("\n", "\r\n")) == [RawDocument(1, text, "am", alone=True)]
    assert read("markdown", "人人生而\n自由\n\n---\nlang: am\n") == [
        RawDocument(1, "人人生而自由\nlang: am", "", alone=True)
    ]
    assert kinds(read("markdown", b"\xff")) == ["invalid UTF-8"]


@pytest.mark.parametrize("reader", ["markdown", "storybook"])
def test_the_block_about_a_story_is_no_part_of_it(reader: str) -> None:
    told = "## \n* License: [CC-BY]\n* Text: Jali\nMa Bori\n\n* Language: adh\n"
    (found,) = units(read(reader, f"# ߓߏߟߏ\n\n##\nKweri: swa.\n\n{told}"))
    assert found[1].split() == ["ߓߏߟߏ", "Kweri:", "swa."]
    (found,) = units(read(reader, "# A\n\n* Mama: habari\n* Text: no block\n"))
    assert "habari" in found[1] and "no block" in found[1]


def test_metadata_takes_no_longer_than_it_is() -> None:
    (found,) = units(read("markdown", f"---\nlang: am\ntitle: a{' ' * 50_000}x\n---\nb", max_row_bytes=1 << 20))
    assert found == ("am", f"a{' ' * 50_000}x\nb")


@needs_data
@pytest.mark.parametrize(
    ("reader", "file", "mark", "code"),
    [
        ("usfx", "mono/open_bibles_xml/chr-cherokee.usfx.xml.zst", "<c id=", ""),
        ("osis", "mono/open_bibles_xml/swa-swahili.osis.xml.zst", "<chapter ", "sw"),
        ("xhtml", "domain/books/standardebooks_pride_chapter-1.xhtml.gz", "<html ", "en-GB"),
        ("jats", "domain/papers/journal.pone.0002554.xml.zst", "<article ", "EN"),
    ],
)
def test_real_files_have_as_many_units_as_marks_of_one(reader: str, file: str, mark: str, code: str) -> None:
    with (DATA / file).open("rb") as raw:
        content = decompress(raw, file).read()
    found = read(reader, content, Path(file).name)
    assert (len(units(found)), kinds(found)) == (content.count(mark.encode()), [])
    assert {each for each, _ in units(found)} == {code}
