"""Documents as kernels want them, against masks made pair by pair."""

import pytest
import torch
from torch import Tensor
from torch.nn.attention.flex_attention import create_block_mask

from emma.train.model.documents import (
    FLEX_BLOCK,
    MIN_DOCUMENTS,
    document_bounds,
    documents_for_flex,
    documents_for_varlen,
    find_document_starts,
)

CUTS = {
    "one document": [[0]],
    "many short": [list(range(0, 4 * FLEX_BLOCK, 7))],
    "at the blocks' edges": [[0, FLEX_BLOCK, 2 * FLEX_BLOCK, 3 * FLEX_BLOCK]],
    "beside the edges": [[0, FLEX_BLOCK - 1, 2 * FLEX_BLOCK + 1, 3 * FLEX_BLOCK - 1, 3 * FLEX_BLOCK]],
    "two sequences": [[0, 5, 300], [0, 130, 131, 132, 500]],
}
WINDOWS = [0, 1, 64, FLEX_BLOCK, 200, 10_000]


def positions_of(cuts: list[list[int]], tokens: int = 4 * FLEX_BLOCK) -> Tensor:
    rows = []
    for each in cuts:
        ends = [*each[1:], tokens]
        rows.append(torch.cat([torch.arange(end - start) for start, end in zip(each, ends, strict=True)]))
    return torch.stack(rows)


def slow_mask(positions: Tensor, window: int) -> Tensor:
    """Who sees whom: bool (sequences, tokens, tokens), from the document numbers."""
    document = (positions == 0).cumsum(1)
    tokens = torch.arange(positions.shape[1])
    distance = tokens[:, None] - tokens
    return (document[:, :, None] == document[:, None]) & (distance >= 0) & (distance < (window or 10**9))


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("name", CUTS)
def test_block_masks(name: str, window: int) -> None:
    """Blocks and what is inside them are those that torch finds by trying all pairs."""
    positions = positions_of(CUTS[name])
    mask = documents_for_flex(positions, [window]).masks[window]
    dense = slow_mask(positions, window)
    pairs = [torch.arange(each) for each in dense.shape]
    sees = mask.mask_mod(pairs[0][:, None, None], torch.zeros(()), pairs[1][:, None], pairs[2])
    assert torch.equal(sees, dense)
    wanted = create_block_mask(
        lambda sequence, _head, query, key: dense[sequence, query, key],
        len(dense),
        None,
        *dense.shape[1:],
        device="cpu",
        BLOCK_SIZE=FLEX_BLOCK,
    )
    assert torch.equal(mask.to_dense(), wanted.to_dense())
    for kind in ("kv", "full_kv", "q", "full_q"):
        counts = getattr(mask, f"{kind}_num_blocks")
        assert torch.equal(counts, getattr(wanted, f"{kind}_num_blocks").expand_as(counts)), kind
        assert listed(mask, kind) == listed(wanted, kind), kind


def listed(mask, kind: str) -> list[set[int]]:
    """The blocks of each row."""
    counts, blocks = getattr(mask, f"{kind}_num_blocks").flatten(), getattr(mask, f"{kind}_indices").flatten(0, 2)
    return [set(row[:count].tolist()) for count, row in zip(counts, blocks, strict=True)]


@pytest.mark.parametrize("name", CUTS)
def test_bounds(name: str) -> None:
    """Documents end to end, then empty ones that fill up to a power of two."""
    positions = positions_of(CUTS[name])
    documents = documents_for_varlen(positions)
    bounds, real = documents.bounds, sum(len(each) for each in CUTS[name])
    assert bounds.dtype == torch.int32
    assert bounds[:real].tolist() == (positions.flatten() == 0).nonzero().flatten().tolist()
    assert set(bounds[real:].tolist()) == {positions.numel()}
    assert len(bounds) == MIN_DOCUMENTS + 1
    assert documents.tokens == positions.shape[1]


@pytest.mark.parametrize(
    ("documents", "room"), [(1, MIN_DOCUMENTS), (MIN_DOCUMENTS, MIN_DOCUMENTS), (MIN_DOCUMENTS + 1, 2 * MIN_DOCUMENTS)]
)
def test_room_for_documents_grows_by_doubling(documents: int, room: int) -> None:
    starts = torch.zeros(1, 1000, dtype=torch.bool)
    starts[0, :documents] = True
    assert len(document_bounds(starts)) == room + 1


def test_a_cut_document_begins_anew() -> None:
    """Positions may go on in the middle of a document; what does not count up by one is another document."""
    assert find_document_starts(torch.tensor([[5, 6, 7, 3, 4, 0, 1]])).tolist() == [[1, 0, 0, 1, 0, 1, 0]]
