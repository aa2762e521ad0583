"""The bytes of XML files as UTF-8, in any encoding, and bytes that are pushed back."""

import pytest

from emma.collect.formats.xml_bytes import CHUNK_BYTES, Utf8Stream
from emma.collect.formats.xml_events import read_events
from emma.collect.records import Reject
from tests.collect.formats.test_xml_events import given, text_of
from tests.collect.formats.test_xml_recovery import memory, read_on
from tests.conftest import TEXTS


@pytest.mark.parametrize("label", TEXTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_encodings(label: str, encoding: str) -> None:
    declared = "utf-8" if encoding == "utf-8-sig" else encoding
    document = f"<?xml version='1.0' encoding='{declared}'?>\n<a>{TEXTS[label]}</a>"
    assert text_of(given(document.encode(encoding))) == TEXTS[label]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [("windows-1251", "Привіт"), ("gb18030", TEXTS["zho_Hans"]), ("big5", "尊嚴"), ("tis-620", "ไทย")],
)
def test_other_encodings_that_are_declared(encoding: str, text: str) -> None:
    document = f'<?xml version="1.0" encoding="{encoding}"?><a>{text}</a>'
    assert text_of(given(document.encode(encoding))) == text


def test_the_source_may_know_better() -> None:
    file = given("<?xml version='1.0' encoding='utf-8'?><a>Привіт</a>".encode("cp1251"))
    file.encoding = "cp1251"
    assert text_of(file) == "Привіт"


def test_bytes_that_are_not_what_is_declared() -> None:
    found = list(read_events(given(b"<?xml version='1.0' encoding='big5'?><a>\xff\xff</a>")))
    assert [each.kind for each in found if isinstance(each, Reject)] == ["invalid big5"]


def test_a_declaration_of_utf_16_in_utf_8_is_wrong() -> None:
    assert read_on(given(memory("ሀ", head="<?xml version='1.0' encoding='utf-16'?>").encode())) == (["ሀ"], [])


def test_what_is_read_again_comes_in_pieces() -> None:
    """A section that is never closed is given back whole: each fault in it may cost a piece, and not all of it."""
    pieces = Utf8Stream(given(b"end"))
    again = bytes(range(256)) * (5 * CHUNK_BYTES // 256) + b"last"
    pieces.push_back(again)
    found = [*iter(pieces.read, b"")]
    assert b"".join(found) == again + b"end" and max(map(len, found)) == CHUNK_BYTES
