"""Rows and headline against sums made by hand."""

from dataclasses import replace
from typing import Any

import pytest

from emma.report.drops import Shortfall, shortfalls
from emma.report.languages import Language, languages
from emma.report.summary import averages, summary
from emma.report.tables import Tables

CURATED = [
    {"lang": "yor_Latn", "domain": "a", "source": "s", "outcome": "train", "documents": 6, "bytes": 600},
    {"lang": "yor_Latn", "domain": "b", "source": "s", "outcome": "train", "documents": 2, "bytes": 20_000},
    {"lang": "yor_Latn", "domain": "a", "source": "s", "outcome": "test", "documents": 1, "bytes": 100},
    {"lang": "yor_Latn", "domain": "a", "source": "s", "outcome": "near duplicate", "documents": 2, "bytes": 9},
    {"lang": "yor_Latn", "domain": "a", "source": "t", "outcome": "exact duplicate", "documents": 1, "bytes": 9},
    {"lang": "yor_Latn", "domain": "a", "source": "s", "outcome": "letter_share low", "documents": 4, "bytes": 9},
    {"lang": "nqo_Nkoo", "domain": "a", "source": "s", "outcome": "train", "documents": 3, "bytes": 90},
]
FERTILITY = [
    {"lang": "yor_Latn", "domain": "a", "bytes": 100, "tokens_base": 60, "tokens": 40},
    {"lang": "yor_Latn", "domain": "b", "bytes": 300, "tokens_base": 100, "tokens": 60},
    {"lang": "nqo_Nkoo", "domain": "a", "bytes": 90, "tokens_base": None, "tokens": 45},
]
PLAN = [
    {"lang": "yor_Latn", "domain": "a", "documents": 6, "bytes": 600, "tokens": 100, "samples": 4, "epochs": 4.0},
    {"lang": "yor_Latn", "domain": "b", "documents": 2, "bytes": 20_000, "tokens": 300, "samples": 6, "epochs": 2.0},
    {"lang": "nqo_Nkoo", "domain": "a", "documents": 3, "bytes": 90, "tokens": 10, "samples": 0, "epochs": 0.0},
]


def score(model: str, lang: str, value: float, domain: str | None = None) -> dict[str, Any]:
    """A row of scores.parquet."""
    return {
        "model": model,
        "lang": lang,
        "domain": domain,
        "documents": 1,
        "bytes": 100,
        "bits_per_byte": value,
    }


SCORES = [score("base", "yor_Latn", 4.0), score("adapted", "yor_Latn", 3.0), score("adapted", "yor_Latn", 9.0, "a")]
GAINS = [{"lang": "yor_Latn", "bpb_base": 4.0, "bpb_adapted": 3.0, "delta": -1.0, "low": -1.5, "high": -0.25}]
TABLES = Tables([], [], CURATED, FERTILITY, PLAN, SCORES, GAINS, [], [])


def test_a_row_is_the_sum_of_its_parts() -> None:
    nqo, yor = languages(TABLES)
    assert (yor.lang, yor.name, yor.script, yor.tier) == ("yor_Latn", "Yoruba", "Latn", "10–100 kB")
    assert (yor.documents, yor.train_documents, yor.train_bytes) == (16, 8, 20_600)
    assert (yor.dropped_share, yor.duplicate_share) == (7 / 16, 3 / 16)
    assert yor.epochs == (4.0 * 100 + 2.0 * 300) / 400
    assert (yor.tokens_per_byte_base, yor.tokens_per_byte) == (160 / 400, 100 / 400)
    assert (yor.bits_per_byte_base, yor.bits_per_byte) == (4.0, 3.0)
    assert (yor.gain, yor.gain_low, yor.gain_high) == (1.0, 0.25, 1.5)
    assert nqo.tokens_per_byte_base is None


def test_a_language_known_only_from_pairs_has_a_row() -> None:
    pair = {"lang": "dsb_Latn", "domain": "a", "documents": 2, "bytes": 500, "tokens": 50, "samples": 1, "epochs": 1.0}
    row = next(each for each in languages(replace(TABLES, plan=[*PLAN, pair])) if each.lang == "dsb_Latn")
    assert (row.train_bytes, row.documents, row.dropped_share, row.trained) == (500, 0, None, True)


def test_stages_of_a_mix_add_up_their_epochs_and_not_their_texts() -> None:
    stages = [{**row, "stage": name, "epochs": row["epochs"] / 2} for name in ("broad", "late") for row in PLAN]
    assert languages(replace(TABLES, plan=stages)) == languages(TABLES)


def test_what_was_not_measured_is_none_and_not_zero() -> None:
    nqo, _ = languages(TABLES)
    assert nqo.bits_per_byte is nqo.gain is nqo.gain_low is None
    assert not nqo.trained
    assert nqo.verdict == "none"


@pytest.mark.parametrize(
    ("gain", "low", "high", "verdict"),
    [
        (0.3, 0.1, 0.5, "gain"),
        (-0.3, -0.5, -0.1, "loss"),
        (0.3, -0.1, 0.7, "unsure"),
        (-0.3, None, None, "unsure"),
        (None, None, None, "none"),
    ],
)
def test_verdict_needs_an_interval(gain: float | None, low: float | None, high: float | None, verdict: str) -> None:
    delta = [None if end is None else -end for end in (high, low)]
    gains = [] if gain is None else [{**GAINS[0], "bpb_adapted": 4.0 - gain, "low": delta[0], "high": delta[1]}]
    yoruba = languages(replace(TABLES, gains=gains))[1]
    assert yoruba.verdict == verdict
    assert (yoruba.improved, yoruba.worse) == (verdict == "gain", verdict == "loss")


ROW = Language("x", "X", "Latn", "<10 kB", trained=True, measured=True)
ROWS = [
    replace(ROW, lang="eng_Latn", bits_per_byte_base=1.0, bits_per_byte=1.5, gain=-0.5, worse=True),
    replace(ROW, lang="yor_Latn", bits_per_byte_base=4.0, bits_per_byte=3.0, gain=1.0, improved=True),
    replace(ROW, lang="amh_Ethi", bits_per_byte_base=3.0, bits_per_byte=2.0, gain=1.0, tier="1–10 MB"),
    replace(ROW, lang="nqo_Nkoo", measured=False, tokens_per_byte=0.5),
    replace(ROW, lang="zxx_Zyyy", bits_per_byte_base=2.0, bits_per_byte=9.0, gain=-7.0, worse=True),
]


def test_headline_counts_losses_and_leaves_code_out_of_averages() -> None:
    head = summary(ROWS, TABLES, named=2)
    assert (head["languages"], head["languages_trained"], head["languages_measured"]) == (4, 4, 3)
    assert (head["languages_improved"], head["languages_worse"], head["languages_unsure"]) == (1, 1, 1)
    assert head["languages_compared"] == 3
    assert head["bpb_base"] == pytest.approx((1 + 4 + 3) / 3)
    assert head["bpb_adapted"] == pytest.approx((1.5 + 3 + 2) / 3)
    assert head["english"] == {"bpb_base": 1.0, "bpb_adapted": 1.5, "gain": -0.5, "low": None, "high": None}
    assert head["code"]["bpb_adapted"] == 9.0
    assert [each["lang"] for each in head["best"]] == ["amh_Ethi", "yor_Latn"]
    assert [each["lang"] for each in head["worst"]] == ["eng_Latn"]
    assert [(each["tier"], each["languages"], each["languages_measured"]) for each in head["by_tier"]] == [
        ("<10 kB", 3, 2),
        ("1–10 MB", 1, 1),
    ]
    assert head["data"] == {"documents": 19, "bytes": 20_817, "documents_kept": 12, "bytes_kept": 20_790, "rejects": 0}


def test_base_and_adapted_are_averaged_over_the_same_languages() -> None:
    only_adapted = replace(ROW, lang="khm_Khmr", bits_per_byte=100.0)
    assert averages([*ROWS[:2], only_adapted])["bpb_adapted"] == pytest.approx((1.5 + 3) / 2)
    assert averages([only_adapted]) == {
        "averaged": 1,
        "bpb_base": None,
        "bpb_adapted": 100.0,
        "tokens_per_byte_base": None,
        "tokens_per_byte": None,
    }


def test_english_that_was_not_measured_is_none() -> None:
    assert summary(ROWS[1:2], TABLES)["english"] is None


def test_a_language_that_trains_on_under_half_of_its_bytes_is_told_with_the_reason() -> None:
    def row(lang: str, outcome: str, size: int) -> dict[str, Any]:
        return {"lang": lang, "domain": "a", "source": "s", "outcome": outcome, "documents": 1, "bytes": size}

    rows = [row("yor_Latn", "train", 49), row("yor_Latn", "near duplicate", 50), row("yor_Latn", "test", 1)]
    rows += [row("nqo_Nkoo", "train", 50), row("nqo_Nkoo", "test", 50), row("amh_Ethi", "letter_share low", 3)]
    expected = [Shortfall("amh_Ethi", 0.0, "letter_share low"), Shortfall("yor_Latn", 0.49, "near duplicate")]
    assert shortfalls(replace(TABLES, curated=rows)) == expected
