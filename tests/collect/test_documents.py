"""Joining short texts against a slow reference, and the language of documents."""

from collections.abc import Sequence
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emma.collect.config import SourceConfig
from emma.collect.documents import RowSet, UniqueRows, group_documents, make_documents
from emma.collect.records import CleanDocument, Document, RawDocument, Reject
from emma.collect.text.naming import Naming
from emma.lang.language import CODE
from tests.conftest import TEXTS


def source(**changes: object) -> SourceConfig:
    values = {"name": "s", "reader": "jsonl", "path": "f", "licence": "CC0-1.0", **changes}
    return SourceConfig.model_validate(values)


def made(units: Sequence[RawDocument | Reject], **changes: object) -> tuple[list[Document], list[Reject]]:
    rejects: list[Reject] = []
    of = source(**changes)
    return list(make_documents(units, Naming(of, {}), of.group_bytes, rejects.append)), rejects


def labels(document: Document) -> tuple[str, str | None]:
    return document.lang.label, document.lang2 and document.lang2.label


def slow(units: list[CleanDocument], size: int) -> list[str]:
    """The rule as written: fill up to `size`; a leftover under half of it joins the one before."""
    texts = []
    for _, run in groupby(units, key=lambda unit: (unit.code, unit.url, unit.row if unit.alone else 0)):
        groups: list[list[str]] = [[]]
        for unit in run:
            if sum(len(text.encode()) for text in groups[-1]) >= size:
                groups.append([])
            groups[-1].append(unit.text)
        if len(groups) > 1 and 2 * sum(len(text.encode()) for text in groups[-1]) < size:
            groups[-2:] = [groups[-2] + groups[-1]]
        texts += ["\n".join(group) for group in groups]
    return texts


some_units = st.lists(
    st.tuples(
        st.sampled_from(["ab", "ไทย", "x" * 30]),
        st.sampled_from(["a", "b"]),
        st.sampled_from([False] * 9 + [True]),
        st.sampled_from([None, None, None, "https://one.org/", "https://two.org/"]),
    )
)


@given(some_units, st.integers(1, 60))
def test_grouping_is_the_written_rule(parts: list[tuple[str, str, bool, str | None]], size: int) -> None:
    rows = enumerate(parts, 1)
    units = [CleanDocument(row, text, code, None, "", alone, 1, url) for row, (text, code, alone, url) in rows]
    found = list(group_documents(units, size))
    assert [unit.text for unit in found] == slow(units, size)
    assert "\n".join(unit.text for unit in found) == "\n".join(unit.text for unit in units)
    assert len({unit.row for unit in found}) == len(found)
    assert list(group_documents(units, 0)) == units


def test_both_sides_of_pairs_are_joined_line_by_line() -> None:
    units = [RawDocument(row, f"a{row}", "gd", f"b{row}", "en") for row in range(1, 4)]
    (document,), _ = made(units, group_bytes=100)
    assert (document.clean.text, document.clean.text2) == ("a1\na2\na3", "b1\nb2\nb3")


def test_of_a_pair_the_side_that_is_not_english_comes_first() -> None:
    pairs = [("en", "gd"), ("gd", "en"), ("gd", "ga"), ("en", "en")]
    found, _ = made([RawDocument(row, code, code, code2, code2) for row, (code, code2) in enumerate(pairs, 1)])
    assert [(each.clean.text, each.lang.label, each.clean.text2, labels(each)[1]) for each in found] == [
        ("gd", "gla_Latn", "en", "eng_Latn"),
        ("gd", "gla_Latn", "en", "eng_Latn"),
        ("gd", "gla_Latn", "ga", "gle_Latn"),
        ("en", "eng_Latn", "en", "eng_Latn"),
    ]


@pytest.mark.parametrize("label", TEXTS)
def test_every_script(label: str) -> None:
    (document,), rejects = made([RawDocument(1, TEXTS[label], label[:3])])
    assert (document.lang.label, rejects) == (label, [])


def test_what_cannot_be_used_is_rejected_with_the_reason() -> None:
    units = [
        RawDocument(1, "qwerty", "eml"),
        RawDocument(2, " \n\x00"),
        Reject(3, "broken JSON", "x"),
        RawDocument(4, "text"),
        RawDocument(5, "text", "gd", " ", "en"),
        RawDocument(6, "program", CODE.label),
        RawDocument(7, "text", "gd", "text", "qqq"),
    ]
    found, rejects = made(units)
    assert found == []
    assert sorted((bad.row, bad.kind) for bad in rejects) == [
        (1, "unknown language"),
        (2, "empty text"),
        (3, "broken JSON"),
        (4, "unknown language"),
        (5, "empty text"),
        (6, "unknown language"),
        (7, "unknown language"),
    ]
    (first,) = (bad for bad in rejects if bad.row == 1)
    assert "egl" in first.reason and first.raw == b"qwerty"


def test_the_source_may_know_better() -> None:
    (one,), _ = made([RawDocument(1, "kalimera", "nrm")], codes={"nrm": "nrf_Latn"})
    assert (one.lang.label, one.rule) == ("nrf_Latn", "the source's `codes`: nrm → nrf_Latn")
    (two,), _ = made([RawDocument(1, "kalimera", "nrm")], lang="ell_Latn", codes={"nrm": "nrf_Latn"})
    assert (two.lang.label, two.rule) == ("ell_Latn", "the source's `lang`: ell_Latn")
    (pair,), _ = made([RawDocument(1, "a", "", "b", "en")], lang="ell_Latn")
    assert labels(pair) == ("ell_Latn", "eng_Latn"), "`lang` speaks of the first side only"


def test_no_text_source_can_be_code() -> None:
    assert made([RawDocument(1, "x")], lang=CODE.label)[0] == []
    assert made([RawDocument(1, "x = 1", "py")], reader="code")[0][0].lang == CODE


@given(st.lists(st.integers(-40, 400) | st.integers(-(1 << 62), 1 << 62)))
def test_rows_are_new_once_in_any_order(rows: list[int]) -> None:
    seen: set[int] = set()
    kept = RowSet()
    for row in rows:
        assert kept.add(row) == (row not in seen)
        seen.add(row)


def test_a_second_text_under_a_number_is_a_reject() -> None:
    counted = UniqueRows([RawDocument(1, "ጤና"), Reject(1, "kind"), RawDocument(2, "ไทย", "th"), RawDocument(1, "ⵣ")])
    found = list(counted)
    assert [(each.row, each.code) for each in found if isinstance(each, RawDocument)] == [(1, ""), (2, "th")]
    assert [each.reason for each in found if isinstance(each, Reject)][1].startswith("row twice: ")
    assert counted.units == 4


def test_a_reject_counts_the_units_that_it_stands_for() -> None:
    counted = UniqueRows([RawDocument(1, "a"), Reject(0, "kind", units=99)])
    assert len(list(counted)) == 2 and counted.units == 100
