"""The first look: what it finds whole, mending leaves alone; what it says of scripts is what slow code says."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emma.collect.config import SourceConfig
from emma.collect.documents import clean_document
from emma.collect.records import RawDocument, Reject
from emma.collect.text.clean import fix_mojibake, repair_text
from emma.collect.text.naming import Naming
from emma.collect.text.survey import BATCH_TEXTS, MIN_CHARS, code_point_table, find_evidence, survey_documents
from emma.kernels import letters as kernel
from emma.lang.codes import SAMPLE_CHARS
from emma.lang.scripts import strip_markup, written_evidence
from tests.conftest import TEXTS

AWKWARD = (
    "Ã©Ã\u00a0â€™\u0301\u0323\u09be\u1161\u11a8가e\u212b\u0958\u200d\u200c\ufeff"
    "\x00\x85\r\n\u2028\ud800\ufffd\U0001d15é กำ"
)
texts = st.text(st.one_of(st.characters(), st.sampled_from(AWKWARD + "".join(TEXTS.values()))), max_size=40)


def slow(text: str) -> str:
    mended = fix_mojibake(text)
    return repair_text(text if mended is None else mended)


@pytest.mark.slow
@settings(deadline=None)  # the first call compiles
@given(st.lists(texts, max_size=5))
def test_whole_texts_are_those_that_mending_leaves_alone(given_texts: list[str]) -> None:
    for text, seen in zip(given_texts, find_evidence(given_texts), strict=True):
        if seen is not None:
            assert slow(text) == text.strip()
            assert seen == written_evidence(strip_markup(text, SAMPLE_CHARS))


@settings(deadline=None)  # the first call compiles
@given(texts, st.none() | texts)
def test_a_surveyed_unit_is_cleaned_as_any_other(text: str, text2: str | None) -> None:
    filler = [RawDocument(row, "x" * MIN_CHARS) for row in (1, 2)]
    first, (document, evidence, evidence2), _ = survey_documents(
        [filler[0], RawDocument(3, text, "a", text2, "b"), filler[1]]
    )
    naming = Naming(SourceConfig(name="s", reader="jsonl", path="f", licence="CC0-1.0"), {})
    clean = clean_document(document, naming, evidence is not None, evidence2 is not None)
    assert (clean.text, clean.text2) == (slow(text), None if text2 is None else slow(text2))
    assert first[1] == ("Latn", 1.0, SAMPLE_CHARS), "together they are enough to be looked at"


def test_a_few_short_texts_are_not_looked_at_together() -> None:
    ((_, evidence, _),) = survey_documents([RawDocument(1, "x" * (MIN_CHARS - 1))])
    assert evidence is None


@pytest.mark.parametrize("label", TEXTS)
def test_whole_text_of_every_script_is_whole(label: str) -> None:
    text = unicodedata.normalize("NFC", TEXTS[label])
    assert find_evidence([text]) == [written_evidence(text)]


def test_only_the_beginning_speaks_of_the_script() -> None:
    text = "а" * SAMPLE_CHARS + "b" * SAMPLE_CHARS * 9
    assert find_evidence([text]) == [("Cyrl", 1.0, SAMPLE_CHARS)]


def test_marks_out_of_order_are_doubtful() -> None:
    assert find_evidence(["q\u0301\u0323"]) == [None]
    assert find_evidence(["q\u0323\u0301"]) != [None]


def test_cells_know_all_that_nfc_may_change() -> None:
    """Against the definition: a code point is doubtful if it is not in NFC itself, or is the end of a composition."""
    followers = {
        chr(int(parts[1], 16))
        for point in range(0x110000)
        if len(parts := unicodedata.decomposition(chr(point)).split()) == 2 and not parts[0].startswith("<")
    }
    table = code_point_table()
    for point in range(0x110000):
        expected = not unicodedata.is_normalized("NFC", chr(point)) or chr(point) in followers
        jamo = 0x1161 <= point < 0x1176 or 0x11A8 <= point < 0x11C3
        if bool(table[point] & kernel.UNSURE) != (expected or jamo) or (
            table[point] >> kernel.ORDER & 255 != unicodedata.combining(chr(point))
        ):
            pytest.fail(f"U+{point:04X}")


def test_order_and_number_stay() -> None:
    units: list[RawDocument | Reject] = [
        RawDocument(row, "a") if row % 7 else Reject(row, "x") for row in range(3 * BATCH_TEXTS + 1)
    ]
    assert [document.row for document, *_ in survey_documents(iter(units))] == list(range(3 * BATCH_TEXTS + 1))
