"""JSON as people write it, against Python's own cursor and that of records that are whole."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emma.collect.formats.json_text import (
    BrokenJSON,
    DuplicateKey,
    DuplicateScan,
    JsonCursor,
    count_values,
    find_records,
    parse_json,
)
from emma.collect.formats.record import iterate_values
from emma.collect.records import RawDocument, Reject
from tests.collect.given import kinds, read, units
from tests.conftest import TEXTS

words = st.sampled_from([*TEXTS.values(), "", 'a"b\\', "\u2028", "😀"])
numbers = st.integers(-(2**40), 2**40) | st.floats(allow_nan=False, allow_infinity=False)
anything = st.recursive(
    st.none() | st.booleans() | numbers | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "a.b"]), inner, max_size=3),
)


@given(anything, st.booleans(), st.sampled_from([None, 1]))
def test_what_python_writes_is_read(value: Any, ascii_only: bool, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    assert parse_json(text.encode(), DuplicateScan(["a", "b"])) == JsonCursor(text).read_value() == value
    assert count_values(text + text) == 2 or not isinstance(value, dict | list | str)


@given(anything, st.sampled_from([(), ("a",), ("b", "a")]), st.sampled_from([None, 1]))
def test_records_are_those_of_the_whole_value(value: Any, path: tuple[str, ...], indent: int | None) -> None:
    found = list(find_records(JsonCursor(json.dumps(value, indent=indent)), list(path)))
    assert all(json.loads(raw) == record for record, raw in found)
    if "a.b" not in str(value):  # read in the order of the file here, the key with a dot alone there
        key = ".".join(path)
        assert [each for each, _ in found] == list(iterate_values(value, key))


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ('{"text": "a", "score": NaN}', "a"),
        ('{"text": "a", "x": [Infinity, -Infinity, 1e999]}', "a"),
        ('{"text": "cut \\ud83d", "lang": "sw"}', "cut \ufffd"),
        ('{"text": "turned \\ude00\\ud83d whole \\ud83d\\ude00 \\\\ud83d"}', "turned \ufffd\ufffd whole 😀 \\ud83d"),
        ('{"text": "a", "meta": {"title": "\\uDC80"}}', "a"),
        ('{"text": "a", "id": ' + "9" * 5000 + "}", "a"),
        ('{"text": "a", "id": 1, "id": 2}', "a"),
        ('{"text": "a", "meta": {"text": "b"}}', "a"),
    ],
)
@pytest.mark.parametrize("reader", ["jsonl", "json"])
def test_what_is_elsewhere_in_the_record_costs_nothing(reader: str, written: str, text: str) -> None:
    assert [found for _, found in units(read(reader, written))] == [text]


def test_a_text_that_is_no_number_is_missing() -> None:
    assert kinds(read("jsonl", '{"text": NaN, "lang": "sw"}')) == ["missing field"]
    assert units(read("jsonl", '{"text": "a", "lang": NaN}', "sw.jsonl")) == [("", "a")]


def test_utf16_with_a_mark() -> None:
    assert units(read("json", '[{"text": "ሰላም", "lang": "am"}]'.encode("utf-16"))) == [("am", "ሰላም")]


@pytest.mark.parametrize(
    ("written", "fields"),
    [
        ('{"text": "a", "text": "b"}', {}),
        ('{"text": "a", "lang": "sw", "lang": "th"}', {}),
        ('{"t": {"x": "a"}, "t": {"x": "b"}}', {"text": "t.x"}),
        ('{"t": [{"x": "a", "x": "b"}]}', {"text": "t.x"}),
        ('{"\\u0646\\u0635": "a", "نص": "b"}', {"text": "نص"}),
    ],
)
@pytest.mark.parametrize("reader", ["jsonl", "json"])
def test_a_key_twice_is_told_where_it_is_read(reader: str, written: str, fields: dict[str, str]) -> None:
    assert kinds(read(reader, written, fields=fields)) == ["key twice"]


@pytest.mark.parametrize("reader", ["jsonl", "json", "messages_json", "mediawiki_json"])
@pytest.mark.parametrize("depth", [150, 300, 900, 1020, 100_000])
@pytest.mark.parametrize("brackets", ["[]", ('{"text":', "}")])
def test_depth_is_a_reject_at_most(reader: str, depth: int, brackets: tuple[str, str]) -> None:
    opening, closing = brackets
    found = read(reader, '{"text":' + opening * depth + '"a"' + closing * depth + "}", max_row_bytes=2_000_000)
    assert len(found) == 1 and (isinstance(found[0], Reject) or found[0].text == "a")


def test_records_before_the_damage_are_kept_and_the_rest_is_told() -> None:
    written = '[{"text": "a"}, {"text": "ខ"},\n {"text": "c" "lang": "sw"}, {"text": "d"}]'
    *found, bad = read("json", written)
    assert units(found) == [("", "a"), ("", "ខ")]
    assert isinstance(bad, Reject) and (bad.row, bad.kind) == (3, "broken JSON")
    assert bad.raw == written[written.index('{"text": "c"') :].encode() and bad.unread == len(bad.raw)


@pytest.mark.parametrize("reader", ["json", "messages_json", "mediawiki_json"])
def test_bytes_that_are_no_text_cost_their_record(reader: str) -> None:
    parts = [b'{"text": "a"}', b'{"text": "\xff"}', b'{"text": "c"}']
    content = b"[" + b",".join(parts) + b"]" if reader == "json" else b'{"x": "a", "y": "\xff", "z": "c"}'
    found = read(reader, content)
    assert [each.text if isinstance(each, RawDocument) else each.kind for each in found] == ["a", "invalid UTF-8", "c"]


@pytest.mark.parametrize("reader", ["messages_json", "mediawiki_json"])
def test_a_message_twice_is_one_reject(reader: str) -> None:
    found = read(reader, '{"a": "moja", "b": "mbili", "a": "tatu"}')
    assert kinds(found) == ["key twice"] and [text for _, text in units(found)] == ["moja", "mbili"]
    assert kinds(read("messages_json", '{"a": {"b": "x"}, "a.b": "y", "a": {"b": "z", "c": "w"}}')) == ["key twice"]


def test_two_records_on_a_line_are_counted() -> None:
    (bad,) = read("jsonl", '{"text": "a"}{"text": "b"} {"text": ')
    assert isinstance(bad, Reject) and (bad.kind, bad.units) == ("broken JSON", 3)


def test_a_key_that_is_asked_for_in_vain() -> None:
    assert isinstance(parse_json(b'{"a": 1, "a": 2}', DuplicateScan(["a"]))["a"], DuplicateKey)
    assert math.isinf(parse_json(b"1e999"))
    with pytest.raises(BrokenJSON, match="extra data"):
        parse_json(b"{} {}")
