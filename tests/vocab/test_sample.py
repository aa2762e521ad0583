"""The sample: balanced, whole for small languages, the same however the corpus is cut into shards; and its words."""

from collections import Counter

import numpy as np
import pytest

from emma.models.sentencepiece import SPACE
from emma.store import shards
from emma.store.artifact import Artifact
from emma.vocab.sample import (
    count_words,
    find_cut_off,
    find_words,
    measure_text,
    plan_held_out_sample,
    plan_training_sample,
    rank_document,
    read_texts,
    read_words,
    sum_character_counts,
    take_sample,
)
from tests.conftest import TEXTS
from tests.vocab.corpora import ROWS, corpus


def pairs_of(made):
    return list(zip(made["collect"].parts["documents"], made["curate"].parts["selection"], strict=True))


def measured(work, made):
    from emma.store import shards

    return shards.read_all(each.file("bytes.parquet") for each in work.each(measure_text, pairs_of(made)))


def test_hash_ranks_keep_hash_order_and_are_fine_where_little_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    from emma.vocab import sample

    numbers = [*range(100), *(1 << bits for bits in range(8, 64)), (1 << 64) - 1]
    monkeypatch.setattr(sample, "hash64", lambda _, number: number)
    ranks = [rank_document(number) for number in numbers]
    assert ranks == sorted(ranks)
    assert len(set(ranks[:32])) == 32
    monkeypatch.setattr(sample, "hash64", lambda _, number: 1000 + 1000 * number // 16)
    assert len({rank_document(step) for step in range(17)}) >= 14


def test_cut_off_meets_the_budget_and_boosts_what_is_small() -> None:
    ranks = {3: 100, 1: 50, 9: 1000}
    assert find_cut_off(ranks, 120, 4) == (3, 120, 1, True)
    assert find_cut_off(ranks, 1150, 4) == (9, 1150, 1, True)
    assert find_cut_off(ranks, 3000, 4) == (9, 3000, 2, True)
    assert find_cut_off(ranks, 10**6, 4) == (9, 10**6, 4, True)


def test_plan_is_tempered(make_artifact, make_work) -> None:
    rows = [{"lang": "aaa_Latn", "text": "x" * 100} for _ in range(16)] + [{"lang": "bbb_Thai", "text": "y" * 100}]
    made = corpus(make_artifact, rows, splits=["train"] * 17)
    plan = plan_training_sample(measured(make_work("vocab"), made), 300, 0.5, 4)
    assert {lang: quota.max_bytes for lang, quota in plan.items()} == {"aaa_Latn": 240, "bbb_Thai": 60}


def test_the_sample_does_not_depend_on_the_shards(make_artifact, make_work) -> None:
    taken, words = [], []
    for number, cuts in enumerate([(0,), (0, 7, 30)]):
        made, work = corpus(make_artifact, cuts=cuts, name=str(number)), make_work("vocab")
        plan = plan_training_sample(measured(work, made), 4000, 0.3, 4)
        taken.append(
            [(each.group, each.text) for pair in pairs_of(made) for each in take_sample(pair, plan, ("lang",))]
        )
        counted = work.each(count_words, pairs_of(made), plan, {"prefix": True})
        from emma.vocab.sample import read_words

        words.append(read_words(counted))
    assert taken[0] == taken[1]
    assert words[0] == words[1]
    assert {lang for lang, _ in taken[0]} == set(TEXTS)
    assert 0 < len(taken[0]) < len(ROWS) * 5 // 6


def test_a_language_of_one_long_document_gives_its_budget(make_artifact, make_work) -> None:
    rows = [{"lang": "khm_Khmr", "text": TEXTS["khm_Khmr"] * 50}, {"lang": "eng_Latn", "text": "a b"}]
    made = corpus(make_artifact, rows, splits=["train", "train"])
    plan = plan_training_sample(measured(make_work("vocab"), made), 1001, 0.0, 1)
    sample = {each.group: each for each in take_sample(pairs_of(made)[0], plan, ("lang",))}
    assert sample["khm_Khmr"].bytes == 500
    assert (TEXTS["khm_Khmr"] * 50).startswith(sample["khm_Khmr"].text)
    assert len(sample["khm_Khmr"].text.encode()) == 498  # 166 characters of three bytes


def test_both_sides_of_bitext_count_for_their_language(make_artifact, make_work) -> None:
    rows = [{"lang": "eng_Latn", "text": "a b", "lang2": "tha_Thai", "text2": "กข"}, {"lang": "eng_Latn", "text": "c"}]
    made = corpus(make_artifact, rows, splits=["train", None])
    (table,) = read_texts(pairs_of(made)[0])
    assert list(zip(table["lang"].to_pylist(), table["text"].to_pylist(), strict=True)) == [
        ("eng_Latn", "a b"),
        ("tha_Thai", "กข"),
    ]


def test_held_out_text_is_preferred(make_artifact, make_work) -> None:
    rows = [{"lang": "eng_Latn", "text": str(number)} for number in range(4)] + [{"lang": "nqo_Nkoo", "text": "ߡߐ"}]
    made = corpus(make_artifact, rows, splits=["train", "test", "validation", None, "train"])
    plan = plan_held_out_sample(measured(make_work("vocab"), made), 1000)
    groups = Counter((each.group, each.text) for each in take_sample(pairs_of(made)[0], plan, ("lang", "domain")))
    assert set(groups) == {("eng_Latn\ttest", "1"), ("eng_Latn\ttest", "2"), ("nqo_Nkoo\ttest", "ߡߐ")}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a  b\nc\td", [" a", " b", "c", "d"]),
        ("▁x", ["x"]),  # a literal ▁ ends a word; the space that was put before stays alone
        ("人人\u3000生", [" 人人\u3000生"]),
        ("", []),
    ],
)
def test_words(text: str, found: list[str]) -> None:
    assert find_words(text, prefix=True) == found
    assert find_words(f" {text}", prefix=False) == found


def test_weights_reach_the_counts(make_artifact, make_work) -> None:
    from emma.vocab.sample import read_words

    made = corpus(make_artifact, [{"lang": "eng_Latn", "text": "a b a"}], splits=["train"])
    work = make_work("vocab")
    plan = plan_training_sample(measured(work, made), 10**6, 0.3, 3)
    words, counts = read_words(work.each(count_words, pairs_of(made), plan, {"prefix": True}))
    assert dict(zip(words, counts, strict=True)) == {"▁a": 6, "▁b": 3}
    assert np.sum(counts) == 9


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
    plan = plan_training_sample(measured, 20_000, 0.3, 7)
    assert len({quota.times for quota in plan.values()}) > 1, "languages should be counted differently often"
    wanted: Counter[str] = Counter()
    for out, pair in zip(outs[len(pairs) :], pairs, strict=True):
        count_words(out, pair, plan, {"prefix": prefix})
        for text in take_sample(pair, plan, ("lang",)):
            for word in find_words(text.text, prefix):
                wanted[word.replace(" ", SPACE)] += plan[text.group].times
    words, counts = read_words([Artifact(out, out.name) for out in outs[len(pairs) :]])
    assert words == sorted(wanted, key=lambda word: word.replace(SPACE, " "))
    assert dict(zip(words, counts, strict=True)) == wanted


def test_characters() -> None:
    words = [word for text in TEXTS.values() for word in text.split()] + ["𞤀𞤀", ""]
    counts = list(range(1, len(words) + 1))
    wanted: Counter[str] = Counter()
    for word, count in zip(words, counts, strict=True):
        for char in word:
            wanted[char] += count
    assert sum_character_counts(words, counts) == wanted
    assert sum_character_counts([], []) == {}
    assert all(isinstance(each, int) for each in sum_character_counts(["ab"], np.array([2])).values())
