"""Verdicts: what makes them, and on which side of each border."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from emma.inspect.cost import forecast
from emma.inspect.cost.forecast import CostQuestion, Forecast, judge, plan_addition
from emma.inspect.cost.found import FoundText
from emma.inspect.cost.law import Prediction
from emma.inspect.cost.measure import Reading, take_bytes
from emma.inspect.cost.observations import Mix, observe_run
from emma.schemas import Row

FOUND = FoundText("one", "zgh_Tfng", documents=5, bytes=9_000, train_bytes=8_000)
READING = Reading(0.5, 0.25, 700, bits_per_byte=4.0, scored_bytes=8_000)
PREDICTION = Prediction(3.0, 2.5, 3.5, languages=40, runs=2, beyond=(), most_own_bytes=16_000)
ANSWER = Forecast("base", FOUND, "Afro-Asiatic", "one", {}, 40, reading=READING, prediction=PREDICTION)


def expect(value: float, high: float, **more: Any) -> Forecast:
    return replace(ANSWER, prediction=replace(PREDICTION, bits_per_byte=value, high=high, **more))


@pytest.mark.parametrize(
    ("answer", "verdict", "why"),
    [
        (ANSWER, "do", "4.00 bits per byte are expected to become 3.00 [2.50, 3.50], 25.0"),
        (expect(3.0, 4.0), "can't say", "may gain nothing"),
        (expect(4.0, 4.5), "don't", "got no better"),
        (expect(3.0, 3.5, beyond=("less text of its own",)), "can't say", "with less text of its own."),
        (expect(3.0, 3.5, beyond=("more text of its own",)), "can't say", "--epochs 2 would be as much"),
        (replace(ANSWER, found=FoundText("", "zgh_Tfng")), "don't", "collect sources with it first"),
        (replace(ANSWER, found=replace(FOUND, documents=4)), "don't", "4 documents (9.00\u202fkB) are too few"),
        (replace(ANSWER, found=replace(FOUND, documents=1)), "don't", "1 document ("),
        (replace(ANSWER, reading=None), "don't", "5 documents"),
        (replace(ANSWER, prediction=None), "can't say", "have measured 40 languages"),
    ],
)
def test_the_verdict(answer: Forecast, verdict: str, why: str) -> None:
    found, reason = judge(answer)
    assert found == verdict and why in reason


def test_the_plan_repeats_the_text_and_what_the_base_knows_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forecast, "plan_training", lambda recipe, _: recipe)
    question = CostQuestion(plan=None, epochs=3.0, replay=0.25)  # type: ignore[arg-type]
    recipe: Any = plan_addition(FOUND, Path("base"), READING, question)
    assert recipe.mix.tokens == 8_000  # 8,000 bytes * 0.25 * 3 / 0.75
    assert recipe.vocab.new_pieces == 700
    unknown: Any = plan_addition(FOUND, Path("base"), replace(READING, tokens_per_byte_after=None), question)
    assert unknown.mix.tokens == 16_000


def test_text_is_scored_to_the_document_that_fills_the_measure() -> None:
    assert take_bytes(["ⴰⴰ", "b", "c"], 6) == ["ⴰⴰ"]
    assert take_bytes(["ⴰⴰ", "b", "c"], 7) == ["ⴰⴰ", "b"]


def test_what_was_observed_is_what_was_trained_on_and_no_english(monkeypatch: pytest.MonkeyPatch) -> None:
    gains: list[Row] = [
        {"lang": lang, "bpb_base": 4.0, "bpb_adapted": 3.0} for lang in ("zgh_Tfng", "eng_Latn", "tha_Thai", "zxx_Zyyy")
    ]
    monkeypatch.setattr("emma.inspect.cost.observations.read_rows", lambda *_: gains)
    run: Any = SimpleNamespace(name="one", artifact=lambda _: None)
    mix = Mix("one", {"zgh_Tfng": 30.0, "kab_Latn": 20.0, "eng_Latn": 90.0, "zxx_Zyyy": 5.0}, 77)
    (only,) = observe_run(run, mix)
    assert (only.lang, only.own_bytes, only.relative_bytes, only.tokens) == ("zgh_Tfng", 30.0, 20.0, 77)
    assert (only.base, only.adapted) == (4.0, 3.0)
