"""Counting words and characters against dictionaries that count one by one."""

from collections import Counter

import numpy as np
import pytest

from emma.models.sentencepiece import SPACE
from emma.store import shards
from emma.store.artifact import Artifact
from emma.vocab.sample import measure_text, take, training_plan
from emma.vocab.words import all_words, count_characters, count_words, words_in
from tests.conftest import TEXTS
from tests.vocab.made import corpus


@pytest.mark.parametrize("prefix", [True, False])
def test_words_of_all_shards(make_artifact, tmp_path, prefix: bool) -> None:
    made = corpus(make_artifact, cuts=(0, 9, 30))
    pairs = list(zip(made["collect"].parts["documents"], made["curate"].parts["selection"], strict=True))
    outs = [tmp_path / str(number) for number in range(2 * len(pairs))]
    for out in outs:
        out.mkdir()
    for out, pair in zip(outs, pairs, strict=False):
        measure_text(out, pair)
    measured = shards.read_all(out / "bytes.parquet" for out in outs[: len(pairs)])
    plan = training_plan(measured, 20_000, 0.3, 7)
    assert len({entry[2] for entry in plan.values()}) > 1, "languages should be counted differently often"
    wanted: Counter[str] = Counter()
    for out, pair in zip(outs[len(pairs) :], pairs, strict=True):
        count_words(out, pair, plan, {"prefix": prefix})
        for text in take(pair, plan, ("lang",)):
            for word in words_in(text.text, prefix):
                wanted[word.replace(" ", SPACE)] += plan[text.group][2]
    words, counts = all_words([Artifact(out, out.name) for out in outs[len(pairs) :]])
    assert words == sorted(wanted, key=lambda word: word.replace(SPACE, " "))
    assert dict(zip(words, counts, strict=True)) == wanted


def test_characters() -> None:
    words = [word for text in TEXTS.values() for word in text.split()] + ["𞤀𞤀", ""]
    counts = list(range(1, len(words) + 1))
    wanted: Counter[str] = Counter()
    for word, count in zip(words, counts, strict=True):
        for char in word:
            wanted[char] += count
    assert count_characters(words, counts) == wanted
    assert count_characters([], []) == {}
    assert all(isinstance(each, int) for each in count_characters(["ab"], np.array([2])).values())
