"""The headline against sums made by hand."""

from dataclasses import replace

import pytest

from emma.report.languages import LanguageRow
from emma.report.summary import average, summarise

from .synthetic import TABLES

ROW = LanguageRow("x", "X", "Latn", "<10 kB", trained=True, measured=True)
ROWS = [
    replace(ROW, lang="eng_Latn", bits_per_byte_base=1.0, bits_per_byte=1.5, gain=-0.5, worse=True),
    replace(ROW, lang="yor_Latn", bits_per_byte_base=4.0, bits_per_byte=3.0, gain=1.0, improved=True),
    replace(ROW, lang="amh_Ethi", bits_per_byte_base=3.0, bits_per_byte=2.0, gain=1.0, size_band="1–10 MB"),
    replace(ROW, lang="nqo_Nkoo", measured=False, tokens_per_byte=0.5),
    replace(ROW, lang="zxx_Zyyy", bits_per_byte_base=2.0, bits_per_byte=9.0, gain=-7.0, worse=True),
]


def test_headline_counts_losses_and_leaves_code_out_of_average() -> None:
    head = summarise(ROWS, TABLES, named=2)
    assert (head["languages"], head["languages_trained"], head["languages_measured"]) == (4, 4, 3)
    assert (head["languages_improved"], head["languages_worse"], head["languages_unsure"]) == (1, 1, 1)
    assert head["languages_compared"] == 3
    assert head["bpb_base"] == pytest.approx((1 + 4 + 3) / 3)
    assert head["bpb_adapted"] == pytest.approx((1.5 + 3 + 2) / 3)
    assert head["english"] == {"bpb_base": 1.0, "bpb_adapted": 1.5, "gain": -0.5, "low": None, "high": None}
    assert head["code"]["bpb_adapted"] == 9.0
    assert [each["lang"] for each in head["best"]] == ["amh_Ethi", "yor_Latn"]
    assert [each["lang"] for each in head["worst"]] == ["eng_Latn"]
    assert [(each["size_band"], each["languages"], each["languages_measured"]) for each in head["by_size_band"]] == [
        ("<10 kB", 3, 2),
        ("1–10 MB", 1, 1),
    ]
    assert head["data"] == {"documents": 19, "bytes": 20_817, "documents_kept": 12, "bytes_kept": 20_790, "rejects": 0}


def test_base_and_adapted_are_averaged_over_the_same_languages() -> None:
    only_adapted = replace(ROW, lang="khm_Khmr", bits_per_byte=100.0)
    assert average([*ROWS[:2], only_adapted])["bpb_adapted"] == pytest.approx((1.5 + 3) / 2)
    assert average([only_adapted]) == {
        "averaged": 1,
        "bpb_base": None,
        "bpb_adapted": 100.0,
        "tokens_per_byte_base": None,
        "tokens_per_byte": None,
    }


def test_english_that_was_not_measured_is_none() -> None:
    assert summarise(ROWS[1:2], TABLES)["english"] is None


def test_the_worst_stand_first_and_eight_bits_are_a_guess() -> None:
    gains = {"tha_Thai": 3.0, "hin_Deva": 2.0, "khm_Khmr": -1.0, "nqo_Nkoo": -2.0}
    rows = [replace(ROW, lang=lang, bits_per_byte_base=8.0, bits_per_byte=8.0 - gain, gain=gain, gain_low=gain - 1)
            for lang, gain in gains.items()]  # fmt: skip
    metrics = [{"step": step, "tokens": 10 * step, "loss": 5.0 - step} for step in (1, 2, 3)]
    head = summarise([*rows, replace(ROW, lang="yor_Latn")], replace(TABLES, metrics=metrics), named=2)
    assert [each["lang"] for each in head["best"]] == ["tha_Thai", "hin_Deva"]
    assert [each["lang"] for each in head["worst"]] == ["nqo_Nkoo", "khm_Khmr"]
    assert (head["languages_without_interval"], head["languages_base_above_8"]) == (0, 0)
    assert head["training"] == {"steps": 3, "tokens": 30, "loss_first": 4.0, "loss_last": 2.0}
