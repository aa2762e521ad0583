"""ROUGE-L against rouge-score on English, against the textbook's table of subsequences, and in other scripts."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from emma.evaluate.metrics.text import common_subsequence, published_rouge_l, rouge_l, score_subsequence, split_words
from emma.evaluate.tasks.task import Item
from tests.evaluate.metrics.conftest import SENTENCES, write

WORDS = st.lists(st.sampled_from(["the", "cat", "Cat's", "sat", "on", "a", "mat.", "42", "re-run"]), max_size=30)


@settings(deadline=None, max_examples=200)
@given(WORDS, WORDS)
def test_is_rouge_score_on_english(one: list[str], other: list[str]) -> None:
    text, reference = " ".join(one), " ".join(other)
    expected = RougeScorer(["rougeL"]).score(reference, text)["rougeL"].fmeasure
    assert score_subsequence(split_words(text), split_words(reference)) == pytest.approx(expected)


@settings(deadline=None, max_examples=200)
@given(st.text("abc", max_size=12), st.text("abc", max_size=12))
def test_is_the_longest_common_subsequence(one: str, other: str) -> None:
    @cache
    def slow(i: int, j: int) -> int:
        if i == 0 or j == 0:
            return 0
        return slow(i - 1, j - 1) + 1 if one[i - 1] == other[j - 1] else max(slow(i - 1, j), slow(i, j - 1))

    assert common_subsequence(one, other) == slow(len(one), len(other))


@pytest.mark.parametrize("label", SENTENCES)
def test_equal_texts_score_one_and_half_of_one_more_than_nothing(label: str) -> None:
    items = [Item(str(at), text) for at, text in enumerate(SENTENCES[label])]
    whole = rouge_l().statistics(items, [write(text) for text in SENTENCES[label]])
    halves = rouge_l().statistics(items, [write(text[: len(text) // 2]) for text in SENTENCES[label]])
    assert whole[:, 0].tolist() == [1.0] * 3
    assert (halves[:, 0] > 0.3).all()
    assert (halves[:, 0] < 1).all()


def test_the_published_one_sees_no_words_where_there_are_no_spaces() -> None:
    item, output = Item("a", "ฝนตกทั้งคืนในเมือง"), write("ฝนตกทั้งคืนในบ้าน")
    assert published_rouge_l().statistics([item], [output])[0, 0] == 0
    assert rouge_l().statistics([item], [output])[0, 0] > 0.7
    assert published_rouge_l().statistics([item], [write("")]).tolist() == [[0, 0]]
    assert rouge_l().statistics([item], [write("")]).tolist() == [[0, 1]]


def test_the_best_reference_counts() -> None:
    item = Item("a", ("mvua ilinyesha", "watu walikuja leo"))
    assert rouge_l().statistics([item], [write("watu walikuja leo")])[0, 0] == 1
