"""What holds for many readers: every script, broken XML, files that are too large, real files."""

import unicodedata
from pathlib import Path

import pytest

from emma.collect.files.compression import decompress
from emma.collect.readers.registry import BUILT_IN
from emma.collect.records import RawDocument, Reject
from emma.collect.text.clean import repair_text
from tests.collect.given import DATA, kinds, needs_data, read, units
from tests.conftest import TEXTS


@pytest.mark.parametrize("reader", ["udhr", "ces"])
@pytest.mark.parametrize("content", ["<a><b></a>", "", "no xml", b"\xff\xfe\x00"])
def test_broken_xml(reader: str, content: str | bytes) -> None:
    (found,) = read(reader, content)
    assert isinstance(found, Reject) and found.kind == "broken XML" and found.detail


WHOLE = ["gettext", "topics", "docstrings", "code", "mediawiki_json", "storybook"]


@pytest.mark.parametrize("reader", WHOLE)
def test_a_file_too_large_to_read_whole(reader: str) -> None:
    (found,) = read(reader, b"x" * 200_000)
    assert isinstance(found, Reject) and (found.row, found.kind) == (0, "row too long")


def test_every_reader_is_covered() -> None:
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parents[1].rglob("test_*.py"))
    assert [name for name in BUILT_IN if f'"{name}"' not in tests] == []


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
