"""One bad record costs one record: each sort of damage, at the first, a middle and the last place of a file.

The readers of XML and of archives; those of rows and messages are in `test_one_bad_row.py`.
"""

import gzip
import importlib.util
import io
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import zstandard

from emma.collect.readers.registry import BUILT_IN
from emma.collect.records import RawDocument, Reject
from tests.collect.given import read
from tests.collect.readers.test_web import archive, html
from tests.conftest import TEXTS

N = 5
PLACES = (0, 2, N - 1)
WORDS = [f"{number} {text}" for number, text in zip(range(N), TEXTS.values(), strict=False)]
SMALL = 60_000
"""`max_row_bytes` in these tests."""


@dataclass(frozen=True)
class Format:
    """How a file of a format is made: what stands before, around and after the text of a record."""

    head: str
    record: str
    tail: str
    name: str = "file.xml"


FORMATS: dict[str, Format] = {
    "android": Format("<resources>", "<string name='a'>{}</string>", "</resources>", "values-am/strings.xml"),
    "ces": Format(
        "<cesDoc><cesHeader><langUsage><language iso639='amh'/></langUsage></cesHeader><text><body><div type='book'>",
        "<div type='chapter'><seg>{}</seg></div>\n",
        "</div></body></text></cesDoc>",
    ),
    "jats": Format("<articles>", "<article xml:lang='am'><body><p>{}</p></body></article>\n", "</articles>"),
    "mediawiki_dump": Format(
        "<mediawiki xml:lang='am'><siteinfo><base>http://a/b</base></siteinfo>\n",
        "<page><title>T</title><ns>0</ns><revision><text>{}</text></revision></page>\n",
        "</mediawiki>",
    ),
    "osis": Format(
        "<osis><osisText xml:lang='am'><div type='book'>",
        "<chapter><verse>{}</verse></chapter>\n",
        "</div></osisText></osis>",
    ),
    "tei": Format(
        "<TEI xml:lang='am'><teiHeader><title>T</title></teiHeader><text><body>",
        "<div><head>{}</head><p>x</p></div>\n",
        "</body></text></TEI>",
    ),
    "tmx": Format(
        "<tmx><header srclang='am'/><body>",
        "<tu><tuv xml:lang='am'><seg>{}</seg></tuv><tuv xml:lang='sw'><seg>b</seg></tuv></tu>",
        "</body></tmx>",
    ),
    "udhr": Format("<udhr xml:lang='am'>", "<article><para>{}</para></article>\n", "</udhr>"),
    "usfx": Format("<usfx><book id='MAT'>", "<c id='1'/><p><v id='1'/>{}<ve/></p>\n", "</book></usfx>", "am.usfx.xml"),
}

IN_TEXT: dict[str, bytes] = {
    "a reference to a control character": b"&#x1F;",
    "a control character": b"\x01",
    "NUL": b"\0",
    "an ampersand": b" a & b",
    "an ampersand before letters": b" a &b c",
    "a less-than": b" 3 < 4",
    "a less-than before letters": b" a <b c",
    "a byte that is not UTF-8": b"\xff",
    "half a character": "ጤ".encode()[:2],
    "half a surrogate pair": b"\xed\xa0\x80",
    "U+FFFE": "\ufffe".encode(),
    "an entity that is not declared": b"&nbsp;",
    "an element that is not closed": b"<i>",
    "an end tag without its start": b"</i>",
    "elements that overlap": b"<i><b>x</i></b>",
    "a comment that is not closed": b"<!-- x",
    "a comment with dashes": b"<!-- a -- b -->",
    "a CDATA section that is not closed": b"<![CDATA[ x",
    "an instruction that is not closed": b"<?x y",
    "an attribute without quotes": b"<i a=b>x</i>",
    "an attribute twice": b"<i a='1' a='2'>x</i>",
    "an ampersand in an attribute": b"<i a='b&c'>x</i>",
    "a less-than in an attribute": b"<i a='<'>x</i>",
    "an attribute that is not closed": b"<i a='b>x</i>",
    "a tag that is not closed": b"<i a='b' ",
    "elements that are nested too deeply": b"<i>" * 400 + b"x" + b"</i>" * 400,
    "too much text": b"x" * (SMALL + 1),
}
"""What stands after a text."""


def with_broken_start(record: bytes) -> bytes:
    end = record.index(b">")
    return record[:end].rstrip(b"/") + b" &" + b"/" * (record[end - 1 : end] == b"/") + record[end:]


def without_end(record: bytes) -> bytes:
    return record[: record.rindex(b"</")]


def with_wrong_end(record: bytes) -> bytes:
    return without_end(record) + b"</wrong>"


def with_malformed_end(record: bytes) -> bytes:
    return record.rstrip()[:-1] + b" &>"


OF_RECORD: dict[str, Callable[[bytes], bytes]] = {
    "a start tag that is broken": with_broken_start,
    "a record that is not closed": without_end,
    "another end tag": with_wrong_end,
    "an end tag that is broken": with_malformed_end,
}


def made(form: Format, records: list[bytes]) -> bytes:
    return form.head.encode() + b"".join(records) + form.tail.encode()


def records(form: Format) -> list[bytes]:
    return [form.record.format(text).encode() for text in WORDS]


def found(reader: str, data: bytes) -> tuple[list[str], list[Reject]]:
    """The words that were read, and what was rejected."""
    every = read(reader, data, FORMATS[reader].name if reader in FORMATS else "file", max_row_bytes=SMALL)
    texts = [each.text.removesuffix("\nx").removeprefix("T\n\n") for each in every if isinstance(each, RawDocument)]
    return texts, [each for each in every if isinstance(each, Reject)]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("damage", IN_TEXT)
@pytest.mark.parametrize("reader", FORMATS)
def test_damage_in_a_text_costs_its_record(reader: str, damage: str, place: int) -> None:
    form = FORMATS[reader]
    whole = records(form)
    whole[place] = whole[place].replace(WORDS[place].encode(), WORDS[place].encode() + IN_TEXT[damage])
    texts, rejects = found(reader, made(form, whole))
    assert texts == WORDS[:place] + WORDS[place + 1 :]
    assert [(each.units, each.unread) for each in rejects] == [(1, 0)]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("damage", OF_RECORD)
@pytest.mark.parametrize("reader", FORMATS)
def test_damage_of_a_record_costs_at_most_that_record(reader: str, damage: str, place: int) -> None:
    form = FORMATS[reader]
    whole = records(form)
    whole[place] = OF_RECORD[damage](whole[place])
    texts, rejects = found(reader, made(form, whole))
    assert texts in (WORDS[:place] + WORDS[place + 1 :], WORDS)
    assert [(each.units, each.unread) for each in rejects] == [(1, 0)]


@pytest.mark.parametrize("reader", FORMATS)
def test_a_file_that_is_whole_has_no_rejects(reader: str) -> None:
    assert found(reader, made(FORMATS[reader], records(FORMATS[reader]))) == (WORDS, [])


# Chapters of books: a file each, or a member of an EPUB

CHAPTER = "<html xmlns='http://www.w3.org/1999/xhtml' xml:lang='am'><body><p>{}</p></body></html>"
PACKAGE = """<package xmlns='http://www.idpf.org/2007/opf' xmlns:dc='http://purl.org/dc/elements/1.1/'><metadata>
<dc:language>am</dc:language></metadata><manifest>{}</manifest><spine>{}</spine></package>"""
CONTAINER = """<container><rootfiles>
<rootfile full-path='O/p.opf' media-type='application/oebps-package+xml'/></rootfiles></container>"""

ITEM = "<item id='c{0}' href='c%20{0}.xhtml' media-type='application/xhtml+xml'/>"


def epub(chapters: list[bytes], item: Callable[[int], str] | None = None, **members: bytes) -> bytes:
    out = io.BytesIO()
    place = item or (
        lambda number: f"<item id='c{number}' href='c%20{number}.xhtml' media-type='application/xhtml+xml'/>"
    )
    package = PACKAGE.format("".join(map(place, range(N))), "".join(f"<itemref idref='c{at}'/>" for at in range(N)))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        packed.writestr("META-INF/container.xml", CONTAINER)
        packed.writestr("O/p.opf", package)
        for number, chapter in enumerate(chapters):
            packed.writestr(f"O/c {number}.xhtml", chapter)
        for name, content in members.items():
            packed.writestr(f"META-INF/{name}.xml", content)
    return out.getvalue()


def chapters() -> list[bytes]:
    return [CHAPTER.format(text).encode() for text in WORDS]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("damage", [each for each in IN_TEXT if "entity" not in each])
def test_a_broken_chapter_of_a_book(damage: str, place: int) -> None:
    whole = chapters()
    whole[place] = whole[place].replace(b"</p>", IN_TEXT[damage] + b"</p>")
    texts, rejects = found("epub", epub(whole))
    assert texts == WORDS[:place] + WORDS[place + 1 :]
    assert [(each.units, each.unread, each.row) for each in rejects] == [(1, 0, place + 1)]
    alone, told = found("xhtml", whole[place])
    assert (alone, [each.kind for each in told]) == ([], [each.kind for each in rejects])


def without_member(data: bytes, place: int) -> bytes:
    return data.replace(f"O/c {place}.xhtml".encode(), f"O/x {place}.xhtml".encode())


def with_flipped_bit(data: bytes, place: int) -> bytes:
    at = data.index(f"O/c {place}.xhtml".encode()) + 30
    return data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :]


def with_unknown_method(data: bytes, place: int) -> bytes:
    name = f"O/c {place}.xhtml".encode()
    at = data.rindex(name) - 46 + 10
    return data[:at] + b"\x63\0" + data[at + 2 :]


def with_password(data: bytes, place: int) -> bytes:
    name = f"O/c {place}.xhtml".encode()
    for at in (data.index(name) - 30 + 6, data.rindex(name) - 46 + 8):
        data = data[:at] + b"\x01\0" + data[at + 2 :]
    return data


OF_ZIP = {
    "no such member": without_member,
    "a bit flipped": with_flipped_bit,
    "an unknown method": with_unknown_method,
    "a password": with_password,
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("damage", OF_ZIP)
def test_a_broken_member_of_a_book(damage: str, place: int) -> None:
    texts, rejects = found("epub", OF_ZIP[damage](epub(chapters()), place))
    assert texts == WORDS[:place] + WORDS[place + 1 :]
    assert [(each.units, each.unread, each.row) for each in rejects] == [(1, 0, place + 1)]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("damage", ["not in the manifest", "of another type", "encrypted"])
def test_a_chapter_that_is_none(damage: str, place: int) -> None:
    def item(number: int) -> str:
        if number == place and damage == "not in the manifest":
            return ""
        is_other = number == place and damage == "of another type"
        return ITEM.format(number).replace("application/xhtml", "image/svg" if is_other else "application/xhtml")

    cipher = f"<encryption><EncryptedData><CipherReference URI='O/c%20{place}.xhtml'/></EncryptedData></encryption>"
    protected = {"encryption": cipher.encode(), "rights": b"<rights/>"} if damage == "encrypted" else {}
    texts, rejects = found("epub", epub(chapters(), item, **protected))
    assert texts == WORDS[:place] + WORDS[place + 1 :]
    assert [(each.units, each.unread, each.row) for each in rejects] == [(1, 0, place + 1)]
    assert ("Adobe ADEPT" in rejects[0].detail) == (damage == "encrypted")


# Web archives

HEADERS = {"plain": {}, "gzip": {"Content-Encoding": "gzip"}, "deflate": {"Content-Encoding": "deflate"}}
CHUNKED = {"Transfer-Encoding": "chunked"}
BODIES: dict[str, tuple[bytes, dict[str, str]]] = {
    "gzip that is none": (b"\x1f\x8b\x08nonsense\xff\xfe", {"Content-Encoding": "gzip"}),
    "gzip that is cut": (gzip.compress(html("x" * 500))[:-20], {"Content-Encoding": "gzip"}),
    "gzip whose checksum is wrong": (gzip.compress(html("x"))[:-8] + b"12345678", {"Content-Encoding": "gzip"}),
    "deflate that is cut": (zlib.compress(html("x" * 500))[:-20], {"Content-Encoding": "deflate"}),
    "brotli that is none": (b"\xff\xff\xff\xff", {"Content-Encoding": "br"}),
    "brotli that is cut": (b"\x0b\x00\x80a", {"Content-Encoding": "br"}),
    "a compression that nobody knows": (b"\xff\xff", {"Content-Encoding": "compress"}),
    "zstd that is none": (b"\xff\xff", {"Content-Encoding": "zstd"}),
    "zstd that is cut": (zstandard.compress(html("x" * 500))[:-20], {"Content-Encoding": "zstd"}),
    "a chunk that is cut": (b"50\r\n" + html("x")[:40], CHUNKED),
    "a chunk that is longer than it says": (b"10\r\n" + html("x") + b"\r\n0\r\n\r\n", CHUNKED),
    "a chunk without size": (b"3\r\nabc\r\nxyz\r\nabc\r\n0\r\n\r\n", CHUNKED),
    "a page without text": (b"<html></html>", {}),
    "another type": (b"\x89PNG", {"Content-Type": "image/png"}),
    "a page that is too long": (html("x" * SMALL), {}),
}


def responses() -> list[tuple[str, bytes, dict[str, str]]]:
    return [(f"http://{number}/", html(text), {}) for number, text in enumerate(WORDS)]


def pages(data: bytes) -> tuple[list[str], list[Reject]]:
    texts, rejects = found("warc", data)
    return [text.split("\n")[0] for text in texts], rejects


@pytest.mark.parametrize("gz", [False, True])
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("damage", BODIES)
def test_a_page_that_is_broken(damage: str, place: int, gz: bool) -> None:
    whole = responses()
    whole[place] = (f"http://{place}/", *BODIES[damage])
    texts, rejects = pages(archive(*whole, gz=gz))
    assert texts == WORDS[:place] + WORDS[place + 1 :]
    assert [(each.units, each.unread) for each in rejects] == [(1, 0)]
    assert f"http://{place}/" in rejects[0].detail


def changed_length(by: int) -> Callable[[bytes, int], bytes]:
    def change(record: bytes, _place: int) -> bytes:
        begin = record.rindex(b"Content-Length: ", 0, record.index(b"\r\n\r\n")) + 16
        end = record.index(b"\r\n", begin)
        return record[:begin] + str(int(record[begin:end]) + by).encode() + record[end:]

    return change


def replaced(old: bytes, new: bytes) -> Callable[[bytes, int], bytes]:
    return lambda record, _place: record.replace(old, new, 1)


OF_WARC: dict[str, Callable[[bytes, int], bytes]] = {
    "a length that is too short": changed_length(-30),
    "a length that is a little too long": changed_length(30),
    "a length that takes in others": changed_length(3000),
    "a length that takes in all": changed_length(40_000),
    "a length that is no number": replaced(b"Content-Length: ", b"Content-Length: x"),
    "no length": replaced(b"Content-Length: ", b"Content-Lengt: "),
    "no version": replaced(b"WARC/1.0", b"WAXX/1.0"),
    "a header that is cut": lambda record, _place: record[:30] + record[record.index(b"<!doctype") :],
    "a type that nobody knows": replaced(b"WARC-Type: response", b"WARC-Type: respxnse"),
    "no address": replaced(b"WARC-Target-URI", b"WARC-Target-URX"),
    "a digest that is wrong": replaced(b"<main>", b"<mein>"),
    "a digest of no kind": replaced(b"sha1:", b"sha\xff:"),
    "half of a record": lambda record, _place: record[: len(record) // 2],
    "other bytes": lambda record, _place: b"\0\xff\x1f\x8b\x08 " * 200,
}


def records_of(data: bytes) -> list[bytes]:
    parts = data.split(b"WARC/1.0\r\n")[1:]
    return [b"WARC/1.0\r\n" + part for part in parts]


def place_of(record: int) -> int:
    """Where the response is: after `warcinfo`, and requests between."""
    return 1 + 2 * record


@pytest.mark.parametrize("gz", [False, True])
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("damage", OF_WARC)
def test_a_record_that_is_broken(damage: str, place: int, gz: bool) -> None:
    whole = records_of(archive(*responses()))
    whole[place_of(place)] = OF_WARC[damage](whole[place_of(place)], place)
    texts, rejects = pages(b"".join(gzip.compress(each) if gz else each for each in whole))
    assert texts == WORDS[:place] + WORDS[place + 1 :]
    assert [each.units for each in rejects] == [1]
    assert rejects[0].unread == 0 or (damage, place) == ("other bytes", N - 1), "there nothing begins any more"


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("at", [0, 3, 40, -3])
def test_a_gzip_member_that_is_broken(at: int, place: int) -> None:
    members = [gzip.compress(each) for each in records_of(archive(*responses()))]
    broken = bytearray(members[place_of(place)])
    broken[at] ^= 255
    members[place_of(place)] = bytes(broken)
    texts, rejects = pages(b"".join(members))
    assert texts == WORDS[:place] + WORDS[place + 1 :]
    assert [each.units for each in rejects] == [1] and rejects[0].unread < len(broken) + len(members[-1])


def test_one_gzip_member_for_all_records_says_what_is_not_read() -> None:
    data = bytearray(gzip.compress(archive(*responses()), mtime=0))
    data[len(data) // 2] ^= 255
    texts, rejects = pages(bytes(data))
    assert texts == WORDS[: len(texts)] and len(texts) < N
    assert [each.kind for each in rejects] == ["broken file"] and rejects[0].unread


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("damage", ["a header", "a length", "a page"])
def test_a_record_of_arc(damage: str, place: int) -> None:
    def record(number: int, text: str) -> bytes:
        body = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + html(text)
        head = f"http://{number}/ 1.2.3.4 20140216050221 text/html {len(body)}\n".encode()
        if number == place:
            head = head.replace(b" 20140216050221", b"") if damage == "a header" else head
            head = head.replace(b" text/html ", b" text/html 9") if damage == "a length" else head
            body = body.replace(b"200 OK", b"404 No") if damage == "a page" else body
        return head + body + b"\n"

    head = b"filedesc://x.arc 127.0.0.1 20140216050221 text/plain 75\n1 0 LiveWeb Capture\n"
    head += b"URL IP-address Archive-date Content-type Archive-length\n\n"
    texts, rejects = pages(head + b"".join(map(record, range(N), WORDS)))
    assert texts == WORDS[:place] + WORDS[place + 1 :]
    assert [each.units for each in rejects] == [1]
    assert rejects[0].unread == 0 or (damage, place) == ("a header", N - 1)


READERS = [*FORMATS, "epub", "warc", "xhtml"]


def test_every_reader_is_covered() -> None:
    other = "tests.collect.readers.test_one_bad_row"
    if importlib.util.find_spec(other) is None:
        pytest.skip("the readers of rows are tested elsewhere")
    assert {*READERS, *importlib.import_module(other).READERS} == set(BUILT_IN)
