"""What each setting does to who gets how much, against sums made by hand, and each thing a plan refuses."""

import numpy as np
import pytest

from emma.errors import RecipeError
from emma.mix.config import MixConfig
from emma.mix.plan import plan_stages
from tests.mix.conftest import sources

SIZES = {
    ("amh_Ethi", "news"): 3_000.0,
    ("amh_Ethi", "bible"): 1_000.0,
    ("eng_Latn", "news"): 60_000.0,
    ("eng_Latn", "code"): 20_000.0,
    ("khm_Khmr", "bible"): 1_000.0,
    ("khm_Khmr", "bitext"): 1_000.0,
    ("zho_Hans", "bitext"): 14_000.0,
}
TIERS = {"eng_Latn": "high", "zho_Hans": "medium"}


def drawn(sizes=SIZES, **settings) -> list[dict[tuple[str, str], int]]:
    """Tokens from each source by stage, with sequences of 10 tokens."""
    given = {"tokens": 50_000, "sequence_length": 10, "max_epochs": 1000} | settings
    stages = plan_stages(MixConfig.model_validate(given), sources(sizes, TIERS))
    for stage in stages:
        assert stage.weights.sum() == pytest.approx(1)
        np.testing.assert_allclose(stage.epochs, stage.samples * 10 / np.array(list(sizes.values())))
    return [dict(zip(sizes, (stage.samples * 10).tolist(), strict=True)) for stage in stages]


def close(found, expected) -> None:
    assert set(found) == set(expected)
    for key, tokens in expected.items():
        assert found[key] == pytest.approx(tokens, abs=10), key


def test_natural_with_rates_takes_every_token_so_often() -> None:
    rates = {"high": 0.5, "medium": 2, "low": 5, "amh_Ethi": 3, "khm_Khmr/bitext": 0}
    by_rate = {
        ("amh_Ethi", "news"): 3 * 3_000,
        ("amh_Ethi", "bible"): 3 * 1_000,
        ("eng_Latn", "news"): 0.5 * 60_000,
        ("eng_Latn", "code"): 0.5 * 20_000,
        ("khm_Khmr", "bible"): 5 * 1_000,
        ("khm_Khmr", "bitext"): 0,
        ("zho_Hans", "bitext"): 2 * 14_000,
    }
    (found,) = drawn(strategy="natural", rates=rates, tokens=int(sum(by_rate.values())))
    close(found, by_rate)
    (half,) = drawn(strategy="natural", rates=rates, tokens=int(sum(by_rate.values())) // 2)
    close(half, {key: tokens / 2 for key, tokens in by_rate.items()})


def test_rates_are_factors_on_any_strategy() -> None:
    (found,) = drawn(strategy="unimax", rates={"khm_Khmr": 3})
    languages = {lang: sum(n for (each, _), n in found.items() if each == lang) for lang, _ in SIZES}
    close(languages, {"amh_Ethi": 50_000 / 6, "eng_Latn": 50_000 / 6, "khm_Khmr": 25_000, "zho_Hans": 50_000 / 6})


def test_shares_are_of_what_replay_leaves_and_the_strategy_holds_inside() -> None:
    (found,) = drawn(replay={"eng_Latn/news": 0.2}, shares={"bitext": 0.25, "code": 0.5}, alpha=0.5)
    roots = (1_000**0.5, 14_000**0.5)
    expected = {
        ("eng_Latn", "news"): 10_000,
        ("eng_Latn", "code"): 20_000,
        ("khm_Khmr", "bitext"): 10_000 * roots[0] / sum(roots),
        ("zho_Hans", "bitext"): 10_000 * roots[1] / sum(roots),
    }
    rest = {"amh_Ethi": 4_000**0.5, "khm_Khmr": 1_000**0.5}  # of the 10,000 that are left, in these proportions
    for lang, domain in (("amh_Ethi", "news"), ("amh_Ethi", "bible"), ("khm_Khmr", "bible")):
        share = 10_000 * rest[lang] / sum(rest.values())
        expected[lang, domain] = share * (SIZES[lang, domain] / 4_000 if lang == "amh_Ethi" else 1)
    close(found, expected)


def test_shares_that_sum_to_one_are_an_explicit_mix() -> None:
    (found,) = drawn(shares={"amh_Ethi": 0.5, "zho_Hans": 0.3, "khm_Khmr/bible": 0.2})
    assert found["eng_Latn", "news"] == found["eng_Latn", "code"] == found["khm_Khmr", "bitext"] == 0
    assert found["amh_Ethi", "news"] == 18_750 and found["zho_Hans", "bitext"] == 15_000


def test_replayed_domains_keep_their_proportions_whatever_the_rates() -> None:
    (found,) = drawn(replay={"bitext": 0.3}, rates={"khm_Khmr": 0, "high": 0.1})
    close({key: found[key] for key in found if key[1] == "bitext"}, {
        ("khm_Khmr", "bitext"): 1_000,
        ("zho_Hans", "bitext"): 14_000,
    })  # fmt: skip


def test_caps_by_key_and_what_one_domain_cannot_give_the_language_does() -> None:
    (found,) = drawn(strategy="unimax", tokens=16_000, max_epochs=8, epoch_caps={"amh_Ethi/news": 0.5, "high": 0.02})
    close(found, {
        ("amh_Ethi", "news"): 1_500,  # its cap
        ("amh_Ethi", "bible"): 16_000 / 3 - 1_600 / 3 - 1_500,
        ("eng_Latn", "news"): 1_200,
        ("eng_Latn", "code"): 400,
        ("khm_Khmr", "bible"): 2_400,
        ("khm_Khmr", "bitext"): 2_400,
        ("zho_Hans", "bitext"): 4_800,
    })  # fmt: skip


STAGES = [
    {"name": "broad", "share": 0.75, "strategy": "unimax"},
    {"name": "late", "share": 0.25, "replay": {"eng_Latn": 0.4}, "rates": {"khm_Khmr": 0}, "max_epochs": 50},
]


def test_stages_are_mixes_of_their_own() -> None:
    broad, late = drawn(stages=STAGES, strategy="natural", max_epochs=16)
    assert (sum(broad.values()), sum(late.values())) == (37_500, 12_500)
    languages = [broad["khm_Khmr", "bible"] + broad["khm_Khmr", "bitext"], broad["zho_Hans", "bitext"]]
    assert languages == [pytest.approx(37_500 / 4, abs=10)] * 2
    assert late["khm_Khmr", "bible"] == 0 and late["eng_Latn", "news"] == pytest.approx(5_000 * 0.75, abs=10)
    assert late["zho_Hans", "bitext"] == pytest.approx(7_500 * 14 / 18, abs=10)


def test_a_stage_may_use_its_share_of_the_epochs() -> None:
    halves = [{"name": name, "share": 0.5} for name in ("first", "second")]
    whole, (first, second) = (
        drawn(strategy="unimax", max_epochs=4),
        drawn(strategy="unimax", max_epochs=4, stages=halves),
    )
    assert first == second
    close({key: 2 * tokens for key, tokens in first.items()}, whole[0])
    assert whole[0]["khm_Khmr", "bible"] == 4_000


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            {"tokens": 900_000, "max_epochs": 8},
            r"mix: mix\.tokens asks for 900000 .* mix\.max_epochs = 8 the data give 800000\. Set mix\.tokens = 800000",
        ),
        (
            {"replay": {"khm_Khmr": 0.5}, "max_epochs": 4},
            r"mix\.replay: 'khm_Khmr' is to give 25000 of 50000 training tokens, which is 12\.5 epochs of its 2000, "
            r"and 4 are allowed\. Lower its share to 0\.16 of the tokens, set mix\.tokens = 16000,",
        ),
        (
            {"replay": {"eng_Latn": 0.5}, "epoch_caps": {"high": 2, "low": 1, "medium": 1}},
            r"asks for 50000 training tokens, 25000 of them from what has no share.* 20000\. Set mix\.tokens = 40000",
        ),
        ({"shares": {"bitext": 0.7, "code": 0.4}}, r"mix\.shares: the shares sum to 1\.100"),
        ({"replay": {"bitext": 0.7, "code": 0.4}}, r"mix\.replay: the shares sum to 1\.100"),
        ({"shares": dict.fromkeys(("low", "medium", "high"), 0.3)}, r"leave 0\.1 of the tokens to other texts"),
        (
            {"replay": {"code": 0.1}, "shares": {"eng_Latn/code": 0.1}},
            r"mix\.shares: nothing is left for 'eng_Latn/code'",
        ),
        (
            {"shares": {"code": 0.2}, "rates": {"high": 0}},
            r"mix\.rates: a rate of 0 leaves out 'code', which is to give 0\.2 of the tokens",
        ),
        ({"replay": {"code": 0.2}, "rates": dict.fromkeys(("low", "medium", "high"), 0)}, "all that has no share"),
        ({"tokens": 9}, "less than one sequence of 10"),
        ({"rates": {"bitxt": 1}}, r"mix\.rates: .*Did you mean 'bitext'\?"),
        ({"epoch_caps": {"bitxt": 1}}, r"mix\.epoch_caps: .*Did you mean 'bitext'\?"),
        ({"stages": [{**STAGES[0], "share": 1, "rates": {"a": 1}}]}, r"mix\.stages 'broad'\.rates: nothing was packed"),
        (
            {"stages": [STAGES[0], {**STAGES[1], "replay": {"khm_Khmr": 0.9}, "max_epochs": 2}]},
            r"mix\.stages 'late'\.replay: 'khm_Khmr' is to give 11250 of 12500",
        ),
    ],
)
def test_what_a_plan_refuses(settings, said) -> None:
    with pytest.raises(RecipeError, match=said):
        drawn(**settings)


def test_the_numbers_in_the_refusal_work() -> None:
    assert drawn(replay={"khm_Khmr": 0.5}, max_epochs=4, tokens=16_000)
    assert drawn(replay={"khm_Khmr": 0.16}, max_epochs=4)
    assert drawn(replay={"eng_Latn": 0.5}, epoch_caps={"high": 2, "low": 1, "medium": 1}, tokens=40_000)


def test_what_is_missing_goes_to_the_others_where_that_is_allowed() -> None:
    (found,) = drawn(replay={"khm_Khmr": 0.5}, max_epochs=4, allow_short=True)
    assert found["khm_Khmr", "bible"] == found["khm_Khmr", "bitext"] == 4_000
    assert sum(found.values()) == 50_000
