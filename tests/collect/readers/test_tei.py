"""Books in TEI: runs of text, their languages, and words that are joined."""

import io
import zipfile

import pytest

from emma.collect.records import RawDocument
from tests.collect.given import kinds, read, units
from tests.collect.readers.test_one_bad_element import CONTAINER

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
