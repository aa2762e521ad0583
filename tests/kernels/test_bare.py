"""Texts without diacritics against the Unicode database, and what must stay."""

import unicodedata

import numpy as np
import pyarrow as pa
import pytest

from emma.kernels.arrow import buffers
from emma.kernels.bare import bare, bare_hashes
from emma.kernels.tables import fold
from tests.conftest import TEXTS


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
