"""From records to documents: fields inside records, and what is no text."""

import json

import pytest

from emma.collect.records import RawDocument, Reject
from tests.collect.given import read, units

RECORD = {
    "meta": {"lang": "sw", "ids": [1, 2]},
    "a.b": "with a dot",
    "title": "Kichwa",
    "paragraphs": [{"text": "moja"}, {"text": None}, {"text": "mbili"}],
    "empty": [],
}


@pytest.mark.parametrize(
    ("fields", "text", "code"),
    [
        ({"text": "title", "lang": "meta.lang"}, "Kichwa", "sw"),
        ({"text": "a.b"}, "with a dot", ""),
        ({"text": "paragraphs.text"}, "moja\nmbili", ""),
        ({"text": ("title", "paragraphs.text"), "lang": "meta.lang"}, "Kichwa\nmoja\nmbili", "sw"),
    ],
)
def test_fields_inside_records(fields: dict[str, object], text: str, code: str) -> None:
    assert units(read("jsonl", json.dumps(RECORD), fields=fields)) == [(code, text)]


@pytest.mark.parametrize(
    ("field", "kind"),
    [("meta", "wrong type"), ("meta.ids", "wrong type"), ("empty", "missing field"), ("title.more", "missing field")],
)
def test_fields_that_are_no_text(field: str, kind: str) -> None:
    (bad,) = read("jsonl", json.dumps(RECORD), fields={"text": field})
    assert isinstance(bad, Reject) and bad.kind == kind and f"'{field}'" in bad.detail


def test_the_address_of_a_text() -> None:
    (unit,) = read("jsonl", '{"text": "a", "lang": "sw", "link": "https://x"}', fields={"url": "link"})
    assert isinstance(unit, RawDocument) and unit.url == "https://x"
