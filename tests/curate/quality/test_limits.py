"""Quartiles and fences against numpy, and where a limit comes from."""

import numpy as np
import pytest

from emma.curate.config import Agreement, CurateConfig
from emma.curate.quality.features import BINS
from emma.curate.quality.fixed import FixedLimits
from emma.curate.quality.limits import (
    Fences,
    LimitRow,
    LimitSettings,
    Spread,
    choose_limit,
    withhold_limit,
)
from emma.curate.quality.rules import RULES, SCORE, Rule
from emma.errors import RecipeError
from emma.schemas import FEATURES
from tests.curate.corpus import Bench, Row, plain, prose, rows_of
from tests.curate.quality.test_features import histogram


@pytest.mark.parametrize("top", [1.0, 50.0, 500.0])
@pytest.mark.parametrize("seed", range(5))
def test_quartiles_err_outwards_by_a_bin_at_most(seed: int, top: float) -> None:
    values = np.random.default_rng(seed).beta(2, 5, 5000) * top
    fences, width = Fences.of(histogram(values, top), top, 3.0), top / (BINS - 1)
    q1, middle, q3 = np.quantile(values, [0.25, 0.5, 0.75])
    assert q1 - 2 * width <= fences.q1 <= q1 and q3 <= fences.q3 <= q3 + 2 * width
    assert middle - 2 * width <= fences.median <= middle
    assert fences.reach == pytest.approx(3 * (fences.q3 - fences.q1))


@pytest.mark.parametrize("value", [0.0, 0.3, 1.0])
def test_a_distribution_without_width_gets_the_mildest_limit(value: float) -> None:
    fences = Fences.of(histogram(np.full(100, value)), 1.0, 3.0)
    low, high = Rule("letter_share", "low", 0.25), Rule("digit_share", "high", 0.99)
    assert fences.limit(low) <= 0.25 and fences.limit(high) >= 0.99


def test_levels() -> None:
    many, few = np.full(BINS, 1.0), np.eye(BINS)[0]
    own = {"fra_Latn": many, "oci_Latn": few, "tha_Thai": few}
    spread = Spread(own, {"Latn": many, "Thai": few, "*": many})
    shared, own_only = Rule("digit_share", "high", 0.4), Rule("upper_share", "high", 0.5, own_only=True)
    assert [spread.choose(lang, shared, 30)[0] for lang in own] == ["language", "script", "all"]
    assert [spread.choose(lang, own_only, 30)[0] for lang in own] == ["language", "none", "none"]


def test_fixed_limits() -> None:
    limits = {"*": {"letter_share": {"low": 0.1}}, "Deva": {"letter_share": {"low": 0.2}},
              "hin_Deva": {"letter_share": {"high": 0.9, "low": 0.0}},
              "hin_Deva-eng_Latn": {"length_ratio": {"low": 0.3}},
              "Latn-Deva": {"length_ratio": {"low": 0.2}}}  # fmt: skip
    settings = LimitSettings.of(CurateConfig.model_validate({"limits": limits}))
    pairs = ["eng_Latn-hin_Deva", "eng_Latn-mar_Deva", "eng_Latn-fra_Latn"]
    own = {name: ["fra_Latn", "mar_Deva", "hin_Deva"] for name in (*FEATURES, SCORE)} | {"length_ratio": pairs}
    fixed = FixedLimits.of(settings.limits, own)
    low, ratio = RULES[0], next(rule for rule in RULES if rule.feature == "length_ratio" and rule.side == "low")
    assert [fixed.limit(lang, low) for lang in ("fra_Latn", "mar_Deva", "hin_Deva")] == [0.1, 0.2, 0.0]
    assert [fixed.limit(pair, ratio) for pair in pairs] == [0.3, 0.2, None]
    assert fixed.limit("fra_Latn", RULES[1]) is None


def test_a_limit_on_language_id_where_nothing_has_a_score() -> None:
    row = LimitRow(
        lang="fra_Latn",
        feature=SCORE,
        side="low",
        limit=0.5,
        level="fixed",
        documents=0,
        q1=None,
        median=None,
        q3=None,
        share=None,
        withheld=None,
        least_chars=None,
    )
    withhold_limit(row, np.zeros(BINS), Agreement())
    assert row["share"] == 0 and row["limit"] == 0.5


def test_a_rule_without_a_mildest_value_has_a_limit_only_from_the_recipe() -> None:
    spread = Spread({"fra_Latn": histogram(np.linspace(0, 1, 100))}, {})
    settings = LimitSettings.of(CurateConfig())
    rule = Rule("digit_share", "low")
    assert choose_limit("fra_Latn", rule, spread, settings, FixedLimits({})) is None
    row = choose_limit("fra_Latn", rule, spread, settings, FixedLimits({"*": {"digit_share": {"low": 0.2}}}))
    assert row is not None and (row["limit"], row["level"], row["documents"]) == (0.2, "fixed", 100)


def test_a_recipe_can_judge_by_any_feature(bench: Bench) -> None:
    rows = plain(40, ["bos_Latn"])
    for row in rows[:4]:
        row["features"] = {"line_length": 400.0, "symbol_share": 0.0}
    section = CurateConfig.model_validate(
        {"limits": {"bos_Latn": {"line_length": {"high": 399}, "symbol_share": {"low": 0.0}}}}
    )
    selection, _, _ = bench.run(rows, section)
    assert [row["reason"] for row in selection[:5]] == ["line_length high"] * 4 + [None]


def loud(lang: str) -> list[Row]:
    """Long words in capitals."""
    return [{"lang": lang, "text": prose("bos_Latn", f"{lang}{at}", 40).replace(" ", "").upper()} for at in range(3)]


def test_case_and_word_length_are_never_judged_by_other_languages(bench: Bench) -> None:
    rows = plain(60, ["bos_Latn"])
    selection, _, work = bench.run([*rows, *loud("kal_Latn"), *loud("bos_Latn")])
    assert [row["reason"] for row in selection[-6:]] == [None] * 3 + ["upper_share high"] * 3
    levels = {(row["lang"], row["feature"]): row["level"] for row in rows_of(work, "limits")}
    assert levels["kal_Latn", "upper_share"] == levels["kal_Latn", "word_length"] == "none"
    assert levels["kal_Latn", "letter_share"] == "script"


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"hin_Dева": {"letter_share": {"low": 0.2}}}, r"hin_Dева.*Did you mean 'hin_Deva'"),
        ({"tha_Thai": {"letter_share": {"low": 0.2}}}, r"tha_Thai.*no language, pair or script.*There are: .*rus_Cyrl"),
        ({"hin_Deva": {"lid_score": {"low": 0.2}}}, r"lid_score for 'hin_Deva', but nothing.*\[annotate.lid\] a model"),
        ({"hin_Deva": {"length_ratio": {"low": 0.2}}}, r"length_ratio for 'hin_Deva', but nothing.*take the line out"),
    ],
)
def test_limits_that_nothing_could_break_are_refused(bench: Bench, limits: dict[str, object], message: str) -> None:
    section = CurateConfig.model_validate({"limits": limits})
    with pytest.raises(RecipeError, match=message):
        bench.run(plain(3, ["hin_Deva", "rus_Cyrl"]), section)


def test_limits_of_pairs_are_refused_where_only_one_language_is_named(bench: Bench) -> None:
    rows = [row | {"text2": prose("hin_Deva", 1), "lang2": "hin_Deva"} for row in plain(3, ["rus_Cyrl"])]
    section = CurateConfig.model_validate({"limits": {"rus_Cyrl": {"length_ratio": {"low": 0.2}}}})
    with pytest.raises(RecipeError, match=r"no document has it; it is measured for: .*hin_Deva-rus_Cyrl"):
        bench.run(rows, section)
