"""Joining short texts against a slow reference, and the language of documents."""

from collections.abc import Sequence
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emma.collect.config import SourceConfig
from emma.collect.documents import Document, documents, grouped
from emma.collect.records import RawDocument, Reject
from emma.collect.text.naming import Naming
from emma.schemas import CODE
from tests.conftest import TEXTS


def source(**changes: object) -> SourceConfig:
    values = {"name": "s", "reader": "jsonl", "path": "f", "licence": "CC0-1.0", **changes}
    return SourceConfig.model_validate(values)


def made(units: Sequence[RawDocument | Reject], **changes: object) -> tuple[list[Document], list[Reject]]:
    rejects: list[Reject] = []
    of = source(**changes)
    return list(documents(units, Naming(of, {}), of.group_bytes, rejects.append)), rejects


def slow(units: list[RawDocument], size: int) -> list[str]:
    """The rule as written: fill up to `size`; a leftover under half of it joins the one before."""
    texts = []
    for _, run in groupby(units, key=lambda unit: (unit.code, unit.row if unit.alone else 0)):
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
        st.sampled_from(["ab", "ไทย", "x" * 30]), st.sampled_from(["a", "b"]), st.sampled_from([False] * 9 + [True])
    )
)


@given(some_units, st.integers(1, 60))
def test_grouping_is_the_written_rule(parts: list[tuple[str, str, bool]], size: int) -> None:
    units = [RawDocument(row, text, code, alone=alone) for row, (text, code, alone) in enumerate(parts, 1)]
    found = list(grouped(units, size))
    assert [unit.text for unit in found] == slow(units, size)
    assert "\n".join(unit.text for unit in found) == "\n".join(unit.text for unit in units)
    assert len({unit.row for unit in found}) == len(found)
    assert list(grouped(units, 0)) == units


def test_both_sides_of_pairs_are_joined_line_by_line() -> None:
    units = [RawDocument(row, f"a{row}", "gd", f"b{row}", "en") for row in range(1, 4)]
    (document,), _ = made(units, group_bytes=100)
    assert (document.unit.text, document.unit.text2) == ("a1\na2\na3", "b1\nb2\nb3")


def test_of_a_pair_the_side_that_is_not_english_comes_first() -> None:
    pairs = [("en", "gd"), ("gd", "en"), ("gd", "ga"), ("en", "en")]
    found, _ = made([RawDocument(row, code, code, code2, code2) for row, (code, code2) in enumerate(pairs, 1)])
    assert [(each.unit.text, each.lang, each.unit.text2, each.lang2) for each in found] == [
        ("gd", "gla_Latn", "en", "eng_Latn"),
        ("gd", "gla_Latn", "en", "eng_Latn"),
        ("gd", "gla_Latn", "ga", "gle_Latn"),
        ("en", "eng_Latn", "en", "eng_Latn"),
    ]


@pytest.mark.parametrize("label", TEXTS)
def test_every_script(label: str) -> None:
    (document,), rejects = made([RawDocument(1, TEXTS[label], label[:3])])
    assert (document.lang, rejects) == (label, [])


def test_what_cannot_be_used_is_rejected_with_the_reason() -> None:
    units = [
        RawDocument(1, "qwerty", "eml"),
        RawDocument(2, " \n\x00"),
        Reject(3, "broken JSON", "x"),
        RawDocument(4, "text"),
        RawDocument(5, "text", "gd", " ", "en"),
        RawDocument(6, "program", CODE),
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
    assert (one.lang, one.rule) == ("nrf_Latn", "the source's `codes`: nrm → nrf_Latn")
    (two,), _ = made([RawDocument(1, "kalimera", "nrm")], lang="ell_Latn", codes={"nrm": "nrf_Latn"})
    assert (two.lang, two.rule) == ("ell_Latn", "the source's `lang`: ell_Latn")
    (pair,), _ = made([RawDocument(1, "a", "", "b", "en")], lang="ell_Latn")
    assert (pair.lang, pair.lang2) == ("ell_Latn", "eng_Latn"), "`lang` speaks of the first side only"


def test_no_text_source_can_be_code() -> None:
    assert made([RawDocument(1, "x")], lang=CODE)[0] == []
    assert made([RawDocument(1, "x = 1", "py")], reader="code")[0][0].lang == CODE
