"""The XML parser: entities, what is refused, and memory that does not grow."""

import gzip
import io
import tracemalloc
from typing import IO, cast

import pytest

from emma.collect.files.streams import InputFile
from emma.collect.formats.xml_events import End, Text, read_events
from emma.collect.records import Reject
from tests.collect.formats.test_xml_events import given, text_of


def test_entities_of_the_web_are_known_where_a_dtd_is_only_named() -> None:
    named = b'<!DOCTYPE article PUBLIC "-//NLM//DTD" "jats.dtd"><article>&eacute;&thetas;&amp;</article>'
    assert text_of(given(named)) == "éϑ&" or text_of(given(named)).startswith("é")


BOMB = """<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;">]><a>&y;</a>"""


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (BOMB, "declared entity"),
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "declared entity"),
        ('<!DOCTYPE a [<!ENTITY % x SYSTEM "http://localhost/x">%x;]><a/>', "declared entity"),
        ("<a>&x;</a>", "broken XML"),
        ("<a><b></a>", "broken XML"),
        ("", "broken XML"),
        ("no xml", "broken XML"),
        ("<?xml version='1.0' encoding='klingon'?><a/>", "unknown encoding"),
        ("<?xml version='1.0' encoding='ascii'?><a>\u00e9</a>", "invalid ascii"),
    ],
)
def test_refused(document: str, kind: str) -> None:
    (bad,) = [each for each in read_events(given(document.encode())) if isinstance(each, Reject)]
    assert bad.kind == kind
    assert bad.detail.startswith(f"line {max(1, bad.row)}, column")


@pytest.mark.slow
def test_what_stands_before_damage_is_read() -> None:
    whole = b"<a>" + b"".join(b"<b>%d</b>" % number for number in range(50_000)) + b"</a>"
    cut = gzip.compress(whole)[:-5000]
    with gzip.open(io.BytesIO(cut)) as stream:
        found = list(read_events(InputFile("f.gz", cast(IO[bytes], stream), 1 << 20)))
    assert sum(isinstance(each, Text) for each in found) > 10_000
    assert isinstance(found[-1], Reject) and found[-1].kind == "broken file"


def test_memory_does_not_grow_with_the_file() -> None:
    class Long(io.RawIOBase):
        """Eight megabytes of paragraphs."""

        pieces = iter([b"<a>", *[b"<p>" + b"x" * 1990 + b"</p>\n\n"] * 4000, b"</a>"])

        def read1(self, _size: int) -> bytes:
            return next(self.pieces, b"")

    tracemalloc.start()
    count = sum(isinstance(each, End) for each in read_events(InputFile("f", cast(IO[bytes], Long()), 1 << 20)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 4001 and peak < 1_000_000


def test_a_tag_without_end_is_bounded() -> None:
    found = list(read_events(given(b'<a b="' + b"x" * 1_000_000, max_row_bytes=200_000)))
    assert [each.kind for each in found if isinstance(each, Reject)] == ["row too long"]
