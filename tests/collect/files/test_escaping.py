"""Names that are not UTF-8: valid Unicode, no two alike, and back."""

import os

from hypothesis import given
from hypothesis import strategies as st

from emma.collect.files.escaping import escaped, unescaped

names = st.one_of(st.binary(min_size=1, max_size=20), st.text("\ufffdE9a\xe9ไ", max_size=9).map(str.encode))


def test_escaping() -> None:
    assert escaped(os.fsdecode(b"f\xfcr.txt")) == "f\ufffdFCr.txt"
    assert escaped("für.txt") == "für.txt" and escaped("a\ufffdFC") == "a\ufffd\ufffdFC"


@given(names)
def test_any_name_is_text_and_comes_back(name: bytes) -> None:
    found = escaped(os.fsdecode(name))
    assert found.encode("utf-8").decode("utf-8") == found
    assert os.fsencode(unescaped(found)) == name


@given(names, names)
def test_two_names_are_never_spelled_alike(one: bytes, two: bytes) -> None:
    assert (escaped(os.fsdecode(one)) == escaped(os.fsdecode(two))) == (one == two)
