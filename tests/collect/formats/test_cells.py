"""Rows of tables as text: missing quotes, quotes of spreadsheets, columns given twice."""

import csv
import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emma.collect.config import SourceConfig
from emma.collect.files.compression import decompress
from emma.collect.files.streams import InputFile
from emma.collect.formats.cells import Dialect, TableLines, has_doubled_quotes, looks_quoted
from emma.collect.readers.registry import find_reader
from emma.collect.records import RawDocument, Reject
from tests.collect.given import kinds, read, units
from tests.conftest import TEXTS

GOOD = [f"{text} {row},sw" for row, text in enumerate(TEXTS.values())]


def rows_and_units(found: list[RawDocument | Reject]) -> int:
    return sum(each.units for each in found)


@pytest.mark.parametrize("place", [0, 3, len(GOOD)])
@pytest.mark.parametrize("ending", ["", '"quoted, fine",sw\nlast,sw\n', 'x,"sw"\n', '"of two\nlines",sw\n'])
def test_an_unclosed_quote_costs_one_row(place: int, ending: str) -> None:
    lines = [*GOOD[:place], '"never closed,sw', *GOOD[place:]]
    found = read("csv", "text,lang\n" + "\n".join(lines) + "\n" + ending)
    after = {"": [], "x": ["x"], '"q': ["quoted, fine", "last"], '"o': ["of two\nlines"]}[
        ending[: 1 if "x" in ending else 2]
    ]
    assert [text for _, text in units(found)] == [line.removesuffix(",sw") for line in GOOD] + after
    (bad,) = [each for each in found if isinstance(each, Reject)]
    assert (bad.row, bad.kind, bad.raw) == (place + 2, "broken CSV", b'"never closed,sw')


@pytest.mark.parametrize("between", [[], ["c,sw"], ["c,sw", "d,sw"]])
def test_a_quote_that_is_closed_inside_of_another_row_swallows_none(between: list[str]) -> None:
    found = read("csv", "\n".join(["text,lang", "a,sw", '"never closed,sw', *between, '5",sw', "e,sw"]))
    assert [text for _, text in units(found)] == ["a", *(line[0] for line in between), '5"', "e"]
    assert [(each.kind, each.row, each.units) for each in found if isinstance(each, Reject)] == [("broken CSV", 3, 1)]


def test_a_quote_in_the_last_column_that_is_closed_inside_of_another_row() -> None:
    found = read("csv", 'lang,text\nsw,"never closed\nsw,c\nsw,d\nsw,5"\nsw,e\n')
    assert [text for _, text in units(found)] == ["c", "d", '5"', "e"] and len(kinds(found)) == 1
    assert units(read("csv", 'lang,text\nsw,"one, two\nthree, four\nfive"\n')) == [
        ("sw", "one, two\nthree, four\nfive")
    ]


def test_a_cell_of_several_lines_with_commas_is_one() -> None:
    poem = "Nyota, njema\nhuonekana, asubuhi\nna mapema"
    assert units(read("csv", f'text,lang\n"{poem}",sw\n"{poem}, sw",sw\n')) == [("sw", poem), ("sw", f"{poem}, sw")]


def test_unclosed_quotes_everywhere_cost_a_row_each() -> None:
    found = read("csv", "text,lang\n" + '"open,sw\n' * 50 + "good,sw\n")
    assert kinds(found) == ["broken CSV"] * 50 and [text for _, text in units(found)] == ["good"]


@pytest.mark.parametrize("line", ['a","b', '"a","b', 'a,"b', '"",5","x', '"a""'])
def test_time_is_linear_whatever_quotes_there_are(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted, not timed: how often a line is given to the parser."""
    given_out, following = [], TableLines.__next__
    monkeypatch.setattr(TableLines, "__next__", lambda lines: given_out.append(1) or following(lines))
    found = read("csv", "text,lang\n" + f"{line}\n" * 3000, max_row_bytes=1000)
    assert rows_and_units(found) == 3000 and len(given_out) < 5 * 3000


def test_a_row_is_no_longer_than_allowed() -> None:
    found = read("csv", 'text,lang\n"' + 'a","b\n' * 100 + "good,sw\n", max_row_bytes=200)
    assert kinds(found)[0] == "row too long" and units(found)[-1] == ("sw", "good")
    assert rows_and_units(found) == 101


def test_a_byte_that_is_no_text_costs_its_row_of_several_lines() -> None:
    found = read("csv", b'text,lang\n"one\n\xff\nthree",sw\n"four\nfive",sw\n')
    assert kinds(found) == ["invalid UTF-8"] and units(found) == [("sw", "four\nfive")]
    assert isinstance(found[0], Reject) and found[0].raw == b'"one\n\xff\nthree",sw'


def test_a_row_of_several_lines_that_does_not_fit_counts_them() -> None:
    found = read("csv", 'text,lang\n"one\ntwo",sw,more\nthree,sw\n')
    assert [(each.kind, each.units) for each in found if isinstance(each, Reject)] == [("ragged row", 2)]


@pytest.mark.parametrize("header", ['"te"xt",lang', b"text,lang\xff"])
def test_a_broken_header_is_not_taken_from_the_rows(header: str | bytes) -> None:
    head = header if isinstance(header, bytes) else header.encode()
    (bad,) = read("csv", head + b"\na,sw\nb,sw\n")
    assert isinstance(bad, Reject) and (bad.units, bad.unread) == (2, 10)


def test_without_a_header_the_first_row_may_be_bad() -> None:
    found = read(
        "csv", '"a"b\tc\nd\te\n', fields={"text": "1"}, options={"header": False, "quotes": True, "delimiter": "\t"}
    )
    assert kinds(found) == ["broken CSV"] and [text for _, text in units(found)] == ["d"]


# columns given twice


@pytest.mark.parametrize(
    ("header", "changes", "kind"),
    [
        ("text,text,lang", {}, ["column twice"]),
        ("text,lang,lang", {}, ["column twice"]),
        ("text,lang,id,id", {}, []),
        ("a,b,a", {"fields": {"text": "b"}}, []),
        ("a,b,a", {"fields": {"text": "a"}}, ["column twice"]),
    ],
)
def test_a_column_twice_is_refused_where_it_is_read(header: str, changes: dict[str, object], kind: list[str]) -> None:
    cells = ",".join("ab" for _ in header.split(","))
    found = read("csv", f"{header}\n{cells}\n{cells}\n", **changes)
    assert kinds(found) == kind and rows_and_units(found) == 2


# quotes in tables with tabs


PANDAS = 'text\tlang\n"He said ""habari"" to all"\tsw\n"line one\nline two"\tsw\nit\'s 5" long\tsw\n'


def test_quotes_of_a_spreadsheet_are_seen() -> None:
    found = read("csv", PANDAS, "q.tsv")
    assert [text for _, text in units(found)] == ['He said "habari" to all', "line one\nline two", "it's 5\" long"]
    plain = read("csv", PANDAS, "q.tsv", options={"quotes": False})
    assert next(text for _, text in units(plain)) == '"He said ""habari"" to all"', "what the recipe says comes first"


@pytest.mark.parametrize(
    ("content", "quoted"),
    [
        ("text\tlang\nno quotes\tsw\n", False),
        ('text\tlang\n"one\ttwo"\tsw\n', True),
        ('text\tlang\n"one\ntwo"\tsw\n', True),
        ('"text"\t"lang"\n"one"\t"sw"\n', True),
        ('text\tlang\n"a ""b"" c"\tsw\n', True),
        ('text\tlang\n"Habari"\tsw\n', False),
        ('text\tlang\n"begins a quotation\tsw\nends it"\tsw\n', False),
        ('text\tlang\n"Habari," alisema.\tsw\n"a ""b"" c"\tsw\n"Njoo," alisema.\tsw\n', False),
        ('text\tlang\n5" long\tsw\n', False),
    ],
)
def test_how_the_beginning_of_a_table_looks(content: str, quoted: bool) -> None:
    assert looks_quoted(content, "\t") == quoted


def test_quotes_after_the_beginning_are_no_halves_of_texts() -> None:
    plain = "".join(f"neno la namba {row} katika orodha\tsw\n" for row in range(3000))
    late = '"He said ""habari"" to all"\tsw\n"one\n\ntwo\nthree"\tsw\n5" long\tsw\nend\tsw\n'
    found = read("csv", f"text\tlang\n{plain}{late}", "q.tsv")
    assert [text for _, text in units(found)][3000:] == ['5" long', "end"]
    assert kinds(found) == ["quoted cell", "ragged row", "ragged row", "quoted cell"]


words = st.sampled_from([*TEXTS.values(), "5", "it's"])
cells = st.builds("".join, st.tuples(words, st.sampled_from([" ", "\n", "\t", ' "', '"']), words))


@given(st.lists(cells, min_size=1, max_size=8))
def test_what_a_spreadsheet_writes_is_read(texts: list[str]) -> None:
    written = io.StringIO()
    csv.writer(written, delimiter="\t", lineterminator="\n").writerows(
        [("text", "lang"), *((text, "sw") for text in texts)]
    )
    assert units(read("csv", written.getvalue(), "q.tsv")) == [("sw", text) for text in texts]


def test_rows_before_the_damage_are_kept() -> None:
    packed = gzip.compress(b"text\tlang\n" + b"".join(b"text %d\tsw\n" % row for row in range(50)))
    file = InputFile("x.tsv", decompress(io.BytesIO(packed[:-20]), "x.gz"), 1000)
    found = list(find_reader(source := SourceConfig(name="s", reader="csv", path="f", licence="x")).read(file, source))
    assert kinds(found) == ["broken file"] and len(units(found)) > 10


def test_a_quoted_cell_far_down_is_told() -> None:
    content = "text\tlang\n" + "plain text\tsw\n" * 6000 + '"a ""b"" c"\tsw\nlast\tsw\n'
    found = read("csv", content, "q.tsv")
    (bad,) = [each for each in found if isinstance(each, Reject)]
    assert bad.kind == "quoted cell" and "`quotes`" in bad.detail and len(found) == 6002
    assert not kinds(read("csv", content, "q.tsv", options={"quotes": False}))


@given(st.text(st.sampled_from('"ab'), max_size=8))
def test_doubled_quotes(cell: str) -> None:
    def oracle(text: str) -> bool:
        try:
            ((found,),) = csv.reader([text], strict=True)
        except (csv.Error, ValueError):
            return False
        return text.startswith('"') and '"' in found

    assert has_doubled_quotes(cell) == oracle(cell)


def test_lines_that_fit() -> None:
    assert Dialect("\t", is_quoted=True).count_fitting(["a\tb\n", '"c\n', 'd"\te\n', "f\n"]) == 3
    assert Dialect("\t", is_quoted=False).count_fitting(["a\tb\n", '"c\n', 'd"\te\n', "f\n"]) == 2


def test_a_carriage_return_within_a_cell_ends_no_row() -> None:
    found = read("csv", 'text,lang\na\rb,sw\n"c\rd",sw\ne,sw\n')
    assert [text for _, text in units(found)] == ["a\u2028b", "c\u2028d", "e"]
