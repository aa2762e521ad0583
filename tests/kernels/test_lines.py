"""Line hashes against slow Python."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given

from emma.kernels.lines import LINE_COLUMNS, hash_lines
from emma.kernels.tables import columns, fold, widths
from tests.conftest import TEXTS
from tests.kernels.text import buffers, corpus, exact_hash, normal, texts


def lines_of(texts: Sequence[str], shortest: int = LINE_COLUMNS) -> list[list[int]]:
    hashes, starts = hash_lines(*buffers(texts), fold(), widths(), shortest)
    return [hashes[start:stop].tolist() for start, stop in pairwise(starts)]


def slow(text: str, shortest: int) -> list[int]:
    lines = text.split("\n") if text else []
    wide = [sum(map(columns, normal(line))) >= shortest for line in lines]
    return [exact_hash(line) if enough else 0 for line, enough in zip(lines, wide, strict=True)]


@pytest.mark.parametrize("shortest", [1, LINE_COLUMNS])
def test_line_hashes_equal_slow_python(shortest: int) -> None:
    texts = corpus()
    assert lines_of(texts, shortest) == [slow(text, shortest) for text in texts]


@given(texts)
def test_line_hashes_equal_slow_python_on_any_text(text: str) -> None:
    assert lines_of([text], 3) == [slow(text, 3)]


def test_a_line_has_the_hash_of_the_document_that_it_would_be() -> None:
    page = "\n".join(TEXTS.values())
    assert lines_of([page])[0] == [exact_hash(text) for text in TEXTS.values()]


@pytest.mark.parametrize(
    ("line", "enough"),
    [
        ("All rights reserved by us", True),
        ("Read more", False),
        ("版权所有保留所有权利", True),
        ("版权所有", False),
        ("สงวนลิขสิทธิ์ตามกฎหมาย", True),
        ("1.  !  ?  ………………………………", False),
    ],
)
def test_short_lines_are_no_evidence_in_any_script(line: str, enough: bool) -> None:
    assert (lines_of([line])[0][0] != 0) == enough
