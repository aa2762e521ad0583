"""A small valid file for every reader, and every way in which it may be packed: what mutations start from."""

import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from tests.conftest import TEXTS

ENGLISH, YORUBA, ARABIC, HINDI = (TEXTS[each] for each in ("eng_Latn", "yor_Latn", "arb_Arab", "hin_Deva"))
PAGE = f"""<!doctype html><html lang="yo"><head><meta charset="utf-8"><title>T</title></head><body>
<nav><a href="/">x</a></nav><main><h1>Ìkéde</h1><p>{YORUBA}</p><p>{YORUBA} <b>{YORUBA}</b></p><ul><li>{YORUBA}</li></ul>
</main></body></html>"""
WIKITEXT = f"'''Yorùbá''' {{{{lang|fr|mot}}}} [[Èdè|èdè]] {YORUBA}<ref>x</ref>\n\n== Ìtàn ==\n{YORUBA}\n{{|\n| a\n|}}\n"


@dataclass(frozen=True)
class Form:
    """A file as a reader takes it."""

    name: str
    reader: str
    file: str
    content: bytes
    source: Mapping[str, Any] = field(default_factory=dict)
    """What else the recipe says of it."""
    pack: Callable[[bytes], bytes] = bytes
    """How `content` lies in the file: compressed, in an archive, or as it is."""
    beside: Mapping[str, bytes] = field(default_factory=dict)
    """Files that belong to it."""


def _text(text: str) -> bytes:
    return text.encode()


def _table() -> pa.Table:
    rows = [{"text": f"{YORUBA} {number}", "lang": "yor_Latn"} for number in range(20)]
    return pa.Table.from_pylist(rows)


def _parquet() -> bytes:
    sink = io.BytesIO()
    pq.write_table(_table(), sink)
    return sink.getvalue()


def _arrow() -> bytes:
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, _table().schema) as writer:
        writer.write_table(_table())
    return sink.getvalue()


def _warc() -> bytes:
    body = _text(f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{PAGE}")
    head = "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://x/{}\r\nWARC-Date: 2026-01-01T00:00:00Z\r\n"
    head += "WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-00000000000{}>\r\n"
    head += f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(body)}\r\n\r\n"
    return b"".join(_text(head.format(number, number)) + body + b"\r\n\r\n" for number in range(3))


PO = 'msgid ""\nmsgstr ""\n"Language: yo\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
PO += "".join(f'msgid "One {number}"\nmsgstr "{YORUBA} {number}"\n\n' for number in range(5))
PYTHON = f'"""{ENGLISH}"""\n\n\ndef f(x):\n    """{ENGLISH} Twice."""\n    return {{"a": [x, (1, 2)]}}\n'
DUMP = (
    """<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" xml:lang="yo"><siteinfo><dbname>yowiki</dbname>
<base>https://yo.wikipedia.org/wiki/X</base></siteinfo>"""
    + "".join(
        f"<page><title>T{number}</title><ns>0</ns><id>{number}</id><revision><model>wikitext</model><text>{{}}</text>"
        "</revision></page>"
        for number in range(3)
    ).replace("{}", WIKITEXT.replace("<", "&lt;"))
    + "</mediawiki>"
)
UDHR = f"""<udhr xmlns="http://www.unhchr.ch/udhr" iso639-3="yor" iso15924="Latn" xml:lang="yo"><preamble>
<title>Ì</title><para>{YORUBA}</para></preamble>
<article number="1"><title>A</title><para>{YORUBA}</para></article></udhr>"""
CES = f"""<cesDoc><cesHeader><profileDesc><langUsage><language iso639="yor">Y</language></langUsage></profileDesc>
</cesHeader><text><body><div type="book"><div type="chapter"><seg>{YORUBA}</seg><seg>{YORUBA}</seg></div></div></body>
</text></cesDoc>"""
TMX = f"""<tmx version="1.4"><header srclang="en"/><body>{
    "".join(
        f'<tu><tuv xml:lang="en"><seg>{ENGLISH} {number}</seg></tuv><tuv xml:lang="yo"><seg>{YORUBA}</seg></tuv></tu>'
        for number in range(5)
    )
}</body></tmx>"""
ANDROID = f"""<resources><string name="a">{YORUBA}</string><plurals name="b"><item quantity="one">{YORUBA}</item>
</plurals><string-array name="c"><item>{YORUBA} %1$s</item></string-array></resources>"""
CONLLU = "".join(
    f"# sent_id = {n}\n# text = {YORUBA}\n1\tGbogbo\tgbogbo\tDET\t_\t_\t0\troot\t_\t_\n\n" for n in range(4)
)
MARKDOWN = f"---\ntitle: x\nlang: yo\n---\n\n# {YORUBA}\n\n{YORUBA}\n\n- {YORUBA}\n\n```\ncode\n```\n\nLicense: CC0\n"
STORY = f"# Ìtàn\n\n##\n{YORUBA}\n\n##\n{YORUBA}\n\n##\n* License: [CC-BY]\n* Text: A B\n* Language: yo\n"
RECORDS = [{"text": f"{YORUBA} {number}", "lang": "yor_Latn"} for number in range(10)]
CSV = "text,lang\n" + "".join(f'"{YORUBA} {number}",yor_Latn\n' for number in range(10))

CHAPTER = f"""<html xmlns="http://www.w3.org/1999/xhtml"><body><section>
<h1>Ì</h1><p>{YORUBA} <i>x</i></p></section></body></html>"""
CONTAINER = (
    b'<container><rootfiles><rootfile full-path="b.opf" media-type="application/oebps-package+xml"/></rootfiles>'
    b"</container>"
)
PACKAGE = (
    b'<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:language>yo</dc:language></metadata><manifest>'
    b'<item id="c" href="c.xhtml" media-type="application/xhtml+xml"/></manifest>'
    b'<spine><itemref idref="c"/></spine></package>'
)

LANG = {"lang": "yor_Latn"}
PLAIN = [
    Form("android", "android", "values-yo/strings.xml", _text(ANDROID)),
    Form("ces", "ces", "Yoruba.xml", _text(CES)),
    Form("code", "code", "a.py", _text(PYTHON)),
    Form("conllu", "conllu", "yo_ytb-ud-test.conllu", _text(CONLLU)),
    Form("csv", "csv", "a.csv", _text(CSV)),
    Form("tsv", "csv", "a.tsv", _text(CSV.replace(",", "\t")), {"options": {"delimiter": "\t", "quotes": False}}),
    Form("docstrings", "docstrings", "a.py", _text(PYTHON)),
    Form("gettext", "gettext", "yo/LC_MESSAGES/a.po", _text(PO)),
    Form("html", "html", "a.html", _text(PAGE)),
    Form("huggingface", "huggingface", "saved/data.arrow", _arrow(), {"path": ("in/saved", "good/saved")}, beside={
        "saved/state.json": b'{"_data_files": [{"filename": "data.arrow"}]}', "saved/dataset_info.json": b"{}"}),
    Form("jats", "jats", "a.xml", _text(
        f'<article xml:lang="yo"><front><article-meta><title-group><article-title>{YORUBA}</article-title>'
        f"</title-group></article-meta></front><body><sec><p>{YORUBA} <xref>1</xref></p></sec></body></article>")),
    Form("json", "json", "a.json", json.dumps({"d": [{"p": RECORDS}]}).encode(), {"options": {"records": "d.p"}}),
    Form("jsonl", "jsonl", "a.jsonl", "".join(json.dumps(each) + "\n" for each in RECORDS).encode()),
    Form("markdown", "markdown", "yo/a.md", _text(MARKDOWN)),
    Form("mediawiki_dump", "mediawiki_dump", "yowiki.xml", _text(DUMP)),
    Form("mediawiki_json", "mediawiki_json", "yo.json", json.dumps({"a": YORUBA, "b": f"$1 {YORUBA}"}).encode()),
    Form("messages_json", "messages_json", "yo.json", json.dumps({"yo": {"a": {"b": YORUBA}, "c": [YORUBA]}}).encode()),
    Form("moses", "moses", "a.en-yo.yo", _text(f"{YORUBA}\n" * 5), beside={"a.en-yo.en": _text(f"{ENGLISH}\n" * 5)}),
    Form("osis", "osis", "a.xml", _text(
        f"<osis><osisText xml:lang='yo'><div type='book'><chapter osisID='Matt.1'><verse osisID='Matt.1.1'>{YORUBA}"
        f"</verse><verse sID='2'/>{YORUBA}<note>x</note><verse eID='2'/></chapter></div></osisText></osis>")),
    Form("parquet", "parquet", "a.parquet", _parquet()),
    Form("storybook", "storybook", "yo/0001_a.md", _text(STORY)),
    Form("tei", "tei", "a.xml", _text(
        f'<TEI xml:lang="yo"><teiHeader><language ident="yo"/></teiHeader><text><body><div><head>Ì</head><p>{YORUBA}'
        f"<lb/>{YORUBA}</p></div></body></text></TEI>")),
    Form("text", "text", "yor_Latn.txt", _text(f"{YORUBA}\n\n" * 5)),
    Form("lines", "text", "yor_Latn.txt", _text(f"{YORUBA}\n" * 10), {"options": {"unit": "line"}}),
    Form("paragraphs", "text", "yor_Latn.txt", _text(f"{YORUBA}\n\n" * 10), {"options": {"unit": "paragraph"}}),
    Form("utf-16", "text", "arb_Arab.txt", f"{ARABIC}\n\n".encode("utf-16"), {"encoding": "utf-16"}),
    Form("cp1256", "text", "arb_Arab.txt", ("السلام عليكم ورحمة الله وبركاته\n" * 5).encode("cp1256")),
    Form("tmx", "tmx", "a.tmx", _text(TMX)),
    Form("topics", "topics", "topics.py", _text(f"topics = {{'a': {ENGLISH!r}, 'b': {ENGLISH * 2!r}}}\n")),
    Form("udhr", "udhr", "udhr_yor.xml", _text(UDHR)),
    Form("usfx", "usfx", "yor.usfx.xml", _text(
        f"<usfx><languageCode>yor</languageCode><book id='MAT'><c id='1'/><p><v id='1'/>{YORUBA}<ve/>"
        f"<v id='2'/>{HINDI}<f>x</f><ve/></p></book></usfx>")),
    Form("warc", "warc", "a.warc", _warc()),
    Form("xhtml", "xhtml", "a.xhtml", _text(
        f'<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="yo"><body><section><h1>Ì</h1><p>{YORUBA} <i>x</i></p>'
        "</section></body></html>")),
]  # fmt: skip


def _zip(content: bytes, name: str = "yor_Latn.txt") -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(zipfile.ZipInfo(name), content)
        packed.writestr(zipfile.ZipInfo("more/yor_Latn.txt"), content)
    return sink.getvalue()


def _tar(content: bytes, mode: str = "w") -> bytes:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode=mode) as packed:  # type: ignore[call-overload]
        for name in ("yor_Latn.txt", "more/yor_Latn.txt"):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            packed.addfile(info, io.BytesIO(content))
    return sink.getvalue()


def _moses_zip(content: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as packed:
        for lang in ("en", "yo"):
            packed.writestr(zipfile.ZipInfo(f"a.en-yo.{lang}"), content)
    return sink.getvalue()


def _book(chapter: bytes) -> bytes:
    sink = io.BytesIO()
    members = {
        "mimetype": b"application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "b.opf": PACKAGE,
        "c.xhtml": chapter,
    }
    with zipfile.ZipFile(sink, "w") as packed:
        for name, content in (members | {"c.xhtml": chapter}).items():
            packed.writestr(zipfile.ZipInfo(name), content)
    return sink.getvalue()


STORED: Mapping[str, Callable[[bytes], bytes]] = {
    "gz": lambda content: gzip.compress(content, mtime=0),
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstandard.compress,
}
ARCHIVES: Mapping[str, Callable[[bytes], bytes]] = {"zip": _zip, "tar": _tar, "tar.gz": lambda each: _tar(each, "w:gz")}


def _packed() -> Iterator[Form]:
    lines = _text(f"{YORUBA}\n" * 10)
    for suffix, pack in STORED.items():
        yield Form(f"text.{suffix}", "text", f"yor_Latn.txt.{suffix}", lines, pack=pack)
        yield Form(f"jsonl.{suffix}", "jsonl", f"a.jsonl.{suffix}", PLAIN[12].content, pack=pack)
    for suffix, pack in ARCHIVES.items():
        yield Form(f"{suffix}", "text", f"a.{suffix}", lines, {"member": "*.txt"}, pack)
    yield Form("tgz", "text", "a.TGZ", lines, {"member": "*.txt"}, ARCHIVES["tar.gz"])
    yield Form("epub", "epub", "a.epub", _text(CHAPTER), pack=_book)
    yield Form("moses.zip", "moses", "a.zip", lines, {"member": "*"}, _moses_zip)
    yield Form("warc.gz", "warc", "a.warc.gz", _warc(), pack=STORED["gz"])
    yield Form("dump.bz2", "mediawiki_dump", "yowiki.xml.bz2", _text(DUMP), pack=STORED["bz2"])


FORMS = {each.name: each for each in (*PLAIN, *_packed())}
"""Every form, by name."""
