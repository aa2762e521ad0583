"""From a reader to the sink: every unit counted, every id once."""

from hypothesis import given
from hypothesis import strategies as st

from emma.collect.reading import Counted, Rows
from emma.collect.records import RawDocument, Reject


@given(st.lists(st.integers(-40, 400) | st.integers(-(1 << 62), 1 << 62)))
def test_rows_are_new_once_in_any_order(rows: list[int]) -> None:
    seen: set[int] = set()
    kept = Rows()
    for row in rows:
        assert kept.add(row) == (row not in seen)
        seen.add(row)


def test_a_second_text_under_a_number_is_a_reject() -> None:
    counted = Counted([RawDocument(1, "ጤና"), Reject(1, "kind"), RawDocument(2, "ไทย", "th"), RawDocument(1, "ⵣ")])
    found = list(counted)
    assert [(each.row, each.code) for each in found if isinstance(each, RawDocument)] == [(1, ""), (2, "th")]
    assert [each.reason for each in found if isinstance(each, Reject)][1].startswith("row twice: ")
    assert counted.count == 4


def test_a_reject_counts_the_units_that_it_stands_for() -> None:
    counted = Counted([RawDocument(1, "a"), Reject(0, "kind", units=99)])
    assert len(list(counted)) == 2 and counted.count == 100
