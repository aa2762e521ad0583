"""Gain against forgetting: means over languages, the edge that nothing beats, and its picture."""

from itertools import product
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from benchmarks.proof.tables import HEIGHT, LEGEND, WIDTH, draw_pareto, outcome_rows, pareto
from benchmarks.proof.texts import Texts, change_bits, change_interval, draw_gains, interval
from benchmarks.proof.trials import Outcome


def outcome(name: str, gain: float, english: float, code: float = 0.0) -> Outcome:
    changes = {"tha_Thai": -gain - 0.1, "ewe_Latn": -gain + 0.1, "eng_Latn": english, "zxx_Zyyy": code}
    return Outcome(name, changes, np.array([gain - 0.01, gain, gain + 0.01]))


def test_english_and_code_are_forgotten_and_all_others_gain() -> None:
    one = outcome("one", 0.05, 0.01, 0.02)
    assert one.gain == pytest.approx(0.05) and one.forgetting == 0.02 and one.better == (1, 2)


def test_the_edge_is_what_none_beats_in_both() -> None:
    chance = np.random.default_rng(3)
    made = [outcome(str(at), *values) for at, values in enumerate(chance.integers(0, 6, (20, 2)) / 10)]
    beaten = {
        one.name
        for one, other in product(made, made)
        if other.gain >= one.gain and other.forgetting <= one.forgetting
        and (other.gain, other.forgetting) != (one.gain, one.forgetting)
    }  # fmt: skip
    edge = {(each.gain, each.forgetting) for each in made if each.name in pareto(made)}
    assert edge == {(each.gain, each.forgetting) for each in made if each.name not in beaten}


def test_the_picture_has_every_name_and_the_table_says_who_is_on_the_edge(tmp_path: Path) -> None:
    made = [outcome("all <weights>", 0.2, 0.05), outcome("frozen", 0.1, 0.0), outcome("worse", 0.05, 0.1)]
    draw_pareto(made, tmp_path / "edge.svg")
    picture = ElementTree.parse(tmp_path / "edge.svg")
    assert picture.getroot().attrib["viewBox"] == f"0 0 {WIDTH + LEGEND} {HEIGHT}"
    texts = {each.text for each in picture.iter() if each.text}
    assert {"1 all <weights>", "2 frozen", "3 worse", "1", "2", "3"} <= texts
    assert [row[-1] for row in outcome_rows(made)] == ["yes", "yes", ""]


def test_bits_per_byte_are_over_all_text_of_a_language() -> None:
    texts = Texts({"eng_Latn": ["ab", "cdef"], "khm_Khmr": ["ខ្មែរ"]})
    before = {"eng_Latn": [3.0, 3.0], "khm_Khmr": [2.0]}
    after = {"eng_Latn": [3.0, 0.0], "khm_Khmr": [3.0]}
    assert texts.bits_per_byte(before)["eng_Latn"] == pytest.approx(1 / np.log(2))
    assert change_bits(texts, before, after) == pytest.approx({"eng_Latn": -0.5, "khm_Khmr": 0.5})


def test_gains_are_drawn_over_sentences_that_all_languages_and_models_share() -> None:
    chance = np.random.default_rng(7)
    before = {"tha_Thai": chance.gamma(4, 10, 12), "ewe_Latn": chance.gamma(4, 10, 12), "eng_Latn": np.ones(12)}
    hard = chance.uniform(0.5, 1, 12)
    after = {lang: nats * hard for lang, nats in before.items()}
    texts = Texts(dict.fromkeys(before, ["x"] * 12))
    draws = draw_gains(before, after)
    whole = -np.mean([change_bits(texts, before, after)[lang] for lang in ("tha_Thai", "ewe_Latn")])
    low, high = interval(draws)
    assert low < whole < high
    better = draw_gains(before, {lang: nats * 0.9 for lang, nats in after.items()})
    assert np.allclose(1 - better, 0.9 * (1 - draws))


def test_rows_compare_with_the_first_draw_by_draw() -> None:
    (first, *_), (second, *_) = [row[1:3] for row in outcome_rows([outcome("a", 0.1, 0), outcome("b", 0.3, 0)])]
    assert first.startswith("+10.0 [") and second.startswith("+30.0 [")
    assert outcome_rows([outcome("a", 0.1, 0), outcome("b", 0.3, 0)])[1][2] == "+20.0 [+20.0, +20.0]"


def test_the_interval_of_a_change_holds_the_truth_as_often_as_it_says() -> None:
    chance, found = np.random.default_rng(5), 0
    for _ in range(200):
        before = chance.gamma(4, 10, 60)
        low, high = change_interval(before, before * chance.normal(0.9, 0.1, 60))
        found += low <= -0.1 <= high
    assert 178 <= found <= 198
