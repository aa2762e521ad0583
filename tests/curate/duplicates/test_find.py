"""Sets of duplicates against all pairs compared in plain Python."""

import random
import unicodedata
from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from emma.annotate.features import annotate_batch
from emma.curate.duplicates import verify
from emma.curate.duplicates.candidates import BAND_ROWS, MIN_AGREEING
from emma.curate.duplicates.find import find_duplicates
from emma.curate.duplicates.shingles import MIN_JACCARD, SETS, shingle_sets
from emma.kernels.fingerprint import SHINGLE, WORD_SHINGLES_FROM, permutations, sign
from emma.lang.scripts import dominant_script, is_spaced
from emma.schemas import ANNOTATIONS, PERMUTATIONS
from emma.store import shards
from emma.store.artifact import Artifact
from emma.work.work import Work
from tests.conftest import TEXTS, documents
from tests.curate.corpus import ALPHABETS, prose

Row = dict[str, Any]
Find = Callable[..., tuple[dict[str, np.ndarray], list[Row]]]


def annotations(table: pa.Table) -> pa.Table:
    """The annotations of some documents."""
    return pa.concat_tables([ANNOTATIONS.empty_table(), *map(annotate_batch, table.to_batches())])


def is_spaced_text(text: str) -> bool:
    script = dominant_script(text)[0]
    return script != "Zyyy" and is_spaced(script)


def shingle_set(text: str, words_from: int = WORD_SHINGLES_FROM) -> set[Sequence[str]]:
    """The shingles of a text, slowly: 5-grams of words, or of characters where short or not spaced."""
    kept = [
        "".join(char.lower() for char in word if unicodedata.category(char)[0] in "LMN" and char not in "\u200c\u200d")
        for word in text.replace("\u1361", " ").split()
    ]
    units: Sequence[str] = [word for word in kept if word]
    if not is_spaced_text(text) or len(units) < words_from:
        units = "".join(units) or text
    return {tuple(units[at : at + SHINGLE]) for at in range(max(1, len(units) - SHINGLE + 1))}


def overlap(left: set[Sequence[str]], right: set[Sequence[str]]) -> float:
    return len(left & right) / len(left | right)


def jaccard(one: str, two: str) -> float:
    return overlap(shingle_set(one), shingle_set(two))


def components(edges: Sequence[tuple[int, int]], count: int) -> list[int]:
    """The smallest label spreads along edges until nothing changes."""
    labels = list(range(count))
    while True:
        before = labels.copy()
        for left, right in edges:
            labels[left] = labels[right] = min(labels[left], labels[right])
        if labels == before:
            return labels


@pytest.fixture
def find(make_work: Callable[..., Work], make_artifact: Callable[..., Artifact]) -> Find:
    """Find the duplicates among rows cut into shards of some sizes."""
    runs = iter(range(99))

    def run(
        rows: Sequence[Row], sizes: Sequence[int] = (), workers: int = 1, buckets: int = 4, threshold: float = 0.6
    ) -> tuple[dict[str, np.ndarray], list[Row]]:
        parts, start, name = [], 0, next(runs)
        for number, size in enumerate(sizes or [len(rows)]):
            some = rows[start : start + size]
            collected = make_artifact(f"c{name}-{number}", {"documents.parquet": documents(some)})
            annotated = {"annotations.parquet": annotations(documents(some))}
            parts.append((collected, make_artifact(f"a{name}-{number}", annotated)))
            start += size
        work = make_work("curate", key=f"{name:020}", workers=workers)
        with work.executor:
            found = find_duplicates(parts, work, buckets=buckets, near_threshold=threshold)
        arrays = {each: np.load(found.file(f"{each}.npy")) for each in ("texts", "near", "clusters")}
        return arrays, shards.read(found.file("near.parquet")).to_pylist()

    return run


def edited(text: str, share: float, seed: int) -> str:
    """The text with a share of its words, or of its characters where there are no spaces, swapped for others."""
    chance = random.Random(seed)
    joiner = " " if " " in text else ""
    units = text.split(" ") if joiner else list(text)
    for at in chance.sample(range(len(units)), max(1, int(share * len(units)))):
        units[at] = chance.choice(units)
    return joiner.join(units)


def mixed(per_language: int = 6) -> list[Row]:
    """Texts of many scripts and lengths, and near, exact and foreign copies of them."""
    rows = [
        {"lang": lang, "text": prose(lang, number, words)}
        for lang in ALPHABETS for number in range(per_language) for words in (1, 9, 40, 120)
    ]  # fmt: skip
    near = [row | {"text": edited(row["text"], share, at)} for at, row in enumerate(rows) for share in (0.01, 0.04)]
    foreign = [{"lang": "und_" + row["lang"][-4:], "text": row["text"].upper()} for row in rows[::3]]
    return [*rows, *near, *rows[::4], *foreign]


def test_bands_find_what_they_promise() -> None:
    bands = PERMUTATIONS // BAND_ROWS
    assert [round(1 - (1 - j**BAND_ROWS) ** bands, 4) for j in (0.6, 0.7)] == [0.9795, 0.9995]
    assert MIN_AGREEING == 54 and MIN_JACCARD == 0.6


def test_sets_are_those_of_all_pairs_compared(find: Find) -> None:
    rows = mixed()
    arrays, pairs = find(rows)
    sets = [shingle_set(row["text"]) for row in rows]
    firsts: dict[frozenset[Sequence[str]], int] = {}
    first = [firsts.setdefault(frozenset(each), at) for at, each in enumerate(sets)]
    assert arrays["texts"].tolist() == first
    similar = {
        (one, two): similarity
        for one, two in combinations(sorted(set(first)), 2)
        if (similarity := overlap(sets[one], sets[two])) >= 0.6
    }
    found = {(row["left"], row["right"]): row["jaccard"] for row in pairs}
    assert len(similar) > 100 and found == pytest.approx({pair: similar[pair] for pair in found})
    missed = [similarity for pair, similarity in similar.items() if pair not in found]
    assert len(missed) <= 0.03 * len(similar) and not [each for each in missed if each >= 0.7]
    edges = [*found, *((first[at], at) for at in range(len(rows)))]
    assert arrays["near"].tolist() == arrays["clusters"].tolist() == components(edges, len(rows))


def test_a_higher_threshold_keeps_the_pairs_above_it(find: Find) -> None:
    rows = mixed(2)
    _, low = find(rows, threshold=0.6)
    _, high = find(rows, threshold=0.8)
    assert high == [row for row in low if row["jaccard"] >= np.float32(0.8)] and 0 < len(high) < len(low)


@pytest.mark.parametrize(("sizes", "workers", "buckets"), [([5, 0, 1], 1, 1), ([40, 40], 2, 7), ([9] * 20, 1, 16)])
def test_sets_depend_on_neither_shards_nor_workers_nor_buckets(
    find: Find, sizes: list[int], workers: int, buckets: int
) -> None:
    rows = mixed(2)
    whole, pairs = find(rows)
    cut, pairs_cut = find(rows, [*sizes, len(rows) - sum(sizes)], workers, buckets)
    assert pairs == pairs_cut and {name: each.tolist() for name, each in whole.items()} == {
        name: each.tolist() for name, each in cut.items()
    }


@pytest.mark.parametrize("lang", TEXTS)
def test_the_shortest_texts_have_their_copies(find: Find, lang: str) -> None:
    texts = [TEXTS[lang][:1], TEXTS[lang][:3], TEXTS[lang], "!", "🙂"]
    arrays, _ = find([{"lang": lang, "text": text} for text in [*texts, *texts]])
    assert arrays["texts"].tolist() == [*range(5), *range(5)]


def test_a_corpus_of_nothing_and_of_one(find: Find) -> None:
    assert find([])[0]["texts"].tolist() == []
    assert find([{"lang": "tha_Thai", "text": TEXTS["tha_Thai"]}])[0]["clusters"].tolist() == [0]


def test_pairs_hang_together_with_what_shares_a_side(find: Find) -> None:
    eng, yor, amh = (TEXTS[lang] for lang in ("eng_Latn", "yor_Latn", "amh_Ethi"))
    rows = [
        {"lang": "eng_Latn", "text": eng, "lang2": "yor_Latn", "text2": yor},
        {"lang": "eng_Latn", "text": eng, "lang2": "amh_Ethi", "text2": amh},
        {"lang": "amh_Ethi", "text": amh},
        {"lang": "eng_Latn", "text": "Yes!", "lang2": "yor_Latn", "text2": "Bẹẹni, mo fẹ́ bẹ́ẹ̀ gan-an."},
        {"lang": "eng_Latn", "text": "Yes!", "lang2": "amh_Ethi", "text2": "አዎ፡እፈልጋለሁ፡በጣም።"},
        {"lang": "eng_Latn", "text": "Yes!"},
    ]
    arrays, pairs = find(rows, [2, 4])
    assert arrays["texts"].tolist() == arrays["near"].tolist() == list(range(6)) and not pairs
    assert arrays["clusters"].tolist() == [0, 0, 0, 3, 4, 5]


def test_the_shingles_that_are_verified_are_those_of_the_signatures() -> None:
    pair = {"lang": "eng_Latn", "text": TEXTS["eng_Latn"], "lang2": "yor_Latn", "text2": TEXTS["yor_Latn"]}
    rows = [*mixed(1), pair, pair]
    annotated = annotations(documents(rows))
    table = documents(rows)
    for name in ("script", "words", "side_hashes"):
        table = table.append_column(name, annotated[name])
    hashes, starts = shingle_sets(table)
    multipliers, addends = permutations(PERMUTATIONS)
    for row, expected in enumerate(annotated["minhash"].to_pylist()):
        signature = np.empty(PERMUTATIONS, np.uint32)
        text, also, side, end = starts[SETS * row : SETS * row + SETS + 1]
        sign(np.concatenate([hashes[text:also], hashes[side:end]]), multipliers, addends, signature)
        assert signature.tolist() == expected
        assert also - text == len(shingle_set(rows[row]["text"]))


def test_a_pair_is_as_similar_as_its_less_similar_side(find: Find) -> None:
    eng, yor, amh = (prose("bos_Latn", 1), prose("hin_Deva", 2), prose("amh_Ethi", 3))
    sides = [(eng, yor), (eng, amh), (edited(eng, 0.03, 1), edited(yor, 0.03, 2)), (edited(yor, 0.03, 3), eng)]
    rows = [{"lang": "eng_Latn", "text": one, "lang2": "yor_Latn", "text2": two} for one, two in sides]
    _, pairs = find([*rows, {"lang": "eng_Latn", "text": eng}])
    expected = {}
    for one, two in combinations(range(len(sides)), 2):
        (a, b), (c, d) = sides[one], sides[two]
        similarity = max(min(jaccard(a, c), jaccard(b, d)), min(jaccard(a, d), jaccard(b, c)))
        if similarity >= 0.6:
            expected[one, two] = pytest.approx(similarity)
    assert {(row["left"], row["right"]): row["jaccard"] for row in pairs} == expected and len(expected) == 3


@pytest.mark.parametrize("lang", ["bos_Latn", "hin_Deva", "amh_Ethi"])
def test_a_text_just_long_enough_for_words_is_like_its_copy_just_below(find: Find, lang: str) -> None:
    whole = prose(lang, 1, WORD_SHINGLES_FROM + 5)
    texts = [f"{whole} {prose(lang, 2, 12)}", " ".join(whole.split(" ")[: WORD_SHINGLES_FROM - 3]), whole]
    _, pairs = find([{"lang": lang, "text": text} for text in [*texts, prose(lang, 3, 55)]], [1, 3])
    sets = [shingle_set(text, words_from=999) for text in texts]
    assert {(row["left"], row["right"]): row["jaccard"] for row in pairs} == {
        (0, 1): pytest.approx(overlap(sets[0], sets[1])),
        (0, 2): pytest.approx(jaccard(texts[0], texts[2])),
        (1, 2): pytest.approx(overlap(sets[1], sets[2])),
    }


def test_large_documents_are_compared_a_few_at_a_time(find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = mixed(2)
    _, expected = find(rows)
    monkeypatch.setattr(verify, "MAX_SHINGLES", 1)
    assert find(rows)[1] == expected
