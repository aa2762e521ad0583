"""Web pages and web archives."""

import gzip
import io
from typing import IO, cast

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile
from emma.collect.readers.registry import find_reader
from emma.collect.records import RawDocument, Reject
from tests.collect.formats.test_pages import PAGE, html
from tests.collect.given import DATA, kinds, needs_data, read, units
from tests.conftest import TEXTS

WARC, WIKI = DATA / "web" / "warc", DATA / "web" / "wikidump"


POLISH = "Dzieci codziennie rano chodzą do szkoły. Mama gotuje obiad, a tata pije świeżą kawę. "


RUSSIAN = "Дети каждый день ходят в школу. Мама готовит обед дома, а папа читает газету в саду. "


SERBIAN = "Свако дете је рођено слободно, а мајка га воли. Њихова браћа уче ћирилицу и пију џус код куће. "


TURKISH = "Çocuklar her gün okula gidiyor. Annem öğle yemeği pişiriyor, babam bahçede. Işık şimdi söndü. "


GERMAN = "Die Kinder gehen täglich zur Schule. Die Mutter kocht für alle, der Vater hört draußen Vögel. "


@pytest.mark.parametrize(
    ("lang", "label", "text", "encoding", "repair"),
    [
        ("ru", "iso-8859-1", RUSSIAN, "cp1251", "read as cp1251, not as cp1252 as it says"),
        ("ru", "utf-8", RUSSIAN, "cp1251", "read as cp1251"),
        ("ru", "iso-8859-1", RUSSIAN, "koi8-r", "read as koi8-r, not as cp1252 as it says"),
        ("ru", "koi8-r", RUSSIAN, "koi8-r", None),
        ("pl", "", POLISH, "iso8859-2", "read as iso8859-2"),
        ("pl", "windows-1252", POLISH, "iso8859-2", "read as iso8859-2, not as cp1252 as it says"),
        ("tr", "iso-8859-1", TURKISH, "iso8859-9", "read as cp1254, not as cp1252 as it says"),
        ("de", "iso-8859-1", GERMAN, "cp1252", None),
        ("sr", "iso-8859-1", SERBIAN, "cp1251", "read as cp1251, not as cp1252 as it says"),  # it has what cp1252 lacks
        ("en", "windows-1251", RUSSIAN, "cp1251", None),  # the language is wrong, not the label
        ("en", "iso-8859-1", RUSSIAN, "cp1251", "read as cp1251, not as cp1252 as it says"),  # both are wrong
        ("en", "iso-8859-1", GERMAN, "cp1252", None),
    ],
)
def test_the_language_of_a_page_is_a_witness_against_its_label(
    lang: str, label: str, text: str, encoding: str, repair: str | None
) -> None:
    meta = f'<meta charset="{label}">' if label else ""
    html = f"<!DOCTYPE html><html lang={lang}><head>{meta}</head><body><article><p>{text * 4}<p>{text * 4}</article>"
    (found,) = read("html", html.encode(encoding))
    assert isinstance(found, RawDocument) and found.repair == repair and text.strip() in found.text


def test_a_byte_that_the_label_lacks_does_not_refute_it() -> None:
    html = f"<html lang=de><head><meta charset=iso-8859-1></head><body><article><p>{GERMAN * 4}</article>"
    (found,) = read("html", html.encode("cp1252").replace(b"Vater", b"Vate\x81r", 1))
    assert isinstance(found, RawDocument) and found.repair is None and "Vate\ufffdr hört draußen" in found.text


def test_a_page_whose_encoding_cannot_be_told() -> None:
    (found,) = read("html", b"<html lang=rus><body><p>\xe9t\xe9 d\x8fj\xe0 \x81 la</p>" * 9)
    assert isinstance(found, Reject) and found.kind == "unknown encoding" and "rus_Cyrl" in found.detail


def test_html_files() -> None:
    content = PAGE.format(lang="zh", charset="gb2312", text=TEXTS["zho_Hans"]).encode("gb18030")
    (found,) = read("html", content)
    assert isinstance(found, RawDocument) and (found.code, found.alone) == ("zh", True)
    assert found.text.startswith(TEXTS["zho_Hans"]) and "Menu" not in found.text
    (whole,) = read("html", content, options={"main_content": False})
    assert isinstance(whole, RawDocument) and "Menu" in whole.text and "no()" not in whole.text
    assert kinds(read("html", "<html><script>x</script>")) == ["no main text"]


class Writer(WARCWriter):  # type: ignore[misc]
    """Writes the same bytes every time."""

    def curr_warc_date(self) -> str:
        return "2024-01-01T00:00:00Z"

    def _make_warc_id(self) -> str:
        return "<urn:uuid:00000000-0000-0000-0000-000000000000>"


def archive(*responses: tuple[str, bytes, dict[str, str]], gz: bool = False) -> bytes:
    """A WARC file: what a crawler writes before, and the responses with their requests."""
    out = io.BytesIO()
    writer = Writer(out, gzip=gz)
    writer.write_record(writer.create_warcinfo_record("x.warc", {"software": "test"}))
    for url, body, headers in responses:
        values = {"Content-Type": "text/html", **headers}
        status = StatusAndHeaders(values.pop("status", "200 OK"), list(values.items()), protocol="HTTP/1.1")
        writer.write_record(writer.create_warc_record(url, "response", payload=io.BytesIO(body), http_headers=status))
        request = StatusAndHeaders("GET / HTTP/1.1", [], is_http_request=True)
        writer.write_record(writer.create_warc_record(url, "request", http_headers=request))
    return out.getvalue()


CHUNKED = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (html("ጤና")[:100], html("ጤና")[100:])) + b"0\r\n\r\n"


@pytest.mark.parametrize("gz", [False, True])
def test_warc(gz: bool) -> None:
    responses = [
        ("http://a/", html("ሰላም"), {}),
        ("http://b/", gzip.compress(html("ጤና")), {"Content-Encoding": "gzip"}),
        ("http://c/", CHUNKED, {"Transfer-Encoding": "chunked"}),
        ("http://d/", html("Привіт").decode().encode("cp1251"), {"Content-Type": "text/html; Charset=windows-1251"}),
        ("http://e/", b"\x89PNG", {"Content-Type": "image/png"}),
        ("http://f/", html("no"), {"status": "404 Not Found"}),
        ("http://g/", "ᱥᱟᱱᱛᱟᱲᱤ".encode(), {"Content-Type": "text/plain"}),
        ("http://h/", b"\x0b\x05", {"Content-Encoding": "compress"}),
        ("http://i/", b"<html></html>", {}),
    ]
    found = read("warc", archive(*responses, gz=gz), "x.warc")
    assert [each.url for each in found if isinstance(each, RawDocument)] == [f"http://{name}/" for name in "abcdg"]
    assert [text.split("\n")[0] for _, text in units(found)] == ["ሰላም", "ጤና", "ጤና", "Привіт", "ᱥᱟᱱᱛᱟᱲᱤ"]
    assert [each.row for each in found] == [2, 4, 6, 8, 10, 12, 14, 16, 18], "a row is a record"
    assert [each.reason for each in found if isinstance(each, Reject)] == [
        "no page: type 'image/png', http://e/",
        "no page: status 404, http://f/",
        "no page: compressed as 'compress', http://h/",
        "no main text: http://i/",
    ]


def test_a_page_whose_type_nobody_states() -> None:
    found = read(
        "warc", archive(("http://a/", html("ሰላም"), {"Content-Type": ""}), ("http://b/", b"x", {"Content-Type": ""}))
    )
    assert isinstance(found[0], RawDocument) and found[0].text.startswith("ሰላም")
    assert isinstance(found[1], Reject) and found[1].reason == "no page: type '', http://b/"


def test_texts_of_wet_files() -> None:
    out = io.BytesIO()
    writer = Writer(out, gzip=False)
    told = {"WARC-Identified-Content-Language": "amh,eng"}
    record = writer.create_warc_record(
        "http://a/", "conversion", payload=io.BytesIO("ጤና\nሰላም".encode()), warc_content_type="text/plain",
        warc_headers_dict=told,
    )  # fmt: skip
    writer.write_record(record)
    assert read("warc", out.getvalue()) == [RawDocument(1, "ጤና\nሰላም", "amh", alone=True, url="http://a/")]


@pytest.mark.parametrize("gz", [False, True])
def test_an_archive_that_breaks_off_says_so_and_keeps_what_stands_before(gz: bool) -> None:
    one, two = ("http://a/", html("ሰላም"), {}), ("http://b/", html("ጤና"), {})
    whole, first = archive(one, two, gz=gz), len(archive(one, gz=gz))
    for end in range(10, len(whole), 41):
        found = read("warc", whole[:end], "x.warc")
        between = whole[end:].startswith(b"\x1f\x8b") if gz else whole[:end].endswith(b"\r\n\r\n")
        assert set(kinds(found)) <= {"broken record", "broken file"}
        assert kinds(found) or between, f"cut at {end}, which is inside a record"
        assert len(units(found)) >= (end >= first), f"cut at {end}, behind the first page"


def test_a_record_whose_bytes_changed_is_rejected_and_the_rest_is_read() -> None:
    whole = archive(("http://a/", html("ሰላም"), {}), ("http://b/", html("ጤና"), {}))
    found = read("warc", whole.replace("ሰላም".encode(), "ሰላሰ".encode()))
    assert (kinds(found), [each.url for each in found if isinstance(each, RawDocument)]) == (
        ["broken record"],
        ["http://b/"],
    )
    assert isinstance(found[0], Reject) and found[0].detail.startswith("at byte ") and b"<main>" in found[0].raw


def test_any_number_of_empty_lines_between_records() -> None:
    one, two = (archive((f"http://{name}/", html("ሰላም"), {})) for name in "ab")
    found = read("warc", b"\r\n" * 10_000 + one + b"\n" * 9_999 + two + b"\r\n" * 5_000)
    assert (kinds(found), [each.url for each in found if isinstance(each, RawDocument)]) == (
        [],
        ["http://a/", "http://b/"],
    )


@pytest.mark.parametrize("content", [b"", b"no archive", b"WARC/1.0\r\n", b"\x1f\x8b\x00\x00"])
def test_what_is_no_archive(content: bytes) -> None:
    found = read("warc", content)
    assert units(found) == [] and (kinds(found) or not content)


def test_an_archive_whose_compression_is_broken() -> None:
    values = {"name": "s", "reader": "warc", "path": "f", "licence": "CC0-1.0"}
    with gzip.open(io.BytesIO(b"\x1f\x8b\x00\x00 not gzip at all")) as stream:
        file = InputFile("x.warc.gz", cast(IO[bytes], stream), 1000)
        (found,) = find_reader(source := SourceConfig.model_validate(values)).read(file, source)
    assert isinstance(found, Reject) and found.kind == "broken file"


def test_a_page_that_is_too_long_leaves_the_rest() -> None:
    whole = archive(("http://a/", html("ሰላም" * 5000), {}), ("http://b/", html("ጤና"), {}))
    found = read("warc", whole, max_row_bytes=10_000)
    assert (kinds(found), len(units(found))) == (["row too long"], 1)


ARC = b"""filedesc://x.arc.gz 127.0.0.1 20140216050221 text/plain 75
1 0 LiveWeb Capture
URL IP-address Archive-date Content-type Archive-length

http://a/ 1.2.3.4 20140216050221 text/html %d
"""


def test_arc() -> None:
    response = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + html("ሰላም")
    (found,) = read("warc", ARC % len(response) + response + b"\n", "x.arc")
    assert isinstance(found, RawDocument) and (found.url, found.code) == ("http://a/", "am")
    (cut,) = read("warc", ARC % len(response) + response[:-50])
    assert isinstance(cut, Reject) and cut.kind == "broken record"


@needs_data
@pytest.mark.parametrize(
    ("name", "pages", "bad"),
    [
        ("example.warc", 1, ["no page"]),
        ("example.warc.gz", 1, ["no page"]),
        ("example.arc", 1, []),
        ("example.arc.gz", 1, []),
        ("example-iana.org-chunked.warc", 1, []),
        ("example-bad.warc.gz.bad", 1, ["no page", "no page"]),  # one gzip member for all records
        ("example-trunc.warc", 0, ["broken record"]),  # a length that is two bytes short
    ],
)
def test_real_archives(name: str, pages: int, bad: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    found = read("warc", (WARC / name).read_bytes(), name)
    assert (len(units(found)), kinds(found)) == (pages, bad)
    assert capfd.readouterr().err == ""
