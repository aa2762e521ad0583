"""Auxiliary vectors: counts against a slow count, PPMI by hand, the SVD against a dense one, and the sample of text."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import torch

from emma.adapt.config import VectorsConfig
from emma.adapt.text import PackedText, check_text, even_share, sample_text
from emma.adapt.vectors import SparseMatrix, count_neighbours, piece_vectors, ppmi, truncated_svd
from emma.errors import ArtifactError
from emma.schemas import PACKED
from emma.store.artifact import Artifact
from emma.tokens.files import TokenFileWriter


def dense(pairs: SparseMatrix) -> np.ndarray:
    matrix = np.zeros((pairs.size, pairs.size))
    matrix[pairs.rows, pairs.columns] = pairs.values
    return matrix


@pytest.mark.parametrize("window", [1, 3, 50])
def test_neighbours_are_counted_inside_documents(window: int) -> None:
    chance = np.random.default_rng(window)
    number, documents = chance.integers(-1, 6, 40), np.repeat([0, 1, 2], [15, 5, 20])
    wanted = Counter(
        (int(number[i]), int(number[j]))
        for i in range(40)
        for j in range(40)
        if 0 < abs(i - j) <= window and documents[i] == documents[j] and min(number[i], number[j]) >= 0
    )
    pairs = count_neighbours(number, documents, 6, window)
    found = zip(zip(pairs.rows.tolist(), pairs.columns.tolist(), strict=True), pairs.values.tolist(), strict=True)
    assert dict(found) == dict(wanted)
    assert (np.diff(pairs.rows * 6 + pairs.columns) > 0).all()


def test_ppmi_by_its_definition() -> None:
    counts = np.array([[0, 4, 1], [4, 2, 0], [1, 0, 6]])
    rows, columns = np.nonzero(counts)
    total, contexts = counts.sum(), counts.sum(0) ** 0.75
    with np.errstate(divide="ignore"):
        chance = counts.sum(1)[:, None] / total * contexts / contexts.sum()
        wanted = np.maximum(np.log(counts / total / chance), 0)
    np.testing.assert_allclose(dense(ppmi(SparseMatrix(rows, columns, counts[rows, columns], 3))), wanted)


@pytest.mark.parametrize(("size", "width"), [(60, 5), (60, 60), (3, 10)])
def test_svd_equals_a_dense_one(size: int, width: int) -> None:
    chance = np.random.default_rng(0)
    low = chance.normal(size=(size, 4)) @ chance.normal(size=(4, size)) + 0.01 * chance.normal(size=(size, size))
    matrix = np.where(chance.random((size, size)) < 0.5, low, 0)
    rows, columns = np.nonzero(matrix)
    left, strengths = truncated_svd(SparseMatrix(rows, columns, matrix[rows, columns], size), width, 0)
    exact = torch.linalg.svd(torch.from_numpy(matrix))
    kept = min(size, width)
    torch.testing.assert_close(strengths.double(), exact.S[:kept], rtol=1e-3, atol=1e-3)
    if kept <= 5:
        overlap = (exact.U[:, :kept].T @ left.double()).abs()
        torch.testing.assert_close(overlap, torch.eye(kept, dtype=torch.float64), atol=0.03, rtol=0)


def company(words: list[list[str]], repeats: int) -> tuple[PackedText, dict[str, int]]:
    """Documents of words as text of ids."""
    ids = {word: number for number, word in enumerate(sorted({each for line in words for each in line}))}
    lines = [[ids[word] for word in line] for line in words] * repeats
    lengths = [len(line) for line in lines]
    return PackedText(np.concatenate(lines), np.repeat(np.arange(len(lines)), lengths)), ids


def test_pieces_in_like_company_have_like_vectors() -> None:
    """ⴰⵎⴰⵏ and water stand in the same places, as do ነጻ and free, and rarely together."""
    lines = [["▁drink", word, "▁cold"] for word in ("ⴰⵎⴰⵏ", "▁water")]
    lines += [["▁born", word, "▁equal"] for word in ("ነጻ", "▁free")] + [["▁cold", "▁equal"]]
    text, ids = company(lines, 20)
    vectors = piece_vectors(text, VectorsConfig(width=4, window=2), 0)
    assert vectors.ids.tolist() == sorted(ids.values())
    torch.testing.assert_close(vectors.values.norm(dim=1), torch.ones(len(ids)))
    likeness = vectors.values @ vectors.values.T
    for one, twin, other in (("ⴰⵎⴰⵏ", "▁water", "▁free"), ("ነጻ", "▁free", "▁water")):
        assert likeness[ids[one], ids[twin]] > 0.99
        assert likeness[ids[one], ids[other]] < 0.2


def test_rare_pieces_have_no_vector_and_others_are_the_same_each_time() -> None:
    text, ids = company([["a", "b", "c"]], 6)
    with_rare = PackedText(np.append(text.tokens, 9), np.append(text.documents, text.documents[-1]))
    first, again = (piece_vectors(with_rare, VectorsConfig(width=2), 0) for _ in range(2))
    assert first.ids.tolist() == sorted(ids.values())
    assert torch.equal(first.values, again.values)


def test_no_text_gives_no_vectors() -> None:
    assert len(piece_vectors(PackedText.empty(), VectorsConfig(), 0).ids) == 0


@pytest.mark.parametrize(
    ("sizes", "budget", "share"), [([5, 50, 500], 90, 42), ([5, 5, 5], 90, 5), ([7], 3, 3), ([], 9, 0), ([4, 9], 2, 1)]
)
def test_every_source_gives_the_same_as_far_as_it_can(sizes: list[int], budget: int, share: int) -> None:
    assert even_share(sizes, budget) == share
    assert sum(min(size, share) for size in sizes) <= budget


@pytest.fixture
def pack(make_artifact: Callable[..., Artifact]) -> Artifact:
    """English of 40 documents, N'Ko of three, and a validation file; tokens tell source and document."""
    part, rows = make_artifact("part", {"none.parquet": pa.table({"x": [1]})}), []
    for number, (lang, split, documents) in enumerate(
        [("eng_Latn", "train", 40), ("nqo_Nkoo", "train", 3), ("tha_Thai", "validation", 9)]
    ):
        with TokenFileWriter(part.path / f"{lang}.{split}", 1000) as writer:
            for document in range(documents):
                writer.add([number * 100 + document] * 10, f"{lang}#{document}")
        counts = {"documents": documents, "tokens": 10 * documents, "bytes": 1, "words": 1}
        rows.append({"lang": lang, "domain": "d", "split": split, "path": f"{lang}.{split}", "part": 0, **counts})
    index = pa.Table.from_pylist(rows, schema=PACKED)
    return make_artifact("pack", {"index.parquet": index}, packed=[part])


def test_the_sample_is_balanced_whole_documents_first_and_training_text_only(pack: Artifact) -> None:
    text = sample_text(pack, 115, seed=0)
    assert Counter(each // 100 for each in text.tokens.tolist()) == {0: 85, 1: 30}
    ends = np.flatnonzero(np.diff(text.documents)) + 1
    lengths = [len(each) for each in np.split(text.tokens, ends)]
    assert lengths == [10] * 8 + [5] + [10] * 3
    assert all(len(set(each.tolist())) == 1 for each in np.split(text.tokens, ends))
    assert sample_text(pack, 115, seed=0).tokens.tolist() == text.tokens.tolist()
    assert sample_text(pack, 115, seed=1).tokens.tolist() != text.tokens.tolist()
    assert len(sample_text(pack, 10**6, seed=0).tokens) == 430


def test_text_of_another_vocabulary_is_refused(pack: Artifact) -> None:
    text = sample_text(pack, 10**6, seed=0)
    check_text(text, 103)
    with pytest.raises(ArtifactError, match=r"token id 102, but the vocabulary ends at 99.*Delete the pack"):
        check_text(text, 100)


def test_a_lost_token_file_is_named(pack: Artifact) -> None:
    (Path(pack.parts["packed"][0].path) / "nqo_Nkoo.train.bin").unlink()
    with pytest.raises(ArtifactError, match=r"nqo_Nkoo\.train\.bin"):
        sample_text(pack, 100, seed=0)
