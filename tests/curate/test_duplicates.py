"""Sets of duplicates against all pairs compared in plain Python."""

import random
import unicodedata
from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from emma.curate import verify
from emma.curate.candidates import BAND_ROWS, LOWEST, NEEDED
from emma.curate.duplicates import find_duplicates
from emma.kernels.arrow import buffers
from emma.kernels.fingerprint import SHINGLE, WORD_SHINGLES_FROM, fingerprint, permutations, sign
from emma.kernels.sets import EXACT, KEPT, NEAR, survivors
from emma.kernels.tables import fold
from emma.lang.scripts import dominant_script, is_spaced
from emma.schemas import PERMUTATIONS
from emma.store import shards
from emma.store.artifact import Artifact
from emma.work.work import Work
from tests.conftest import TEXTS, documents
from tests.curate.corpus import ALPHABETS, prose

Row = dict[str, Any]
Find = Callable[..., tuple[dict[str, np.ndarray], list[Row]]]


def annotations(rows: Sequence[Row]) -> pa.Table:
    """The columns of ANNOTATIONS that duplicates are found by."""
    sides = [[row["text"], row["text2"]] if row.get("text2") else [row["text"]] for row in rows]
    signed = [signed_texts(texts) for texts in sides]
    exact = [hashes[0] if len(hashes) == 1 else hashes[0] ^ hashes[1] for hashes, _ in signed]
    signatures = [values.min(axis=0) for _, values in signed]
    return pa.table(
        {
            "exact_hash": pa.array(exact, pa.uint64()),
            "side_hashes": pa.array([each[0] if len(each[0]) > 1 else None for each in signed], pa.list_(pa.uint64())),
            "minhash": pa.array(signatures, pa.list_(pa.uint32(), PERMUTATIONS)),
            "script": pa.array([dominant_script("".join(texts))[0] for texts in sides], pa.string()),
        }
    )


def signed_texts(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Exact hashes and signatures of the sides of one document."""
    spaced = np.full(len(texts), is_spaced_text("".join(texts)), np.bool_)
    return fingerprint(*buffers(pa.array(texts, pa.large_string())), fold(), spaced, PERMUTATIONS)


def is_spaced_text(text: str) -> bool:
    script = dominant_script(text)[0]
    return script != "Zyyy" and is_spaced(script)


def shingle_set(text: str) -> set[tuple[str, ...]]:
    """The shingles of a text, slowly: 5-grams of words, or of characters where short or not spaced."""
    kept = [
        "".join(char.lower() for char in word if unicodedata.category(char)[0] in "LMN" and char not in "\u200c\u200d")
        for word in text.replace("\u1361", " ").split()
    ]
    units: Sequence[str] = [word for word in kept if word]
    if not is_spaced_text(text) or len(units) < WORD_SHINGLES_FROM:
        units = "".join(units) or text
    return {tuple(units[at : at + SHINGLE]) for at in range(max(1, len(units) - SHINGLE + 1))}


def jaccard(one: str, two: str) -> float:
    left, right = shingle_set(one), shingle_set(two)
    return len(left & right) / len(left | right)


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
            annotated = make_artifact(f"a{name}-{number}", {"annotations.parquet": annotations(some)})
            parts.append((collected, annotated))
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
    assert NEEDED == 54 and LOWEST == 0.6


def test_sets_are_those_of_all_pairs_compared(find: Find) -> None:
    rows = mixed()
    arrays, pairs = find(rows)
    texts = ["".join(shingle[0] for shingle in sorted(shingle_set(row["text"]))) and row["text"] for row in rows]
    firsts: dict[frozenset[tuple[str, ...]], int] = {}
    first = [firsts.setdefault(frozenset(shingle_set(text)), at) for at, text in enumerate(texts)]
    assert arrays["texts"].tolist() == first
    unique = sorted(set(first))
    similar = {
        (one, two): similarity
        for one, two in combinations(unique, 2)
        if rows[one]["lang"][-4:] == rows[two]["lang"][-4:] and (similarity := jaccard(texts[one], texts[two])) >= 0.6
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
    rows = [row | {"text2": None} for row in mixed(1)]
    rows += [{"lang": "eng_Latn", "text": TEXTS["eng_Latn"], "text2": TEXTS["yor_Latn"]}] * 2
    table = documents(rows).append_column("script", annotations(rows)["script"])
    hashes, starts = verify.side_shingles(table)
    multipliers, addends = permutations(PERMUTATIONS)
    for row, expected in enumerate(annotations(rows)["minhash"].to_pylist()):
        signature = np.empty(PERMUTATIONS, np.uint32)
        sign(hashes[starts[2 * row] : starts[2 * row + 2]], multipliers, addends, signature)
        assert signature.tolist() == expected
        assert starts[2 * row + 1] - starts[2 * row] == len(shingle_set(rows[row]["text"]))


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


def test_large_documents_are_compared_a_few_at_a_time(find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = mixed(2)
    _, expected = find(rows)
    monkeypatch.setattr(verify, "ROOM", 1)
    assert find(rows)[1] == expected


def slow_survivors(
    texts: Sequence[int], langs: Sequence[int], allowed: Sequence[bool], near: set[tuple[int, int]]
) -> list[tuple[int, int]]:
    kept: list[int] = []
    found = []
    for at, text in enumerate(texts):
        mine = [each for each in kept if langs[each] == langs[at]] if allowed[at] else []
        same = [each for each in mine if texts[each] == text]
        like = [each for each in mine if {(texts[each], text), (text, texts[each])} & near]
        found.append((EXACT, same[0]) if same else (NEAR, like[0]) if like else (KEPT, at))
        if allowed[at] and not same and not like:
            kept.append(at)
    return found


@pytest.mark.parametrize("seed", range(20))
def test_survivors_equal_slow_python(seed: int) -> None:
    chance = np.random.default_rng(seed)
    count = 40
    roots = chance.integers(0, 25, count)
    texts = np.array([np.flatnonzero(roots == root)[0] for root in roots])
    langs, allowed = chance.integers(0, 3, count).astype(np.int32), chance.random(count) < 0.8
    firsts = np.unique(texts)
    near = sorted({tuple(sorted(chance.choice(firsts, 2, replace=False).tolist())) for _ in range(15)})
    left, right = (np.array(side, np.int64) for side in zip(*near, strict=True))
    fates, winners = survivors(texts, langs, allowed, left, right)
    expected = slow_survivors(texts.tolist(), langs.tolist(), allowed.tolist(), set(near))
    assert list(zip(fates.tolist(), winners.tolist(), strict=True)) == expected
