"""XML as events, and the elements that are left out of them."""

import io

from emma.collect.files.streams import InputFile
from emma.collect.formats.xml_events import End, Start, Text, read_events, skip_elements


def given(data: bytes, max_row_bytes: int = 1 << 20) -> InputFile:
    return InputFile("f", io.BytesIO(data), max_row_bytes)


def text_of(file: InputFile) -> str:
    return "".join(each.text for each in read_events(file) if isinstance(each, Text))


def test_events_without_prefixes() -> None:
    found = list(
        read_events(given(b'<?xml version="1.0"?><!-- c --><x:a xml:lang="am"><b n="1"/>t<![CDATA[<]]></x:a>'))
    )
    assert found == [Start("a", {"xml:lang": "am"}), Start("b", {"n": "1"}), End("b"), Text("t"), Text("<"), End("a")]


def test_without_leaves_whole_elements_out() -> None:
    found = skip_elements(
        read_events(given(b"<a>1<n>2<b>3</b><n>4</n></n>5<n/>6</a>")), lambda start: start.name == "n"
    )
    assert "".join(each.text for each in found if isinstance(each, Text)) == "156"
