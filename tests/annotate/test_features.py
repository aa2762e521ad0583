"""The annotations of real sentences in every script, against slow Python, and of pairs of texts."""

import unicodedata
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emma.annotate.features import annotate_batch
from emma.lang.language import CODE
from emma.lang.scripts import dominant_script, is_spaced, unicode_scripts
from emma.schemas import FEATURES
from tests.conftest import TEXTS, documents
from tests.kernels.reference import texts

Row = dict[str, Any]


def test_every_script_is_measured_as_python_measures_it(annotated: Callable[..., list[Row]]) -> None:
    found = annotated([{"text": text, "lang": label} for label, text in TEXTS.items()])
    for (label, text), row in zip(TEXTS.items(), found, strict=True):
        script, share = dominant_script("".join(char for char in text if unicodedata.category(char)[0] in "LM"))
        assert (row["bytes"], row["chars"], row["lines"]) == (len(text.encode()), len(text), 1)
        assert row["words"] == len(text.replace("፡", " ").split())
        assert (row["script"], row["script_share"]) == (script, pytest.approx(share))
        assert row["label_script_share"] == 1.0 and script in unicode_scripts(label[-4:])
        assert (row["word_length"] is not None) == is_spaced(script)
        kinds = Counter(unicodedata.category(char)[0].replace("C", "M") for char in text if char not in " ፡")
        assert row["letter_share"] == pytest.approx((kinds["L"] + kinds["M"]) / kinds.total())
        assert row["punct_share"] == pytest.approx(kinds["P"] / kinds.total())


@pytest.mark.slow
def test_word_length_needs_a_label_and_a_text_that_space_words(annotated: Callable[..., list[Row]]) -> None:
    rows = [
        {"text": "https://example.org/a page", "lang": "tha_Thai"},
        {"text": "สวัสดี ครับ", "lang": "eng_Latn"},
        {"text": "two words", "lang": "eng_Latn"},
        {"text": "two words", "lang": "eng_Latn", "text2": "สองคำ", "lang2": "tha_Thai"},
    ]
    found = annotated(rows)
    assert [row["word_length"] for row in found] == [None, None, 4.0, None]
    assert [row["repeated_word_share"] for row in found] == [None, None, 0.0, None]


def test_bitext_is_measured_on_both_sides(annotated: Callable[..., list[Row]]) -> None:
    one, two = TEXTS["arb_Arab"], TEXTS["eng_Latn"]
    (row,) = annotated([{"text": one, "lang": "arb_Arab", "text2": two, "lang2": "eng_Latn"}])
    assert row["bytes"] == len((one + two).encode()) and row["chars"] == len(one + two)
    assert row["words"] == len(one.split()) + len(two.split()) and row["lines"] == 2
    assert row["label_script_share"] == 1.0


def test_the_newline_between_two_sides_is_in_no_share(annotated: Callable[..., list[Row]]) -> None:
    pair = {"lang": "gla_Latn", "lang2": "eng_Latn"}
    short, spaced = annotated([{"text": "ab", "text2": "cd", **pair}, {"text": "a b", "text2": "1 !", **pair}])
    assert (short["letter_share"], short["word_length"]) == (1.0, 2.0)
    assert [spaced[f"{kind}_share"] for kind in ("letter", "digit", "punct")] == [0.5, 0.25, 0.25]
    assert (short["line_length"], spaced["line_length"]) == (2.0, 3.0)


def test_repetition_case_and_short_text(annotated: Callable[..., list[Row]]) -> None:
    texts = ["same line here\nsame line here", "ABC def", "", "我", "???", "0123456789 0123456789"]
    lines, upper, empty, one, marks, digits = annotated([{"text": text, "lang": "eng_Latn"} for text in texts])
    assert lines["repeated_line_share"] == pytest.approx(14 / 29)
    assert lines["repeated_gram_share"] == pytest.approx(5 / 20)
    assert upper["upper_share"] == 0.5
    assert (empty["chars"], empty["lines"], empty["script"], empty["letter_share"]) == (0, 0, "Zyyy", 0.0)
    assert (one["script"], one["letter_share"], one["repeated_gram_share"]) == ("Hani", 1.0, 0.0)
    assert (marks["punct_share"], marks["script"], marks["word_length"]) == (1.0, "Zyyy", None)
    assert digits["digit_share"] == 1.0
    assert (lines["line_length"], empty["line_length"], marks["line_length"]) == (14.0, None, 3.0)


def test_symbols_are_no_punctuation(annotated: Callable[..., list[Row]]) -> None:
    (row,) = annotated([{"text": "a€+ 🙂 ။،!", "lang": "eng_Latn"}])
    assert row["symbol_share"] == pytest.approx(3 / 7) and row["punct_share"] == pytest.approx(3 / 7)


def test_repeated_words_and_empty_lines(annotated: Callable[..., list[Row]]) -> None:
    texts = ["one two three four five\n\nOne two three four five!", "one two", ""]
    again, few, none = annotated([{"text": text, "lang": "eng_Latn"} for text in texts])
    assert again["repeated_word_share"] == pytest.approx(1 / 6) and again["line_length"] == pytest.approx(23.5)
    assert few["repeated_word_share"] == 0.0 and none["repeated_word_share"] is None


def test_what_the_sides_of_a_pair_have_in_common(annotated: Callable[..., list[Row]]) -> None:
    rows = [
        {"text": "In 1995 he left", "lang": "eng_Latn", "text2": "In Jahr 1995 ging er", "lang2": "deu_Latn"},
        {"text": "Same text", "lang": "eng_Latn", "text2": "same TEXT!", "lang2": "gle_Latn"},
        {"text": "٣ كتب", "lang": "arb_Arab", "text2": "3 books, 4 pens", "lang2": "eng_Latn"},
        {"text": "我爱你", "lang": "zho_Hans", "text2": "我愛你", "lang2": "zho_Hant"},
        {"text": "alone", "lang": "eng_Latn"},
    ]
    columns = ("length_ratio", "copied_share", "numeral_share")
    found = [tuple(row[name] for name in columns) for row in annotated(rows)]
    expected = [(15 / 20, 2 / 4, 1.0), (0.9, 1.0, 1.0), (5 / 15, 0.0, 0.5), (1.0, 2 / 3, 1.0)]
    assert found == [*map(pytest.approx, expected), (None, None, None)]


def test_hashes_of_pairs(annotated: Callable[..., list[Row]]) -> None:
    one, other = TEXTS["hin_Deva"], TEXTS["khm_Khmr"]
    pair = {"text": one, "lang": "hin_Deva", "text2": other, "lang2": "khm_Khmr"}
    turned = {"text": other, "lang": "khm_Khmr", "text2": one, "lang2": "hin_Deva"}
    alone = [{"text": one, "lang": "hin_Deva"}, {"text": other, "lang": "khm_Khmr"}]
    first, second, *sides = annotated([pair, turned, *alone])
    assert first["exact_hash"] == second["exact_hash"] not in {side["exact_hash"] for side in sides}
    assert first["side_hashes"] == second["side_hashes"][::-1] == [side["exact_hash"] for side in sides]
    assert first["minhash"] == second["minhash"] == [*map(min, *(side["minhash"] for side in sides))]
    assert [side["side_hashes"] for side in sides] == [None, None]


def test_lines_have_hashes_where_they_are_long_enough(annotated: Callable[..., list[Row]]) -> None:
    text = "\n".join(["x", *TEXTS.values()])
    alone = [{"text": line, "lang": "eng_Latn"} for line in TEXTS.values()]
    pair = {**alone[0], "text2": "b", "lang2": "eng_Latn"}
    page, empty, two, *lines = annotated([*({"text": each, "lang": "eng_Latn"} for each in (text, "")), pair, *alone])
    assert page["line_hashes"] == [0, *(line["exact_hash"] for line in lines)] and page["lines"] == len(lines) + 1
    assert empty["line_hashes"] == [] and two["line_hashes"] is None


def test_shares_are_shares_and_signatures_differ(annotated: Callable[..., list[Row]]) -> None:
    found = annotated([{"text": text, "lang": "eng_Latn"} for text in (*TEXTS.values(), "", "a", "!")])
    features = set(FEATURES) - {"word_length", "line_length"}
    assert all(row[name] is None or 0 <= row[name] <= 1 for row in found for name in features)
    assert all(one["minhash"] != other["minhash"] for one, other in pairwise(found))
    assert len({row["exact_hash"] for row in found}) == len(found)


PAIRS = [None, "", *TEXTS.values()]


@pytest.mark.slow
@given(
    st.lists(st.tuples(texts, st.sampled_from([*TEXTS, CODE.label]), st.sampled_from(PAIRS)), min_size=1, max_size=5)
)
def test_a_row_is_annotated_alike_in_any_company(rows: list[tuple[str, str, str | None]]) -> None:
    given = [{"text": a, "lang": lang, "text2": b, "lang2": None if b is None else "eng_Latn"} for a, lang, b in rows]
    (batch,) = documents(given).to_batches()
    together = annotate_batch(batch).to_pylist()
    assert together == [annotate_batch(batch.slice(at, 1)).to_pylist()[0] for at in range(len(rows))]
