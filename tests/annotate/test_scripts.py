"""Which script a document is in, and whether its label allows it, over several scripts."""

from collections.abc import Callable
from typing import Any

import pytest

from emma.lang.language import CODE
from tests.conftest import TEXTS

Row = dict[str, Any]


def test_scripts_of_the_label(annotated: Callable[..., list[Row]]) -> None:
    rows = [
        {"text": "東京タワーに行きました。", "lang": "jpn_Jpan"},
        {"text": "東京タワーに行きました。", "lang": "zho_Hans"},
        {"text": "Привет мир", "lang": "srp_Latn"},
        {"text": "12:30 🙂", "lang": "amh_Ethi"},
        {"text": "def f(x): return x", "lang": CODE.label},
        {"text": "Ⲁⲃ", "lang": "egy_Egyd"},
    ]
    shares = [row["label_script_share"] for row in annotated(rows)]
    assert shares == [1.0, pytest.approx(3 / 10), 0.0, 1.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("text", "lang", "written", "agrees"),
    [
        ("人人生而自由，在尊严和权利上一律平等。", "zho_Hans", "Hans", True),
        ("人人生而自由，在尊严和权利上一律平等。", "zho_Hant", "Hans", False),
        ("人人生而自由，在尊嚴和權利上一律平等。", "zho_Hant", "Hant", True),
        ("一人一口", "zho_Hant", "Hani", True),
        ("東京タワーに行きました。", "jpn_Jpan", "Jpan", True),
        ("東京タワーに行きました。", "zho_Hans", "Jpan", False),
        ("모든 인간은", "kor_Kore", "Kore", True),
        ("Привет мир", "srp_Latn", "Cyrl", False),
        ("12:30 🙂", "amh_Ethi", "Zyyy", True),
        ("def f(x): return x", CODE.label, "Latn", True),
        ("Ⲁⲃ", "egy_Egyd", "Copt", True),
    ],
)
def test_the_script_that_is_written(
    text: str, lang: str, written: str, agrees: bool, annotated: Callable[..., list[Row]]
) -> None:
    (row,) = annotated([{"text": text, "lang": lang}])
    assert (row["written"], row["script_agrees"]) == (written, agrees)


def test_each_side_is_held_against_its_own_label(annotated: Callable[..., list[Row]]) -> None:
    one, other = TEXTS["arb_Arab"], TEXTS["eng_Latn"]
    pair = {"text": one, "lang": "arb_Arab", "text2": other, "lang2": "eng_Latn"}
    swapped = {**pair, "lang": "eng_Latn", "lang2": "arb_Arab"}
    twice = {**pair, "text2": one}
    rows = annotated([pair, swapped, twice, {**pair, "lang2": "eng_Cyrl"}])
    assert [row["script_agrees"] for row in rows] == [True, False, False, False]
    assert [row["label_script_share"] for row in rows] == [1.0, 0.0, 0.0, 0.0]
    assert [row["written"] for row in rows] == ["Arab", "Arab", "Arab", "Latn"]
