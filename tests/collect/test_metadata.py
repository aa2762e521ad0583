"""What a source says beside its texts: chosen by `keep`, read of every format that has some, written as JSON."""

import datetime
import decimal
import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emma.collect.config import CollectConfig
from emma.collect.metadata import dump_meta, pick_meta
from emma.collect.records import Meta, RawDocument, Reject
from emma.collect.run import collect
from emma.errors import RecipeError, SourceError
from emma.store import shards
from tests.collect.given import read
from tests.collect.readers.test_tei import book
from tests.collect.stage import MakeWork
from tests.conftest import TEXTS

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.text(), plain, max_size=4))
def test_any_json_is_written_and_read_back(meta: dict[str, object]) -> None:
    written = dump_meta(meta)
    assert json.loads(written) == meta and "\n" not in written
    written.encode()


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (datetime.date(1986, 4, 1), '"1986-04-01"'),
        (datetime.datetime(1986, 4, 1, 12, tzinfo=datetime.UTC), '"1986-04-01T12:00:00+00:00"'),
        (decimal.Decimal("1.50"), '"1.50"'),
        (b"caf\xc3\xa9 \xff", '"café \\\\xff"'),
        (1 << 70, str(1 << 70)),
        ([float("nan"), float("inf"), 1 << 70], f"[null,null,{1 << 70}]"),
        (float("nan"), "null"),
        ("\ud83d", '"\\ud83d"'),
        (TEXTS["nqo_Nkoo"], f'"{TEXTS["nqo_Nkoo"]}"'),
    ],
)
def test_values_that_json_does_not_have(value: object, written: str) -> None:
    assert dump_meta({"x": value}) == f'{{"x":{written}}}'


def test_what_is_picked() -> None:
    values = {"date": "1986", "none": None, "empty": "", "nan": float("nan"), "zero": 0, "false": False, "list": []}
    assert pick_meta(["zero", "date", "none", "absent"], values) == {"zero": 0, "date": "1986"}
    assert pick_meta(["*"], values) == {"date": "1986", "zero": 0, "false": False, "list": []}
    assert pick_meta(["none"], values) is None and pick_meta([], values) is None


def meta_of(reader: str, content: str | bytes, name: str = "file", **changes: object) -> list[Meta | None]:
    found = read(reader, content, name, **changes)
    assert not [each for each in found if isinstance(each, Reject)]
    return [each.meta for each in found if isinstance(each, RawDocument)]


CSV = "text,lang,date,page\nkitabu,sw,1986,3\nsoma,sw,,4\nvitabu,sw,,\n"
RECORD = {
    "text": "kitabu",
    "lang": "sw",
    "id": 7,
    "by": {"name": "Ali", "born": None},
    "tags": [{"k": "a"}, {"k": "b"}],
    "a.b": 1,
}


def test_columns_of_tables() -> None:
    assert meta_of("csv", CSV, keep=["date", "page"]) == [{"date": "1986", "page": "3"}, {"page": "4"}, None]
    assert meta_of("csv", CSV, keep=["*"]) == [{"date": "1986", "page": "3"}, {"page": "4"}, None]
    assert meta_of("csv", CSV) == [None, None, None]
    assert meta_of("csv", CSV, keep=["lang"])[0] == {"lang": "sw"}, "a field that is read may be kept as well"


@pytest.mark.parametrize("reader", ["jsonl", "json", "parquet"])
def test_keys_of_records(reader: str) -> None:
    content = json.dumps(RECORD).encode()
    if reader == "parquet":
        pq.write_table(pa.Table.from_pylist([RECORD]), sink := io.BytesIO())
        content = sink.getvalue()
    keep = ["id", "by.name", "by.born", "tags.k", "tags", "a.b", "nothing.here"]
    found = {"id": 7, "by.name": "Ali", "tags.k": ["a", "b"], "tags": [{"k": "a"}, {"k": "b"}], "a.b": 1}
    assert meta_of(reader, content, keep=keep) == [found]
    rest = {name: RECORD[name] for name in ("id", "by", "tags", "a.b")}
    assert meta_of(reader, content, keep=["*"]) == [rest]


def test_a_pair_keeps_its_own() -> None:
    line = '{"text": "a", "lang": "en", "text2": "b", "lang2": "sw", "score": 0.75}'
    fields = {"text": "text", "lang": "lang", "text2": "text2", "lang2": "lang2"}
    assert meta_of("jsonl", line, fields=fields, keep=["score"]) == [{"score": 0.75}]


def test_a_key_that_is_there_twice_costs_its_record() -> None:
    (found,) = read("jsonl", '{"text": "a", "lang": "sw", "date": 1, "date": 2}', keep=["date"])
    assert isinstance(found, Reject) and found.kind == "key twice"


def test_a_column_that_is_there_twice_costs_the_file() -> None:
    (found,) = read("csv", "text,lang,date,date\na,sw,1,2\n", keep=["*"])
    assert isinstance(found, Reject) and found.kind == "column twice"


TMX = """<tmx><header srclang="en"/><body><tu tuid="7" creationdate="20260101T000000Z">
<tuv xml:lang="en"><seg>a</seg></tuv><tuv xml:lang="sw"><seg>b</seg></tuv></tu></body></tmx>"""
DUMP = """<mediawiki xml:lang="sw"><page><title>Watu</title><ns>0</ns><id>12</id><revision><id>34</id>
<timestamp>2026-01-01T00:00:00Z</timestamp><contributor><id>56</id></contributor><text>Watu wote.</text></revision>
</page></mediawiki>"""
STORY = "# Watu\n\n##\nWote.\n\n##\n* License: [CC-BY]\n* Text: Letta Machoga\n* Language: sw\n"
PO = 'msgid ""\nmsgstr "Language: sw\\n"\n\nmsgctxt "noun"\nmsgid "book"\nmsgstr "kitabu"\n'
ANDROID = '<resources><string-array name="days"><item>Jumapili</item></string-array></resources>'
OSIS = """<osis><osisText xml:lang="sw"><div type="book" osisID="Matt"><chapter osisID="Matt.1">
<verse osisID="Matt.1.1">Watu.</verse></chapter></div></osisText></osis>"""
USFX = """<usfx><languageCode>sw</languageCode><book id="MAT"><h>Mathayo</h><c id="1"/><v id="1"/>Watu.<ve/></book>
</usfx>"""
CES = """<cesDoc><cesHeader><langUsage><language iso639="swh"/></langUsage></cesHeader><text><body>
<div id="b.MAT.1" type="chapter"><seg>Watu.</seg></div></body></text></cesDoc>"""
CONLLU = "# newdoc id = a\n# sent_id = 1\n# text = Watu.\n1\tWatu\n\n# sent_id = 2\n# text = Wote.\n1\tWote\n"
TEI = """<TEI xml:lang="sw"><teiHeader><fileDesc><titleStmt><title>Watu <hi rend="i">wote</hi></title>
<author><persName>Letta Machoga</persName><idno type="wikidata">Q1</idno></author><author>አበበ በሶ በላ</author></titleStmt>
<publicationStmt><idno>watu-1</idno><availability><licence target="https://e.org/cc0"/></availability></publicationStmt>
<sourceDesc><bibl><title>no</title><date>1890</date></bibl></sourceDesc></fileDesc></teiHeader>
<text><body><p>Watu.</p></body></text></TEI>"""
JATS = """<article xml:lang="sw"><front><journal-meta><journal-title>Jarida</journal-title></journal-meta><article-meta>
<article-id pub-id-type="doi">10.1/x</article-id>
<title-group><article-title>H<sub>2</sub>O</article-title></title-group>
<contrib-group><contrib><name><surname>Quispe</surname><given-names>A.</given-names></name></contrib></contrib-group>
<pub-date><year>2020</year></pub-date><permissions><license xlink:href="https://e.org/by"/></permissions></article-meta>
</front><body><p>Maji.</p></body><back><ref-list><ref><journal-title>no</journal-title></ref></ref-list></back></article>"""
XHTML = """<html lang="sw"><head><title>Sura ya kwanza</title><meta name="Author" content="ߊߓߎ"/></head>
<body><p>Watu.</p></body></html>"""
HTML = f"""<html lang="yo"><head><title> Ìròyìn
lónìí</title><meta property="og:site_name" content="Aláròyé"><meta name="AUTHOR" content="Adé"><meta name="author"
content="Bọ́lá"><meta name="author" content="Adé"><meta charset="utf-8"></head>
<body><p>{TEXTS["yor_Latn"] * 9}</p></body></html>"""
UDHR = """<udhr iso639-3="swh" xml:lang="sw" key="swa" n="Kiswahili"><preamble><para>Kwa kuwa.</para></preamble>
<article number="1"><para>Watu wote.</para></article></udhr>"""
OTHERS = [
    ("tmx", TMX, "f.tmx", {"tuid": "7", "creationdate": "20260101T000000Z"}),
    ("mediawiki_dump", DUMP, "f.xml", {"title": "Watu", "id": "12", "timestamp": "2026-01-01T00:00:00Z"}),
    ("storybook", STORY, "f.md", {"license": "[CC-BY]", "text": "Letta Machoga", "language": "sw"}),
    ("markdown", "---\nlang: sw\nauthor: Ali\n---\nWatu.\n", "f.md", {"lang": "sw", "author": "Ali"}),
    ("gettext", PO, "f.po", {"msgid": "book", "msgctxt": "noun"}),
    ("android", ANDROID, "values-sw/strings.xml", {"name": "days"}),
    ("mediawiki_json", '{"@metadata": {}, "ok": "Sawa"}', "sw.json", {"key": "ok"}),
    ("messages_json", '{"menu": {"items": ["Fungua"]}}', "sw.json", {"key": "menu.items[0]"}),
    ("osis", OSIS, "f.xml", {"chapter": "Matt.1"}),
    ("usfx", USFX, "f.xml", {"chapter": "MAT 1"}),
    ("ces", CES, "f.xml", {"chapter": "b.MAT.1"}),
    ("conllu", CONLLU, "sw_x-ud-test.conllu", {"newdoc id": "a", "sent_id": ["1", "2"]}),
    (
        "tei",
        TEI,
        "f.xml",
        {
            "title": "Watu wote",
            "author": "Letta Machoga; አበበ በሶ በላ",
            "idno": "watu-1",
            "licence": "https://e.org/cc0",
        },
    ),
    (
        "jats",
        JATS,
        "f.xml",
        {
            "journal": "Jarida",
            "doi": "10.1/x",
            "title": "H2O",
            "author": "Quispe A.",
            "year": "2020",
            "licence": "https://e.org/by",
        },
    ),
    ("xhtml", XHTML, "f.xhtml", {"title": "Sura ya kwanza", "author": "ߊߓߎ"}),
    ("html", HTML, "f.html", {"title": "Ìròyìn lónìí", "og:site_name": "Aláròyé", "author": "Adé; Bọ́lá"}),
    ("topics", "topics = {'assert': 'The assert statement.'}", "topics.py", {"topic": "assert"}),
]


@pytest.mark.parametrize(("reader", "content", "name", "meta"), OTHERS, ids=[case[0] for case in OTHERS])
def test_what_other_formats_say(reader: str, content: str, name: str, meta: dict[str, str]) -> None:
    assert meta_of(reader, content, name, keep=["*"]) == [meta]
    first = next(iter(meta))
    assert meta_of(reader, content, name, keep=[first]) == [{first: meta[first]}]


def test_sections_of_the_declaration() -> None:
    found = meta_of("udhr", UDHR, keep=["article", "n"])
    assert found == [{"n": "Kiswahili"}, {"article": "1", "n": "Kiswahili"}]


def test_every_chapter_has_what_its_book_says() -> None:
    said = "<dc:creator>አበበ</dc:creator><dc:creator>ዘነበ</dc:creator><dc:rights>CC-BY</dc:rights>"
    items = "".join(f"<item id='{each}' href='t/{each}.xhtml' media-type='application/xhtml+xml'/>" for each in "ab")
    package = (
        f"<package><metadata><dc:language>am</dc:language>{said}</metadata><manifest>{items}</manifest>"
        "<spine><itemref idref='a'/><itemref idref='b'/></spine></package>"
    )
    found = meta_of("epub", book(package, a="|ሀ", b="|ለ"), "b.epub", keep=["creator", "rights", "chapter", "title"])
    assert [(each or {}).pop("chapter").rpartition("/")[2] for each in found] == ["a.xhtml", "b.xhtml"]
    assert found == [{"creator": "አበበ; ዘነበ", "rights": "CC-BY"}] * 2


def test_chapters_that_are_milestones() -> None:
    tags = "".join(
        f'<chapter osisID="Matt.{at}" sID="Matt.{at}"/>Watu {at}.<chapter eID="Matt.{at}"/>' for at in (1, 2)
    )
    found = meta_of("osis", f'<osis><osisText xml:lang="sw">{tags}Mwisho.</osisText></osis>', keep=["chapter"])
    assert found == [{"chapter": "Matt.1"}, {"chapter": "Matt.2"}, None]


def test_what_follows_a_chapter_is_in_none() -> None:
    book = '<div osisID="Matt"><chapter osisID="Matt.1">Watu.</chapter>Mwisho.</div>'
    found = meta_of("osis", f'<osis><osisText xml:lang="sw">{book}</osisText></osis>', keep=["chapter"])
    assert found == [{"chapter": "Matt.1"}, None]


def test_headers_of_web_archives() -> None:
    page = f"<html lang='sw'><body><p>{TEXTS['yor_Latn'] * 9}</p></body></html>"
    answer = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nLast-Modified: Sun, 01 Mar 2026\r\n\r\n{page}".encode()
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://e.org/\r\nWARC-Date: 2026-03-01T00:00:00Z\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(answer)}\r\n\r\n"
    )
    content = head.encode() + answer + b"\r\n\r\n"
    found = {"warc-date": "2026-03-01T00:00:00Z", "Last-Modified": "Sun, 01 Mar 2026"}
    assert meta_of("warc", content, keep=["warc-date", "Last-Modified", "Server"]) == [found]
    assert {"WARC-Date", "Last-Modified", "Content-Type"} <= meta_of("warc", content, keep=["*"])[0].keys()  # type: ignore[union-attr]


def section(data: Path, lines: str, **changes: object) -> CollectConfig:
    (data / "a.jsonl").write_text(lines, encoding="utf-8")
    source = {"name": "web", "reader": "jsonl", "path": "*.jsonl", "licence": "CC0-1.0", "lang": "amh_Ethi", **changes}
    return CollectConfig.model_validate({"sources": [source], "root": str(data)})


LINES = "".join(f'{{"text": "ሰላም {number}", "date": {1980 + number // 2}, "id": {number}}}\n' for number in range(4))


def test_it_travels_in_a_column(tmp_path: Path, make_work: MakeWork) -> None:
    output = collect(section(tmp_path, LINES, keep=["id"]), work=make_work("collect"))
    (part,) = output.parts["documents"]
    assert shards.read(part.file("documents.parquet"))["meta"].to_pylist() == [
        f'{{"id":{number}}}' for number in range(4)
    ]


def test_joined_texts_say_what_all_say_or_each(tmp_path: Path, make_work: MakeWork) -> None:
    work = make_work("collect")
    output = collect(section(tmp_path, LINES, keep=["date", "id"], group_bytes=22), work=work)
    (part,) = output.parts["documents"]
    found = [json.loads(meta) for meta in shards.read(part.file("documents.parquet"))["meta"].to_pylist()]
    assert found == [{"date": 1980, "id": [0, 1]}, {"date": 1981, "id": [2, 3]}]


def test_a_name_that_no_row_has(tmp_path: Path, make_work: MakeWork) -> None:
    with pytest.raises(SourceError, match=r"'web'.*`keep` names 'dat'.*Did you mean 'date'\?"):
        collect(section(tmp_path, LINES, keep=["id", "dat"]), work=make_work("collect"))


def test_a_name_that_one_row_has_is_enough(tmp_path: Path, make_work: MakeWork) -> None:
    more = LINES + '{"text": "ሰላም", "note": "x"}\n'
    assert collect(section(tmp_path, more, keep=["note"]), work=make_work("collect")).counts["rows_out"] == 5


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"reader": "text", "keep": ["date"]}, "the reader 'text' gives nothing beside texts"),
        (
            {"reader": "gettext", "keep": ["msgstr"]},
            r"the reader 'gettext' does not give.*Did you mean 'msgctxt'",
        ),
        ({"reader": "gettext", "keep": ["msg_id"]}, r"Did you mean 'msgid'\?"),
    ],
)
def test_what_a_reader_does_not_give(changes: dict[str, object], why: str, tmp_path: Path, make_work: MakeWork) -> None:
    with pytest.raises(RecipeError, match=f"Source 'web': .*{why}"):
        collect(section(tmp_path, LINES, **changes), work=make_work("collect"))
