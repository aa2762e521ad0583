"""Rows of languages against sums made by hand."""

from dataclasses import replace

import pytest

from emma.report.languages import list_languages, make_row

from .synthetic import GAINS_OF_ONE as GAINS
from .synthetic import PLAN, TABLES


def test_a_row_is_the_sum_of_its_parts() -> None:
    nqo, yor = list_languages(TABLES)
    assert (yor.lang, yor.name, yor.script, yor.size_band) == ("yor_Latn", "Yoruba", "Latn", "10–100 kB")
    assert (yor.documents, yor.train_documents, yor.train_bytes) == (16, 8, 20_600)
    assert (yor.dropped_share, yor.duplicate_share) == (7 / 16, 3 / 16)
    assert yor.epochs == (4.0 * 100 + 2.0 * 300) / 400
    assert (yor.tokens_per_byte_base, yor.tokens_per_byte) == (160 / 400, 100 / 400)
    assert (yor.bits_per_byte_base, yor.bits_per_byte) == (4.0, 3.0)
    assert (yor.gain, yor.gain_low, yor.gain_high) == (1.0, 0.25, 1.5)
    assert nqo.tokens_per_byte_base is None


def test_a_language_known_only_from_pairs_has_a_row() -> None:
    pair = {"lang": "dsb_Latn", "domain": "a", "documents": 2, "bytes": 500, "tokens": 50, "samples": 1, "epochs": 1.0}
    row = next(each for each in list_languages(replace(TABLES, plan=[*PLAN, pair])) if each.lang == "dsb_Latn")
    assert (row.train_bytes, row.documents, row.dropped_share, row.trained) == (500, 0, None, True)


def test_stages_of_a_mix_add_up_their_epochs_and_not_their_texts() -> None:
    stages = [{**row, "stage": name, "epochs": row["epochs"] / 2} for name in ("broad", "late") for row in PLAN]
    assert list_languages(replace(TABLES, plan=stages)) == list_languages(TABLES)


def test_what_was_not_measured_is_none_and_not_zero() -> None:
    nqo, _ = list_languages(TABLES)
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
    yoruba = list_languages(replace(TABLES, gains=gains))[1]
    assert yoruba.verdict == verdict
    assert (yoruba.improved, yoruba.worse) == (verdict == "gain", verdict == "loss")


def test_a_gain_in_per_cent_is_a_share_of_the_bases_bits() -> None:
    row = make_row("hin_Deva", {"bits_per_byte_base": 4.0, "bits_per_byte": 3.0, "gain": 1.0})
    assert (row.gain_percent, make_row("hin_Deva", {"bits_per_byte": 3.0}).gain_percent) == (25, None)


def test_the_tier_is_that_of_the_mix_and_tables_of_other_languages_add_no_row() -> None:
    tiers = [{"lang": "yor_Latn", "tier": "low"}, {"lang": "tha_Thai", "tier": "high"}]
    personal = [{"lang": lang, "emails": 2, "ips": 0, "phones": 1, "cards": 0} for lang in ("yor_Latn", "tha_Thai")]
    kept = replace(TABLES, tiers=tiers, personal=personal)
    nqo, yor = list_languages(kept)
    assert (yor.tier, nqo.tier, yor.emails, yor.phones, nqo.emails) == ("low", None, 2, 1, 0)
    planned = [{**row, "tier": "medium"} for row in PLAN if row["lang"] == "yor_Latn"]
    assert list_languages(replace(kept, plan=planned))[-1].tier == "medium"
