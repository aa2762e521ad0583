"""JSON Lines and JSON: the keys of the source, pairs, and what is in place of a text."""

import json

import pytest

from emma.collect.records import RawDocument, Reject
from tests.collect.given import kinds, outcomes, pairs, read, rows, units


def test_jsonl_with_the_keys_of_the_source() -> None:
    content = "\ufeff" + '{"t": "ጤና", "l": "am"}\n\n{"t": "x", "l": null}\n'
    found = read("jsonl", content, fields={"text": "t", "lang": "l"})
    assert found == [RawDocument(1, "ጤና", "am"), RawDocument(3, "x", "")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"text": 5}', "'text' is a number, not a text"),
        ('{"text": false}', "'text' is true or false, not a text"),
        ('{"text": {}, "lang": "am"}', "'text' is an object, not a text"),
        ('{"text": "ጤና", "lang": ["a"]}', "'lang' is a list, not a text"),
        ('{"text": "ጤና", "lang": 0.5}', "'lang' is a number, not a text"),
    ],
)
def test_jsonl_says_what_is_in_place_of_a_text(line: str, reason: str) -> None:
    (found,) = read("jsonl", line)
    assert isinstance(found, Reject) and found.reason == f"wrong type: {reason}"


def test_jsonl_names_the_side_of_a_pair_that_is_missing() -> None:
    (found,) = read("jsonl", '{"text": "a"}', fields={"text2": "b"})
    assert isinstance(found, Reject) and found.reason == "missing field: no text under 'b' (keys here: text)"


def test_jsonl_where_the_source_knows_the_language() -> None:
    assert read("jsonl", '{"text": "ጤና", "lang": 3}', lang="amh") == [RawDocument(1, "ጤና", "")]


def test_jsonl_pairs() -> None:
    fields = {"text": "src", "lang": "a", "text2": "tgt", "lang2": "b"}
    (found,) = read("jsonl", '{"src": "s", "a": "gd", "tgt": "t", "b": "en"}', fields=fields)
    assert found == RawDocument(1, "s", "gd", "t", "en")


def test_one_bad_line_does_not_end_the_file() -> None:
    lines = [
        b'{"text": "one", "lang": "am"}',
        b'{"text": "broken',
        b'{"text": "\xff", "lang": "am"}',
        b'{"text": null, "lang": "am"}',
        b"[1]",
        b'{"text": "' + b"x" * 200_000 + b'"}',
        b'{"text": "\\ud800", "lang": "am"}',
        b'{"text": "last", "lang": "am"}',
    ]
    found = read("jsonl", b"\n".join(lines))
    assert rows(found) == list(range(1, 9))
    assert outcomes(found) == [
        "one",
        "broken JSON",
        "invalid UTF-8",
        "missing field",
        "missing field",
        "row too long",
        "\ufffd",
        "last",
    ]
    bad = found[3]
    assert isinstance(bad, Reject) and "keys here: lang, text" in bad.reason and bad.raw == lines[3]


@pytest.mark.parametrize("content", ['[\n{"text": "a"},\n{"text": "b"}\n]', '\ufeff{\n "text": 1\n}', "[1]"])
def test_one_json_value_is_no_lines_of_them(content: str) -> None:
    found = [each for each in read("jsonl", content) if isinstance(each, Reject)]
    assert found and all("use the reader 'json'" in each.reason for each in found)


def test_records_inside_one_value() -> None:
    data = {
        "data": [{"paragraphs": [{"context": "a", "qas": [{"question": "b?"}]}]}, {"paragraphs": [{"context": "c"}]}]
    }
    found = read(
        "json", json.dumps(data), fields={"text": ["context", "qas.question"]}, options={"records": "data.paragraphs"}
    )
    assert units(found) == [("", "a\nb?"), ("", "c")]
    assert kinds(read("json", "[1]")) == ["missing field"]
    assert kinds(read("json", "[")) == ["broken JSON"]


def test_a_language_that_only_the_recipe_knows() -> None:
    row = json.dumps({"iso639p3": "cmn", "text": "shū", "translation": "the book"})
    fields = {"text": "text", "lang": "iso639p3", "text2": "translation"}
    assert pairs(read("jsonl", row, fields=fields, lang2="eng_Latn")) == [("cmn", "shū", "", "the book")]
