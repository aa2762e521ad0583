"""What would help a language: each rule where it should speak, and silence where nothing is wrong."""

from dataclasses import replace

import pytest

from emma.report.advice import ADVISED, LanguageCase, advise
from emma.report.languages import LanguageRow

GOOD = LanguageRow(
    "swh_Latn", "Swahili", "Latn", "10–100 MB", 50_000_000, trained=True, measured=True, improved=True, documents=1000,
    dropped_share=0.1, duplicate_share=0.1, epochs=2.0, tokens_per_byte=0.25, test_documents=200, bits_per_byte=1.0,
    bits_per_byte_base=2.0, gain=1.0, gain_low=0.9, gain_high=1.1,
)  # fmt: skip


def case(drops: dict[str, int] | None = None, premium: float | None = 1.0, **changes: object) -> LanguageCase:
    return LanguageCase(replace(GOOD, **changes), drops or {}, premium, english=0.25)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("case", "what", "why"),
    [
        (case(train_bytes=0), "Text to train on", "nothing of it was trained on"),
        (case({"lid_score low": 150}), "Cleaner labels", "15.0"),
        (case({"label_script_share low": 100, "exact duplicate": 100}), "Cleaner labels", "10.0"),
        (case(improved=False, worse=True, gain=-1.0), "A larger share of the mix", "got worse"),
        (case(improved=False, worse=True, gain=-1.0, epochs=9.0), "Fewer epochs, or a lower rate", "got worse"),
        (case(epochs=0.25), "Longer training, or a larger share of it", "25.0\u202f% of its text was drawn"),
        (case(epochs=0.0), "Longer training, or a larger share of it", "none of its text was drawn"),
        (case(train_bytes=80_000), "More text", "80.0\u202fkB"),
        (case(epochs=12.5), "More text", "seen 12.5 times"),
        (case(dropped_share=0.6, duplicate_share=0.5), "Other sources", "50.0"),
        (case({"letter_share low": 500}, dropped_share=0.5), "A look at the rules", "40.0"),
        (case(tokens_per_byte=0.2, premium=2.5), "More pieces in the vocabulary", "2.0 times"),
        (case(measured=False, gain=None), "Test documents", "nobody knows"),
        (case(improved=False), "More test documents", "leave open"),
        (case(test_documents=1), "More test documents", "1 test document says little"),
        (case(test_documents=29), "More test documents", "29 test documents make a wide interval"),
        (case({"lid_score low": 90, "letter_share low": 310}, dropped_share=0.5), "A look at the rules", "31.0"),
    ],
)
def test_what_is_wrong_is_said_first(case: LanguageCase, what: str, why: str) -> None:
    advice = advise(case)
    assert advice[0].what == what
    assert why in advice[0].why


def test_nothing_is_said_where_nothing_is_wrong() -> None:
    assert advise(case()) == []
    assert advise(case(test_documents=30, epochs=1.0)) == []
    assert advise(case({"lid_score low": 90, "letter_share low": 290}, dropped_share=0.48)) == []


def test_more_text_is_not_asked_for_while_some_is_not_drawn() -> None:
    assert [each.what for each in advise(case(train_bytes=80_000, epochs=0.25))] == [
        "Longer training, or a larger share of it"
    ]


def test_a_premium_that_is_a_guess_is_no_reason() -> None:
    assert advise(case(tokens_per_byte=1.0, premium=None)) == []


def test_at_most_three_and_wrong_labels_before_all() -> None:
    advice = advise(case({"lid_score low": 500}, train_bytes=10, epochs=9.0, duplicate_share=0.5, test_documents=1))
    assert len(advice) == ADVISED
    assert [each.what for each in advice] == ["Cleaner labels", "More text", "Other sources"]


def test_program_code_is_left_alone() -> None:
    assert advise(case(lang="zxx_Zyyy", train_bytes=0)) == []
