"""Tables as text: quotes, delimiters, rows that do not fit."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emma.collect.records import RawDocument, Reject
from tests.collect.given import kinds, opened, read, units
from tests.conftest import TEXTS

SIB = "index_id\tcategory\ttext\n" + "".join(f'{row}\t"x\t{text}\n' for row, text in enumerate(TEXTS.values()))


def test_tabs_in_every_script_and_quotes_that_are_none() -> None:
    found = read("csv", SIB, "sib/swh_Latn/test.tsv.gz")
    assert [each.text for each in found if isinstance(each, RawDocument)] == list(TEXTS.values())
    assert [each.row for each in found] == list(range(2, len(TEXTS) + 2))


def test_quotes_and_lines_inside_cells() -> None:
    found = read("csv", 'lang,text\r\nsw,"a ""b""\nc, d"\r\n\r\nam,ሰላም\r\n')
    assert units(found) == [("sw", 'a "b"\nc, d'), ("am", "ሰላም")]
    assert [each.row for each in found] == [2, 5]


cells = st.text(st.characters(blacklist_characters="\r\n\x00\ufeff", blacklist_categories=("Cs",)), min_size=1)


@settings(deadline=None)
@given(st.lists(st.tuples(cells, cells), min_size=1), st.sampled_from([",", ";", "\t"]))
def test_whatever_python_writes_is_read(rows: list[tuple[str, str]], delimiter: str) -> None:
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter).writerows([("lang", "text"), *rows])
    found = read("csv", written.getvalue(), options={"delimiter": delimiter, "quotes": True})
    assert units(found) == rows


@pytest.mark.parametrize("first", ["sep=;\r\n", '\ufeff"sep=;"\n', "SEP=;\n"])
def test_a_line_before_the_header_states_the_delimiter(first: str) -> None:
    found = read("csv", f'{first}text;lang\n"a;b";sw\nሰላም, አለም;am\n')
    assert found == [RawDocument(3, "a;b", "sw"), RawDocument(4, "ሰላም, አለም", "am")]


def test_columns_without_names() -> None:
    assert units(read("csv", "text, lang\nkitabu,sw\n")) == [("sw", "kitabu")], (
        "a column's name has no spaces around it"
    )
    found = read("csv", "soma\t3\nkitabu\t4\n", "mgsm_sw.tsv", fields={"text": "1"}, options={"header": False})
    assert [(each.row, each.text) for each in found if isinstance(each, RawDocument)] == [(1, "soma"), (2, "kitabu")]


def test_rows_that_do_not_fit() -> None:
    found = read("csv", 'text,lang\na\nb,sw\nc,sw,more\n"d" e,sw\nf,sw\n"g,sw')
    assert kinds(found) == ["ragged row", "ragged row", "broken CSV", "broken CSV"]
    assert units(found) == [("sw", "b"), ("sw", "f")]
    bad = [each for each in found if isinstance(each, Reject)]
    assert (bad[0].row, bad[0].raw, bad[0].detail) == (2, b"a", "1 cells under 2 columns")
    assert (bad[3].row, bad[3].raw) == (7, b'"g,sw')


def test_a_line_that_is_no_text_costs_one_row() -> None:
    found = read("csv", b"text,lang\n\xff,sw\nb,sw\n")
    assert kinds(found) == ["invalid UTF-8"] and units(found) == [("sw", "b")]


def test_a_cell_that_is_too_long() -> None:
    found = read("csv", "text,lang\n" + "x" * 200 + ",sw\nb,sw\n", max_row_bytes=100)
    assert kinds(found) == ["row too long"] and units(found) == [("sw", "b")]


def test_a_column_that_is_not_there() -> None:
    (bad,) = read("csv", "body,lang\na,sw\n")
    assert isinstance(bad, Reject) and bad.kind == "missing column"
    assert "no column 'text'" in bad.detail and "body, lang" in bad.detail


@pytest.mark.parametrize(("line", "between"), [("Nr;Text", ";"), ("Nr\tText", "\t"), ("Nr|Text|x", "|")])
def test_cells_between_something_else(line: str, between: str) -> None:
    (bad,) = read("csv", f"{line}\n1{between}neno\n", fields={"text": "Text"})
    assert isinstance(bad, Reject) and bad.detail.endswith(
        f"set `fields` of the source, or its option `delimiter` to {between!r}"
    )
    (bad,) = read("csv", "Nr\nneno\n", fields={"text": "Text"})
    assert isinstance(bad, Reject) and bad.detail.endswith("set `fields` of the source")


def test_another_encoding_is_named_as_what_it_may_be() -> None:
    (bad,) = read("csv", b"text\n\xe4\xe5\n")
    assert isinstance(bad, Reject) and bad.detail.endswith("set `encoding` of the source")


def test_other_encodings_are_declared() -> None:
    found = read("csv", "text,lang\nسلام,fa\n".encode("cp1256"), encoding="cp1256")
    assert kinds(found) == ["invalid UTF-8"], "given to the reader by hand, the file does not know its encoding"
    found = opened("csv", {"f.csv": "text,lang\nسلام,fa\n".encode("cp1256")}, encoding="cp1256")
    assert units(found) == [("fa", "سلام")]
    assert units(opened("jsonl", {"f": '{"text": "سلام", "lang": "fa"}'.encode("utf-16")}, encoding="utf-16")) == [
        ("fa", "سلام")
    ]
