"""Dumps of MediaWiki: articles, redirects, the language of a wiki."""

import bz2

import pytest

from emma.collect.records import RawDocument, Reject
from tests.collect.given import kinds, needs_data, read, units
from tests.collect.readers.test_web import WIKI

DUMP = """<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" xml:lang="nan"><siteinfo>
<dbname>{name}</dbname><base>https://zh-min-nan.wikipedia.org/wiki/Thâu-ia̍h</base><namespaces>
<namespace key="-2">Mûi-thé</namespace><namespace key="0" /><namespace key="6">Tóng-àn</namespace>
<namespace key="14">Lūi-pia̍t</namespace></namespaces></siteinfo>{pages}</mediawiki>"""


ONE = """<page><title>{title}</title><ns>{ns}</ns><id>1</id>{more}
<revision><id>2</id>{model}<text>{text}</text></revision></page>"""


MODEL = "<model>wikitext</model>"


def wiki_page(title: str, text: str, ns: int = 0, more: str = "", model: str = MODEL) -> str:
    return ONE.format(title=title, ns=ns, more=more, model=model, text=text.replace("<", "&lt;"))


PAGES = "".join(
    [
        wiki_page("Tâi oân", "'''Tâi-oân''' sī [[tó|chi̍t tē tó]].<ref>no</ref>\n[[Lūi-pia̍t:A]]\n[[de:Taiwan]]"),
        wiki_page("A", "#REDIRECT [[B]]", more='<redirect title="B" />'),
        wiki_page("Thó-lūn:A", "hi", ns=1),
        wiki_page("A.css", "p {}", model="<model>css</model>"),
        wiki_page("Khang", "{{infobox}}"),
        wiki_page("B", "old").replace("</page>", "<revision><text>sin--ê</text></revision></page>"),
    ]
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_mediawiki_dump(encoding: str) -> None:
    head = f'<?xml version="1.0" encoding="{encoding}"?>'
    found = read("mediawiki_dump", (head + DUMP.format(name="zh_min_nanwiki", pages=PAGES)).encode(encoding))
    url = "https://zh-min-nan.wikipedia.org/wiki/"
    assert [each for each in found if isinstance(each, RawDocument)] == [
        RawDocument(1, "Tâi oân\n\nTâi-oân sī chi̍t tē tó.", "zh-min-nan", alone=True, url=f"{url}T%C3%A2i_o%C3%A2n"),
        RawDocument(6, "B\n\nsin--ê", "zh-min-nan", alone=True, url=f"{url}B"),
    ]
    assert [each.reason for each in found if isinstance(each, Reject)] == [
        "redirect: 'A', to 'B'",
        "no article: 'Thó-lūn:A', namespace 1",
        "no article: 'A.css', content is css",
        "no prose: 'Khang'",
    ]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("be_x_oldwiki", "be-x-old"),
        ("rowiktionary", "ro"),
        ("simplewiki", "simple"),
        ("commonswiki", "nan"),
        ("", "nan"),
    ],
)
def test_language_of_a_wiki(name: str, code: str) -> None:
    assert units(read("mediawiki_dump", DUMP.format(name=name, pages=wiki_page("A", "b"))))[0][0] == code


def test_a_dump_that_breaks_off_keeps_what_stands_before() -> None:
    whole = DUMP.format(name="nanwiki", pages=PAGES)
    found = read("mediawiki_dump", whole[: whole.index("Thó-lūn") + 40])
    assert (len(units(found)), kinds(found)) == (1, ["redirect", "broken XML"])
    assert isinstance(found[-1], Reject) and found[-1].row == 3 and "after page 2" in found[-1].detail


def test_an_article_that_is_too_long_leaves_the_rest() -> None:
    pages = wiki_page("A", "x" * 5000) + wiki_page("B", "b")
    found = read("mediawiki_dump", DUMP.format(name="nanwiki", pages=pages), max_row_bytes=1000)
    assert (kinds(found), units(found)) == (["row too long"], [("nan", "B\n\nb")])


@needs_data
def test_start_of_a_real_dump() -> None:
    (path,) = WIKI.glob("*.bz2")
    with bz2.open(path) as dump:
        found = read("mediawiki_dump", dump.read(300_000), max_row_bytes=1 << 20)
    assert kinds(found)[:2] == ["redirect", "redirect"] and kinds(found)[-1] == "broken XML"
    code, text = units(found)[0]
    assert code == "en" and text.startswith("Anarchism\n\nAnarchism is a political philosophy")
    assert not any(mark in text for mark in ("{{", "[[", "<ref", "'''", "thumb|"))
