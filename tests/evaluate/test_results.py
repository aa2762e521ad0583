"""From answers to tables, on items whose numbers can be counted by hand."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emma.evaluate.engine.requests import GenerateRequest, Prompt, ScoreAnswer, ScoreRequest, TextAnswer
from emma.evaluate.metrics.accuracy import MacroF1, accuracy
from emma.evaluate.metrics.measures import TaskAnswers
from emma.evaluate.metrics.metric import Mean
from emma.evaluate.metrics.translation import chrf
from emma.evaluate.results import write_task_tables
from emma.evaluate.tasks.task import Item
from emma.lang.language import Lang
from emma.store import shards
from tests.evaluate.metrics.synthetic import make_info

LABELS = (" ሳይንስ", " ስፖርት")
PROMPT = Prompt("ጥያቄ ", ("አንድ ", "ሁለት "))


def choose(model: str, chosen: list[int], lang: str = "amh_Ethi", **more: Any) -> TaskAnswers:
    """Items whose right choice is the first, answered with these choices."""
    items = [Item(f"i{number}", 0) for number in range(len(chosen))]
    outputs = [
        [ScoreAnswer(tuple(float(at != choice) for at in (0, 1)), (1, 1), (True, False), 2)] for choice in chosen
    ]
    requests = [[ScoreRequest(PROMPT, LABELS)]] * len(chosen)
    metrics = (accuracy(), MacroF1())
    chances = (0.5,) * len(chosen)
    return TaskAnswers(
        model, make_info(), Lang.parse(lang), "cloze", items, requests, outputs, metrics, chances, **more
    )


def write(model: str, texts: list[str], references: list[str], **more: Any) -> TaskAnswers:
    """Sentences translated into Khmer, and back."""
    variant = "into khm_Khmr"
    items = [Item(str(at), "?", golds={variant: text}).under(variant) for at, text in enumerate(references)]
    requests = [[GenerateRequest(Prompt("English: …\nKhmer:", ("shot ",)), 64)]] * len(texts)
    outputs = [[TextAnswer(text, 3, "stop")] for text in texts]
    metrics = (chrf(),)
    lang = Lang.parse("khm_Khmr")
    return TaskAnswers(model, make_info("flores200"), lang, variant, items, requests, outputs, metrics, **more)


def tables(folder: Path, *answers: TaskAnswers, **settings: Any) -> dict[str, list[dict[str, Any]]]:
    counts = write_task_tables(answers, folder, **settings)
    rows = {name: shards.read(folder / f"{name}.parquet").to_pylist() for name in counts}
    assert counts == {name: len(table) for name, table in rows.items()}
    return rows


def test_choices_become_items_scores_and_gains(tmp_path: Path) -> None:
    found = tables(tmp_path, choose("base", [1, 1, 0, 1]), choose("adapted", [0, 0, 0, 1]), baseline="base")
    first = found["items"][0]
    assert (first["gold"], first["answer"], first["value"], first["metric"]) == ("ሳይንስ", "ስፖርት", 0.0, "accuracy")
    assert (first["prompt"], first["cluster"], first["shots"]) == ("አንድ ሁለት ጥያቄ ", "i0", 2)
    assert first["prompt"][first["question"] :] == "ጥያቄ "
    score = next(row for row in found["scores"] if row["model"] == "adapted" and row["headline"])
    assert (score["value"], score["items"], score["chance"], score["clean"]) == (0.75, 4, 0.5, False)
    assert (score["low"], score["high"]) == pytest.approx((0.3006, 0.9544), abs=1e-4)  # Wilson, 3 of 4
    gain = next(row for row in found["gains"] if row["metric"] == "accuracy")
    assert (gain["delta"], gain["p"], gain["q"], gain["smallest"]) == (0.5, 0.5, 0.5, None)
    assert {row["metric"] for row in found["averages"]} == {"accuracy", "macro_f1", "points"}


def test_texts_are_judged_under_their_variant(tmp_path: Path) -> None:
    """The right answer is that of the direction; empty texts count and are counted, cut shots too."""
    found = tables(tmp_path, write("base", ["សួស្តី", ""], ["សួស្តី", "លាហើយ"]))
    assert [row["gold"] for row in found["items"]] == ["សួស្តី", "លាហើយ"]
    assert [row["value"] for row in found["items"]] == [pytest.approx(100), 0]
    (score,) = found["scores"]
    assert (score["empty"], score["shots_cut"], score["truncated"]) == (1, 2, 0)
    assert found["items"][0]["prompt"] == "English: …\nKhmer:"  # no shot was seen, so none is shown
    assert score["signature"].startswith("nrefs:")
    assert found["gains"] == []


def test_every_score_is_shown_on_clean_items_too(tmp_path: Path) -> None:
    found = tables(tmp_path, choose("a", [0, 0, 1, 1], clean=(False, None, True, True)))
    scores = {row["clean"]: row for row in found["scores"] if row["headline"]}
    assert (scores[False]["items"], scores[False]["value"]) == (4, 0.5)
    assert (scores[True]["items"], scores[True]["value"]) == (2, 0.0)


def test_nothing_clean_is_said_and_not_left_out(tmp_path: Path) -> None:
    found = tables(tmp_path, choose("base", [0], clean=(False,)), choose("b", [0], clean=(False,)), baseline="base")
    score = next(row for row in found["scores"] if row["clean"] and row["headline"])
    assert (score["items"], score["value"], score["low"], score["chance"]) == (0, None, None, None)
    assert not any(row["clean"] for row in found["gains"])


def test_q_is_over_languages(tmp_path: Path) -> None:
    """One language in ten that is just significant by itself is not so among ten."""
    langs = [f"{code}_Latn" for code in ["ewe", "hau", "ibo", "kin", "lin", "lug", "nya", "orm", "run", "sna"]]
    worse, better = [1] * 6 + [0] * 14, [0] * 20
    answers = [choose(model, worse, lang) for model in ("base", "adapted") for lang in langs[1:]]
    answers += [choose("base", worse, langs[0]), choose("adapted", better, langs[0])]
    rows = {
        row["lang"]: row for row in tables(tmp_path, *answers, baseline="base")["gains"] if row["metric"] == "accuracy"
    }
    assert rows["ewe_Latn"]["p"] == pytest.approx(2 / 2**6)
    assert rows["ewe_Latn"]["q"] == pytest.approx(20 / 2**6)
    assert rows["ewe_Latn"]["low"] > 0
    assert rows["hau_Latn"]["q"] == 1


def test_models_are_compared_on_the_items_that_both_have(tmp_path: Path) -> None:
    found = tables(tmp_path, choose("base", [1, 1, 0]), choose("adapted", [0]), baseline="base")
    gain = next(row for row in found["gains"] if row["metric"] == "accuracy")
    assert (gain["items"], gain["value_baseline"], gain["value"]) == (1, 0, 1)
    assert (gain["low"], gain["high"], gain["smallest"]) == (None, None, None)


def test_items_are_paired_by_name_and_not_by_place(tmp_path: Path) -> None:
    """Both have the same items right, which one of them was asked the other way round."""
    base, adapted = choose("base", [0, 0, 1, 1, 1]), choose("adapted", [0, 0, 1, 1, 1])
    turned = {name: getattr(adapted, name)[::-1] for name in ("items", "requests", "outputs")}
    found = tables(tmp_path, base, replace(adapted, **turned), baseline="base")
    gain = next(row for row in found["gains"] if row["metric"] == "accuracy")
    assert (gain["delta"], gain["smallest"]) == (0, None)
    assert gain["high"] < 0.5  # two that changed and changed back would leave more room


def test_a_metric_of_which_less_is_better_gains_where_it_falls(tmp_path: Path) -> None:
    cost = Mean("cost", lambda _, outputs: [output[0].nats[1] for output in outputs], "made up", highest=None)
    random = np.random.default_rng(0)
    answers = [choose(model, [0] * 30) for model in ("base", "adapted")]
    for each, mean in zip(answers, (5, 3), strict=True):
        outputs = [[ScoreAnswer((0.0, mean + random.random()), (1, 1), (True, False), 2)] for _ in each.items]
        object.__setattr__(each, "outputs", outputs)
        object.__setattr__(each, "metrics", (cost,))
    found = tables(tmp_path, *answers, baseline="base")
    (gain,) = found["gains"]
    assert gain["value"] < gain["value_baseline"]
    assert gain["delta"] == pytest.approx(gain["value_baseline"] - gain["value"])
    assert 1.5 < gain["low"] < gain["delta"] < gain["high"]
    mean = next(row for row in found["averages"] if row["delta"] is not None)
    assert mean["delta"] == pytest.approx(gain["delta"])
    assert (found["scores"][0]["higher_is_better"], found["scores"][0]["highest"]) == (False, None)


def test_q_is_of_one_metric_alone(tmp_path: Path) -> None:
    """What F1 finds in a language is no further test of its accuracy."""
    found = tables(tmp_path, choose("base", [1] * 6 + [0] * 14), choose("adapted", [0] * 20), baseline="base")
    assert {row["metric"]: row["q"] / row["p"] for row in found["gains"]} == {"accuracy": 1, "macro_f1": 1}


def test_the_same_answers_give_the_same_bytes(tmp_path: Path) -> None:
    answers = [choose("base", [1, 1, 0, 1] * 5), write("base", ["ក ខ", "គ"] * 9, ["ក", "គ ឃ"] * 9)]
    answers += [choose("adapted", [0, 1] * 10), write("adapted", ["ក", "គ"] * 9, ["ក", "គ ឃ"] * 9)]
    for name in ("one", "two"):
        write_task_tables(answers, tmp_path / name, baseline="base")
    for path in sorted((tmp_path / "one").iterdir()):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()
