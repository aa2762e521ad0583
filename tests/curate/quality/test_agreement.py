"""Language ID as a witness: its threshold against numpy, and whom it may drop."""

import numpy as np
import pytest

from emma.curate.config import Agreement, CurateConfig
from emma.curate.quality.agreement import median, threshold
from emma.curate.quality.features import BINS, FeatureColumn, count_bins
from emma.errors import RecipeError
from tests.curate.corpus import ALPHABETS, Bench, Row, plain, prose, rows_of

pytestmark = pytest.mark.slow


def histogram(values: np.ndarray) -> np.ndarray:
    judges = np.zeros(len(values), np.int32)
    return count_bins(FeatureColumn(np.arange(len(values)), judges, values.astype(np.float32)), 1, 1.0)[0].astype(
        np.float64
    )


@pytest.mark.parametrize("shape", [(2, 5), (5, 2), (9, 1), (3, 3), (1, 9)])
def test_the_threshold_is_median_less_standard_deviation_between_floor_and_ceiling(shape: tuple[float, float]) -> None:
    values = np.random.default_rng(1).beta(*shape, 4000)
    expected = np.median(values) - values.std()
    found = threshold(histogram(values), 0.3, 0.9)
    if np.median(values) < 0.3:
        assert found is None
    else:
        assert found == pytest.approx(np.clip(expected, 0.3, 0.9), abs=2 / (BINS - 1))


def test_sure_scores_meet_the_ceiling_and_unsure_ones_the_floor() -> None:
    assert threshold(histogram(np.full(50, 1.0)), 0.3, 0.9) == 0.9
    assert threshold(histogram(np.tile([0.31, 1.0], 50)), 0.3, 0.9) == 0.3
    assert threshold(histogram(np.full(50, 0.29)), 0.3, 0.9) is None
    assert median(histogram(np.array([0.2, 0.4, 0.9]))) == pytest.approx(0.4)


def test_floor_above_ceiling_is_refused() -> None:
    with pytest.raises(ValueError, match=r"floor 0.8 is above ceiling 0.7"):
        Agreement(floor=0.8, ceiling=0.7)


def sure(lang: str, count: int = 60, score: float = 0.98) -> list[Row]:
    """Documents of which a model says what their label says."""
    return [{"lang": lang, "text": prose(lang, at), "lid": [(lang, score)]} for at in range(count)]


def limits(work: object) -> dict[tuple[str, str], Row]:
    return {(row["lang"], row["side"]): row for row in rows_of(work, "limits") if row["feature"] == "lid_score"}  # type: ignore[arg-type]


def test_what_a_model_knows_better_is_dropped_and_what_it_does_not_know_stays(bench: Bench) -> None:
    bench.known = ["bos_Latn", "rus_Cyrl"]
    wrong = [{"lang": "bos_Latn", "text": prose("bos_Latn", f"w{at}"), "lid": [("rus_Cyrl", 0.9)]} for at in range(4)]
    unknown = [row | {"lid": [("bos_Latn", 0.99)]} for row in plain(40, ["zgh_Tfng"])]
    mute = [{"lang": "bos_Latn", "text": prose("bos_Latn", f"m{at}"), "lid": []} for at in range(2)]
    rows = [*sure("bos_Latn"), *sure("rus_Cyrl", 3, 0.1), *wrong, *unknown, *mute]
    selection, made, work = bench.run(rows)
    reasons = [row["reason"] for row in selection]
    assert reasons[63:67] == ["lid_score low"] * 4
    assert made.counts["dropped: lid_score low"] == 4 + sum(reason == "lid_score low" for reason in reasons[-2:])
    assert set(reasons[:63]) == set(reasons[67:107]) == {None}
    found = limits(work)
    assert 0.3 < found["bos_Latn", "low"]["limit"] <= 0.9 and found["bos_Latn", "low"]["level"] == "language"
    assert found["rus_Cyrl", "low"]["limit"] is None and ("zgh_Tfng", "low") not in found
    flags = {(row["lang"], row["flag"]) for row in rows_of(work, "flags")}
    assert ("rus_Cyrl", "too few documents for language ID to judge") in flags
    assert any(lang == "zgh_Tfng" and "does not know it" in flag for lang, flag in flags)


def test_a_model_that_hardly_knows_a_language_says_nothing(bench: Bench) -> None:
    bench.known = ["tha_Thai"]
    rows = [*sure("tha_Thai", 40, 0.2), *sure("tha_Thai", 10, 0.9)]
    selection, _, work = bench.run(rows)
    assert {row["reason"] for row in selection} <= {None, "exact duplicate"}
    assert limits(work)["tha_Thai", "low"]["limit"] is None
    assert any("hardly knows it (median score 0.20)" in row["flag"] for row in rows_of(work, "flags"))


def test_both_sides_of_a_pair_are_judged_by_their_own_languages(bench: Bench) -> None:
    bench.known = ["rus_Cyrl", "hin_Deva"]
    rows = [
        row | {"text2": prose("hin_Deva", at), "lang2": "hin_Deva", "lid2": [("hin_Deva", 0.9 if at else 0.0)]}
        for at, row in enumerate(sure("rus_Cyrl"))
    ]
    selection, _, work = bench.run(rows)
    assert [row["reason"] for row in selection[:2]] == ["lid_score low", None]
    assert limits(work)["hin_Deva", "low"]["documents"] == 60


def test_short_texts_are_not_judged_and_pairs_count_half(bench: Bench) -> None:
    bench.known = ["rus_Cyrl", "hin_Deva"]
    short = {"lang": "rus_Cyrl", "text": prose("rus_Cyrl", "s", 4), "lid": [("hin_Deva", 1.0)]}
    pair = short | {"text2": prose("hin_Deva", "s", 8), "lang2": "hin_Deva", "lid2": [("hin_Deva", 1.0)]}
    rows = [*sure("rus_Cyrl"), short, pair]
    section = CurateConfig(lid=Agreement(short_chars=45))
    assert len(short["text"]) < 45 <= len(pair["text"] + pair["text2"]) < 90
    assert bench.run(rows, section)[1].counts == {"languages_kept": 1, "rows_in": 62, "rows_out": 62}
    harsh = CurateConfig(lid=Agreement(short_chars=0))
    assert bench.run(rows, harsh)[1].counts["dropped: lid_score low"] == 2


def test_the_recipe_can_fix_the_threshold(bench: Bench) -> None:
    bench.known = list(ALPHABETS)
    section = CurateConfig.model_validate({"limits": {"*": {"lid_score": {"low": 0.0}}}})
    wrong = [row | {"lid": [("rus_Cyrl", 1.0)]} for row in plain(2, ["bos_Latn"])]
    _, made, work = bench.run([*sure("bos_Latn"), *wrong], section)
    assert made.counts.get("dropped: lid_score low", 0) == 0
    assert limits(work)["bos_Latn", "low"]["level"] == "fixed"


def test_the_guard_counts_language_id(bench: Bench) -> None:
    bench.known = ["bos_Latn", "rus_Cyrl"]
    rows = [*sure("bos_Latn", 31), *({**row, "lid": [("rus_Cyrl", 1.0)]} for row in sure("bos_Latn", 29))]
    fixed = {"bos_Latn": {"lid_score": {"low": 0.5}}}
    section = CurateConfig.model_validate({"max_drop": 0.3, "limits": fixed})
    with pytest.raises(RecipeError, match=r"bos_Latn: loses 48%.*\n +lid_score < 0\.\d+: 29 documents"):
        bench.run(rows, section)


@pytest.mark.parametrize(("wrong", "is_applied"), [(6, True), (20, False)])
def test_a_limit_that_takes_too_much_is_withheld_and_told(bench: Bench, wrong: int, is_applied: bool) -> None:
    bench.known = ["hin_Deva", "rus_Cyrl"]
    doubtful = [{**row, "lid": [("rus_Cyrl", 1.0)]} for row in plain(80, ["hin_Deva"])[80 - wrong :]]
    rows = [*sure("hin_Deva", 80 - wrong, 0.9), *doubtful]
    _, made, work = bench.run(rows)
    row = limits(work)["hin_Deva", "low"]
    assert made.counts.get("dropped: lid_score low", 0) == (wrong if is_applied else 0)
    assert row["share"] == pytest.approx(wrong / 80) and row["least_chars"] == 50
    assert (row["limit"] is not None, row["withheld"] is None) == (is_applied, is_applied)
    flags = [each["flag"] for each in rows_of(work, "flags") if "language ID doubts 25%" in each["flag"]]
    assert len(flags) == (0 if is_applied else 1)
    fixed = CurateConfig.model_validate({"limits": {"hin_Deva": {"lid_score": {"low": 0.5}}}})
    assert bench.run(rows, fixed)[1].counts["dropped: lid_score low"] == wrong, "what the recipe says holds"
