"""What the proof answers to its questions, on made-up rows."""

from typing import Any

from benchmarks.proof.result import QUESTIONS, answer, describe_gain, row_change


def row(lang: str, base: float, other: float, margin: float) -> dict[str, Any]:
    """Bits per byte under both models; `emma evaluate` counts a difference as positive where the model is better."""
    ends = {"low": base - other - margin, "high": base - other + margin}
    return {"lang": lang, "value_baseline": base, "value": other, "delta": base - other, **ends}


ROWS = {
    "khm_Khmr": row("khm_Khmr", 2.0, 1.5, 0.1),
    "ewe_Latn": row("ewe_Latn", 4.0, 3.9, 0.2),
    "tha_Thai": row("tha_Thai", 1.0, 1.1, 0.05),
    "eng_Latn": row("eng_Latn", 1.0, 1.02, 0.01),
}


def test_english_is_not_among_the_languages_that_gain_and_its_change_is_above_zero_where_it_costs_more() -> None:
    changes = {lang: row_change(each) for lang, each in ROWS.items()}
    assert answer(changes, (0.01, -0.02, 0.04), " [4%, 7%]") == [
        "2 of 3",
        "1 of 3",
        "5.8% [4%, 7%]",
        "+2.0% [+1.0%, +3.0%]",
        "+1.0% [-2.0%, +4.0%]",
    ]
    assert len(QUESTIONS) == 5


def test_the_row_of_a_language_has_both_models_and_the_gain_of_the_merged_one() -> None:
    trained = {"khm_Khmr": row("khm_Khmr", 2.0, 1.4, 0.1)}
    found = describe_gain({"trained": trained, "merged": ROWS}, {"khm_Khmr": (-0.2, -0.3, -0.1)}, "khm_Khmr", 15_360)
    assert found == [
        "khm_Khmr (Khmer)", "2.000", "1.400", "1.500", "+25.0%", "+20.0% to +30.0%", "+20.0%", "15,360",
    ]  # fmt: skip
