"""Electronic books and their chapters."""

import pytest

from emma.collect.records import RawDocument, Reject
from tests.collect.given import kinds, read, units
from tests.collect.readers.test_tei import book

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
