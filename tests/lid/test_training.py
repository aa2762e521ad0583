"""Training: the lines, their order, the gradient, repeatability."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from emma.errors import RecipeError
from emma.kernels.fasttext import SOFTMAX, Layers, learn
from emma.kernels.subwords import Grams
from emma.lid.training import (
    MIN_LINE_BYTES,
    are_held_out,
    choose_lines,
    make_no_words,
    merge_samples,
    order_lines,
    split_lines,
    train_classifier,
)
from tests.conftest import TEXTS
from tests.lid.conftest import EVERYDAY, SMALL, lines


def test_training_is_repeatable_and_its_settings_count(trained: Path, tmp_path: Path) -> None:
    texts = lines({**TEXTS, **EVERYDAY})
    train_classifier(tmp_path / "again.bin", texts, SMALL)
    assert (tmp_path / "again.bin").read_bytes() == trained.read_bytes()
    train_classifier(tmp_path / "other.bin", texts, SMALL.model_copy(update={"seed": 2}))
    assert (tmp_path / "other.bin").read_bytes() != trained.read_bytes()


@pytest.mark.slow
def test_training_descends_the_gradient_that_differences_give() -> None:
    """One step on one text. A vector's step is averaged once more over the text's features, as fastText does."""
    random = np.random.Generator(np.random.PCG64(3))
    start = (random.random((50, 4), np.float32), random.random((4, 11), np.float32))
    data, offsets = np.frombuffer("ⵣ ab".encode(), np.uint8), np.array([0, 6])
    grams, target, order = Grams(50, 2, 2, 1, np.empty(0, np.int32)), np.array([1], np.int32), np.array([0])

    def step(weights: Sequence[np.ndarray], rate: float) -> float:
        layers = Layers(weights[0], weights[1], SOFTMAX, np.empty((0, 2), np.int32))
        return float(learn(data, offsets, target, order, rate, 0.0, make_no_words(), grams, layers))

    moved = [each.copy() for each in start]
    step(moved, 1.0)
    for at in range(2):
        change = moved[at] - start[at]
        for place in np.argwhere(np.abs(change) > np.abs(change).max() / 2)[:3]:
            losses = []
            for shift in (0.02, -0.02):
                shifted = [each.copy() for each in start]
                shifted[at][tuple(place)] += shift
                losses.append(step(shifted, 0.0))
            assert change[tuple(place)] == pytest.approx((losses[1] - losses[0]) / 0.04, rel=0.02)


def test_small_languages_are_repeated() -> None:
    targets = np.repeat(np.arange(3, dtype=np.int32), [100, 25, 1])
    orders = [order_lines(targets, SMALL.model_copy(update={"alpha": each}), 0) for each in (1.0, 0.5, 0.0)]
    assert [np.bincount(targets[order]).tolist() for order in orders] == [[100, 25, 1], [100, 50, 10], [100, 100, 100]]
    assert all(len(np.unique(order)) == 126 for order in orders)


def test_one_language_is_too_few_and_huge_steps_are_noticed(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"two languages at least.*1 \(eng_Latn\)"):
        train_classifier(tmp_path / "one.bin", lines({"eng_Latn": TEXTS["eng_Latn"]}), SMALL)
    with pytest.raises(RecipeError, match="learning_rate, which is 1000000"):
        train_classifier(tmp_path / "huge.bin", lines(EVERYDAY), SMALL.model_copy(update={"learning_rate": 1e6}))


@pytest.mark.parametrize("lang", TEXTS)
def test_lines_are_long_enough_and_not_too_long(lang: str) -> None:
    text = (TEXTS[lang] + " ") * 40
    cut = list(split_lines(text + "\nshort\n" + TEXTS[lang]))
    assert all(len(each.encode()) >= MIN_LINE_BYTES and len(each) <= 300 for each in cut)
    assert cut[-1] == TEXTS[lang] and "".join("".join(cut[:-1]).split()) == "".join(text.split())


def test_a_sample_does_not_depend_on_shards() -> None:
    rows = [(lang, f"{text} {number}") for lang, text in TEXTS.items() for number in range(20)]
    whole = merge_samples([choose_lines(rows, 7)], 7)
    parts = merge_samples([choose_lines(rows[at::3], 7) for at in (2, 0, 1)], 7)
    assert whole.equals(parts) and set(np.bincount(whole["lang"].to_numpy().searchsorted(sorted(TEXTS)))) <= {0, 1}
    assert whole["lang"].value_counts().field("counts").to_pylist() == [7] * len(TEXTS)


def test_lines_that_say_nothing_about_a_language_are_left_out() -> None:
    both, foreign = "The same line under two languages", "Английские буквы не при чём"
    rows = [
        ("eng_Latn", both),
        ("sco_Latn", both),
        ("eng_Latn", foreign),
        ("rus_Cyrl", foreign),
        ("eng_Latn", "x" * 30),
    ]
    assert merge_samples([choose_lines(rows, 9)], 9).select(["lang", "text"]).to_pylist() == [
        {"lang": "eng_Latn", "text": "x" * 30},
        {"lang": "rus_Cyrl", "text": foreign},
    ]
    assert merge_samples([choose_lines([], 9)], 9).num_rows == 0


def test_a_share_is_held_out_whatever_else_is_there() -> None:
    rows = [("eng_Latn", f"line number {number} of a long text") for number in range(3000)]
    all_lines, few = merge_samples([choose_lines(rows, 3000)], 3000), merge_samples([choose_lines(rows, 300)], 300)
    aside = all_lines.filter(are_held_out(all_lines, 0.1))
    assert 220 <= aside.num_rows <= 380
    assert set(few.filter(are_held_out(few, 0.1))["text"].to_pylist()) <= set(aside["text"].to_pylist())
    assert not any(are_held_out(few, 0.0).to_pylist())
