"""Encodings: what bytes say of theirs, and a stream in another one."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emma.collect.text.encodings import (
    SAMPLE_BYTES,
    Encoding,
    UnknownEncoding,
    detect_encoding,
    is_wide,
    recode_to_utf8,
)
from emma.lang.language import Lang
from tests.conftest import TEXTS


@pytest.mark.parametrize("label", TEXTS)
@pytest.mark.parametrize(
    ("encoding", "name"), [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("utf-32", "utf-32")]
)
def test_unicode_is_known_not_guessed(label: str, encoding: str, name: str) -> None:
    assert detect_encoding(TEXTS[label].encode(encoding)) == Encoding(name)


def test_a_sample_may_end_inside_a_character() -> None:
    for end in range(3, 8):
        assert detect_encoding("ไทย".encode()[:end]) == Encoding("utf-8")
    assert detect_encoding(b"a" * (SAMPLE_BYTES - 1) + "ไทย".encode()[:1]) == Encoding("utf-8")
    assert detect_encoding(b"") == Encoding("utf-8")


RUSSIAN = "Все люди рождаются свободными и равными в своем достоинстве и правах. Они наделены разумом и совестью. "


@pytest.mark.parametrize("encoding", ["cp1251", "koi8_r"])
def test_older_encodings_are_guessed(encoding: str) -> None:
    found = detect_encoding((RUSSIAN * 5).encode(encoding))
    assert (
        isinstance(found, Encoding)
        and found.guessed
        and (RUSSIAN * 5).encode(encoding).decode(found.name) == RUSSIAN * 5
    )


@pytest.mark.slow
@given(st.text(), st.sampled_from(["utf-16", "utf-16-be", "utf-32", "gb18030"]))
def test_a_stream_in_another_encoding(text: str, encoding: str) -> None:
    text = text.encode("utf-8", "ignore").decode()
    stream = recode_to_utf8(io.BytesIO(text.encode(encoding)), encoding)
    assert stream.read() == text.encode()


def test_a_stream_longer_than_a_piece() -> None:
    text = "ไทย\n" * SAMPLE_BYTES
    assert recode_to_utf8(io.BytesIO(text.encode("utf-16")), "utf-16").read() == text.encode()


def test_a_stream_that_breaks() -> None:
    stream = recode_to_utf8(io.BytesIO("ab".encode("utf-16") + b"x"), "utf-16")
    with pytest.raises(OSError, match="truncated"):
        stream.read()


def test_wide() -> None:
    assert [is_wide(each) for each in (None, "utf-8", "utf-16", "utf_16_le", "utf-32-be")] == [False] * 2 + [True] * 3


@pytest.mark.parametrize("label", TEXTS)
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_encodings_without_a_mark(label: str, encoding: str) -> None:
    lang = Lang.parse(label)
    for lines in (1, 20):
        found = detect_encoding((f"{TEXTS[label]}\n" * lines).encode(encoding), lang)
        assert found == Encoding(encoding, guessed=True), (label, encoding, lines)


@pytest.mark.parametrize("label", TEXTS)
def test_text_is_not_taken_for_a_wide_encoding(label: str) -> None:
    for end in range(400, 440):
        assert detect_encoding((TEXTS[label] * 20).encode()[:end], Lang.parse(label)) == Encoding("utf-8")


def test_what_is_no_text_is_unknown() -> None:
    noise = bytes(number * 89 % 256 for number in range(4000))
    for lang in (None, Lang("swh", "Latn"), Lang("rus", "Cyrl"), Lang("cmn", "Hans")):
        found = detect_encoding(noise, lang)
        assert isinstance(found, UnknownEncoding) and "control" in found.reason


def test_what_cannot_be_decided_says_what_was_weighed() -> None:
    found = detect_encoding("Xyz é".encode("cp1252"), Lang("arn", "Latn"))
    assert isinstance(found, UnknownEncoding) and "arn_Latn" in found.reason


def test_a_damaged_line_of_utf8_does_not_make_it_something_else() -> None:
    data = "Está à espera.\n".encode() * 50 + b"Est\xe1 \xe0 espera.\n"
    assert detect_encoding(data, Lang("por", "Latn")) == Encoding("utf-8")


@pytest.mark.parametrize("encoding", ["iso2022_jp", "iso2022_kr"])
def test_escapes_to_other_alphabets(encoding: str) -> None:
    text = {"iso2022_jp": "雨が降り始めた。\n", "iso2022_kr": "비가 오기 시작했다\n"}[encoding]
    found = detect_encoding(text.encode(encoding), None)
    assert isinstance(found, Encoding) and text.encode(encoding).decode(found.name) == text
    assert detect_encoding(b"\x1b[1mbold\x1b[0m", None) == Encoding("utf-8")
