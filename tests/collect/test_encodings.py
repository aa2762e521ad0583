"""Encodings: what bytes say of theirs, and a stream in another one."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emma.collect.encodings import SAMPLE, Encoding, as_utf8, detected, is_wide
from tests.conftest import TEXTS


@pytest.mark.parametrize("label", TEXTS)
@pytest.mark.parametrize(
    ("encoding", "name"), [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("utf-32", "utf-32")]
)
def test_unicode_is_known_not_guessed(label: str, encoding: str, name: str) -> None:
    assert detected(TEXTS[label].encode(encoding)) == Encoding(name)


def test_a_sample_may_end_inside_a_character() -> None:
    for end in range(1, 8):
        assert detected("ไทย".encode()[:end]) == Encoding("utf-8")
    assert detected(b"") == Encoding("utf-8")


RUSSIAN = "Все люди рождаются свободными и равными в своем достоинстве и правах. Они наделены разумом и совестью. "


@pytest.mark.parametrize("encoding", ["cp1251", "koi8_r"])
def test_older_encodings_are_guessed(encoding: str) -> None:
    found = detected((RUSSIAN * 5).encode(encoding))
    assert found is not None and found.guessed and (RUSSIAN * 5).encode(encoding).decode(found.name) == RUSSIAN * 5


@given(st.text(), st.sampled_from(["utf-16", "utf-16-be", "utf-32", "gb18030"]))
def test_a_stream_in_another_encoding(text: str, encoding: str) -> None:
    text = text.encode("utf-8", "ignore").decode()
    stream = as_utf8(io.BytesIO(text.encode(encoding)), encoding)
    assert stream.read() == text.encode()


def test_a_stream_longer_than_a_piece() -> None:
    text = "ไทย\n" * SAMPLE
    assert as_utf8(io.BytesIO(text.encode("utf-16")), "utf-16").read() == text.encode()


def test_a_stream_that_breaks() -> None:
    stream = as_utf8(io.BytesIO("ab".encode("utf-16") + b"x"), "utf-16")
    with pytest.raises(OSError, match="truncated"):
        stream.read()


def test_wide() -> None:
    assert [is_wide(each) for each in (None, "utf-8", "utf-16", "utf_16_le", "utf-32-be")] == [False] * 2 + [True] * 3
