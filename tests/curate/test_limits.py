"""Histograms, quartiles and fences against numpy, and where a limit comes from."""

import numpy as np
import pytest

from emma.curate.config import CurateConfig
from emma.curate.limits import BINS, Fences, LimitSettings, choose_level, count_bins, fixed_limit, pool
from emma.curate.rules import RULES, Rule
from emma.errors import RecipeError
from emma.schemas import FEATURES
from emma.store import shards
from tests.curate.corpus import Bench, Row, plain, prose


def histogram(values: np.ndarray, top: float = 1.0) -> np.ndarray:
    return count_bins(np.zeros(len(values), np.int32), values.astype(np.float32), 1, top)[0].astype(np.float64)


@pytest.mark.parametrize("top", [1.0, 50.0])
@pytest.mark.parametrize("seed", range(5))
def test_quartiles_err_outwards_by_a_bin_at_most(seed: int, top: float) -> None:
    values = np.random.default_rng(seed).beta(2, 5, 5000) * top
    fences, width = Fences.of(histogram(values, top), top, 3.0), top / (BINS - 1)
    q1, q3 = np.quantile(values, [0.25, 0.75])
    assert q1 - 2 * width <= fences.q1 <= q1 and q3 <= fences.q3 <= q3 + 2 * width
    assert fences.reach == pytest.approx(3 * (fences.q3 - fences.q1))


def test_histograms_count_every_value_and_skip_what_is_missing() -> None:
    values = np.array([0.0, 1.0, np.nan, 0.5, 7.0], np.float32)
    bins = count_bins(np.array([0, 1, 1, 0, 1], np.int32), values, 3, 1.0)
    assert bins.sum(1).tolist() == [2, 2, 0]
    assert (bins[0, 0], bins[0, 250], bins[1, BINS - 1]) == (1, 1, 2)


@pytest.mark.parametrize("value", [0.0, 0.3, 1.0])
def test_a_distribution_without_width_gets_the_mildest_limit(value: float) -> None:
    fences = Fences.of(histogram(np.full(100, value)), 1.0, 3.0)
    low, high = Rule("letter_share", "low", 0.25), Rule("digit_share", "high", 0.99)
    assert fences.limit(low) <= 0.25 and fences.limit(high) >= 0.99


def test_no_language_outweighs_others_in_a_pool() -> None:
    own = {"eng_Latn": np.full(BINS, 1e6), "ewe_Latn": np.full(BINS, 0.01), "rus_Cyrl": np.full(BINS, 1.0)}
    pooled = pool(own, 30)
    assert pooled["Latn"].sum() == pytest.approx(30 + BINS * 0.01)
    assert pooled["*"].sum() == pytest.approx(60 + BINS * 0.01)


def test_levels() -> None:
    many, few, none = np.full(BINS, 1.0), np.eye(BINS)[0], np.zeros(BINS)
    own = {"a_Latn": many, "b_Latn": few, "c_Thai": few, "d_Latn": none}
    pooled = {"Latn": many, "Thai": few, "*": many}
    assert [choose_level(lang, own, pooled, 30)[0] for lang in own] == ["language", "script", "all", "none"]
    assert choose_level("b_Latn", own, {}, 30) == ("none", None)


def test_fixed_limits() -> None:
    limits = {"*": {"letter_share": {"low": 0.1}}, "Deva": {"letter_share": {"low": 0.2}},
              "hin_Deva": {"letter_share": {"high": 0.9, "low": 0.0}}}  # fmt: skip
    settings = LimitSettings.of(CurateConfig.model_validate({"limits": limits}))
    low = RULES[0]
    found = [fixed_limit(lang, low, settings) for lang in ("fra_Latn", "mar_Deva", "hin_Deva")]
    assert found == [0.1, 0.2, 0.0]
    assert fixed_limit("fra_Latn", RULES[1], settings) is None


def test_every_rule_judges_a_feature_and_no_two_share_a_reason() -> None:
    assert {rule.feature for rule in RULES} == set(FEATURES)
    assert len({rule.reason for rule in RULES}) == len(RULES)


def loud(lang: str) -> list[Row]:
    """Long words in capitals."""
    return [{"lang": lang, "text": prose("bos_Latn", f"{lang}{at}", 40).replace(" ", "").upper()} for at in range(3)]


def test_case_and_word_length_are_never_judged_by_other_languages(bench: Bench) -> None:
    rows = plain(60, ["bos_Latn"])
    selection, _, work = bench.run([*rows, *loud("kal_Latn"), *loud("bos_Latn")])
    assert [row["reason"] for row in selection[-6:]] == [None] * 3 + ["upper_share high"] * 3
    table = shards.read(work.out / "limits.parquet").to_pylist()
    levels = {(row["lang"], row["feature"]): row["level"] for row in table}
    assert levels["kal_Latn", "upper_share"] == levels["kal_Latn", "word_length"] == "none"
    assert levels["kal_Latn", "letter_share"] == "script"


def test_limits_of_a_language_that_is_not_there_are_refused(bench: Bench) -> None:
    section = CurateConfig.model_validate({"limits": {"hin_Dева": {"letter_share": {"low": 0.2}}}})
    with pytest.raises(RecipeError, match=r"hin_Dева.*Did you mean 'hin_Deva'"):
        bench.run(plain(3, ["hin_Deva", "rus_Cyrl"]), section)
