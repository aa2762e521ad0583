"""Line hashes and hashes without diacritics, against slow Python and the Unicode database."""

import unicodedata
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given

from emma.kernels.normal import LINE_COLUMNS, bare, bare_hashes, hash_lines
from emma.kernels.tables import columns, fold, widths
from emma.kernels.text import buffers
from tests.conftest import TEXTS
from tests.kernels.reference import corpus, exact_hash, normal, texts, to_arrays


def lines_of(texts: Sequence[str], shortest: int = LINE_COLUMNS) -> list[list[int]]:
    hashes, starts = hash_lines(*to_arrays(texts), fold(), widths(), shortest)
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


def read(*texts: str) -> tuple[list[int], list[int], list[int]]:
    columns = bare_hashes(*buffers(pa.array(texts, pa.large_string())), fold(), bare())
    hashes, letters, marks = (column.tolist() for column in columns)
    return hashes, letters, marks


def stripped(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFD", text) if unicodedata.category(char) != "Mn")


@pytest.mark.parametrize(
    "text",
    ["Ọjọ́ tí ó dára jùlọ ń bọ̀", "Tiếng Việt có dấu", "Το φως έρχεται πάντα", "Всё ещё тёплый день", "كَتَبَ الوَلَدُ دَرْسَهُ",
     "בְּרֵאשִׁית בָּרָא", "Žluťoučký kůň úpěl", "plain words"],
)  # fmt: skip
def test_a_text_and_its_copy_without_marks_have_one_hash(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    hashes, letters, counts = read(composed, stripped(text).upper())
    assert hashes[0] == hashes[1] and letters[0] == letters[1]
    assert counts == [sum(stripped(char) != char for char in composed), 0]


@pytest.mark.parametrize("lang", ["hin_Deva", "tha_Thai", "khm_Khmr", "ben_Beng", "tam_Taml", "jpn_Jpan", "nqo_Nkoo"])
def test_marks_that_spell_words_are_no_diacritics(lang: str) -> None:
    text = TEXTS.get(lang, "がぎぐ ক্ষি கி ကို ျွန်")
    hashes, _, marks = read(text, stripped(text))
    assert marks == [0, 0] and (hashes[0] != hashes[1]) == (stripped(text) != text)


def test_every_form_is_folded() -> None:
    table = bare()
    assert (fold()[table] == table)[table > 1].all() and not table.flags.writeable
    assert np.array_equal(table[:0x80], fold()[:0x80])
