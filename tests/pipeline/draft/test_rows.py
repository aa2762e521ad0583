"""First rows of tables and JSON that are cut anywhere."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emma.pipeline.draft.rows import BOOK_BYTES, _unit_of, has_header, parse_cut_json, read_json_lines, read_table

SENTENCES = "".join(f"{'Habari za leo, rafiki ' * (2 + n % 4)}{n}.\n" for n in range(40))
PAGE = "".join(f"{'neno ' * 12}neno{n:03} na\n" for n in range(40))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@given(value=st.lists(VALUES, min_size=2, max_size=5), data=st.data())
def test_cut_json_gives_a_beginning_of_the_list(value: list[object], data: st.DataObject) -> None:
    text = json.dumps(value, ensure_ascii=False)
    cut = parse_cut_json(text[: data.draw(st.integers(0, len(text)))])
    assert cut is None or (isinstance(cut, list) and cut[:-1] == value[: max(0, len(cut) - 1)])


def test_whole_json() -> None:
    assert parse_cut_json('{"a": [1, 2]}') == {"a": [1, 2]}
    assert parse_cut_json('{"a": [{"b": "x"}, {"b": "y') == {"a": [{"b": "x"}]}


def test_broken_lines_are_passed_over() -> None:
    assert read_json_lines('{"a": 1}\nx\n[2]\n{"b": 2}\n{"c": ') == [{"a": 1}, {"b": 2}]


def test_delimiters() -> None:
    assert read_table("a.csv", "id;text\n1;habari, rafiki\n2;siku, njema\n")[1] == ";"
    assert read_table("a.csv", "text,lang\nhabari,sw\n")[1] == ","
    assert read_table("a.txt", "habari\tsw\nsiku\tsw\n")[1] == "\t"
    assert read_table("a.csv", "sep=|\nid|text\n1|habari\n") == ([["id", "text"], ["1", "habari"]], "|")


def test_headers() -> None:
    assert has_header([["id", "text"], ["1", "Habari"]])
    assert has_header([["", "acehnese", "english"], ["0", "Neu", "Enjoy"]])  # as pandas writes it
    assert not has_header([["Janets Enten legen 16 Eier pro Tag.", "18"], ["Ein Kleid", "3"]])
    assert not has_header([["habari", "habari"], ["a", "b"]])


@pytest.mark.parametrize(
    ("text", "size", "unit"),
    [
        (SENTENCES, 4_000, "line"),
        ("\n".join(SENTENCES.splitlines()[:19]), 2_000, "document"),
        (PAGE, 4_000, "document"),
        (SENTENCES.replace("\n", "\n\n"), BOOK_BYTES - 1, "document"),
        (SENTENCES.replace("\n", "\n\n"), BOOK_BYTES, "paragraph"),
        ("ab\n" * 40, 120, "document"),
    ],
)
def test_what_a_document_is_in_plain_text(text: str, size: int, unit: str) -> None:
    assert _unit_of(text, size) == unit
