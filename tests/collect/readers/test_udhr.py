"""The Universal Declaration of Human Rights: its sections and its language."""

import pytest

from emma.collect.records import RawDocument
from tests.collect.given import code_of, read

UDHR = """<?xml version="1.0" encoding="UTF-8"?>
<udhr iso639-3="{iso}" xml:lang="{lang}" iso15924="{script}" xmlns="http://efele.net/udhr">
 <title>All</title><note><para>not this</para></note>
 <preamble><title>Pre</title><para>ana\n   beta</para></preamble>
 <article number="1"><title>1</title><para>x</para>
  <orderedlist><listitem><para>y<sup>z</sup></para></listitem></orderedlist></article>
</udhr>"""


def test_udhr() -> None:
    found = read("udhr", UDHR.format(iso="abk", lang="ab", script="Cyrl"))
    assert found == [RawDocument(1, "Pre\nana beta", "ab-Cyrl"), RawDocument(2, "1\nx\nyz", "ab-Cyrl")]


@pytest.mark.parametrize(
    ("iso", "lang", "script", "code"),
    [
        ("hau", "ha-NE", "Latn", "ha-Latn-NE"),
        ("mon", "mn-Mong", "Mong", "mn-Mong"),
        ("deu", "de-1901", "Latn", "de-Latn-1901"),
        ("quz", "und", "Latn", "quz-Latn"),
        ("und", "und", "Deva", "und-Deva"),
    ],
)
def test_udhr_language(iso: str, lang: str, script: str, code: str) -> None:
    assert code_of(read("udhr", UDHR.format(iso=iso, lang=lang, script=script))) == {code}
