"""Trees against rows that are written out one token at a time."""

from dataclasses import dataclass

import pytest

from emma.evaluate.engine.tree import build_batch, path_length, tree_mask, tree_width


@dataclass
class Tree:
    context: list[int]
    choices: list[list[int]]


TREES = [Tree([1, 2, 3], [[4, 5], [6], [7, 8, 9]]), Tree([1, 2], [[3]]), Tree([1], [[2, 3], [4, 5]])]


@pytest.mark.parametrize("skip", [0, 1])
def test_every_token_sees_its_own_path_and_stands_where_it_would_alone(skip: int) -> None:
    trees = TREES[: 3 - skip]  # of the last one's context nothing would be left
    batch = build_batch(trees, skip)
    mask = tree_mask(batch.branches, skip)
    choices = [(row, choice) for row, tree in enumerate(trees) for choice in tree.choices]
    predicted = {number: [] for number in range(len(choices))}
    for target, owner, number in zip(batch.targets.tolist(), batch.owners, batch.choices.tolist(), strict=True):
        row, place = divmod(int(batch.places[owner]), batch.inputs.shape[1])
        seen = mask[row, 0, place].nonzero().flatten().tolist()
        assert seen[:skip] == list(range(skip))
        path = [*trees[row].context[:skip], *(int(batch.inputs[row, at - skip]) for at in seen[skip:])]
        assert int(batch.positions[row, place]) == len(path) - 1
        assert path == [*trees[row].context, *predicted[number]]
        predicted[number].append(target)
    assert [predicted[number] for number in range(len(choices))] == [choice for _, choice in choices]
    assert batch.owners.tolist() == sorted(batch.owners)


def test_padding_sees_something_and_is_not_seen() -> None:
    batch = build_batch(TREES)
    mask = tree_mask(batch.branches)
    assert mask.any(-1).all()
    for row, tree in enumerate(TREES):
        assert not mask[row, 0, : tree_width(tree), tree_width(tree) :].any()


def test_sizes() -> None:
    assert [tree_width(tree) for tree in TREES] == [6, 2, 3]
    assert tree_width(TREES[0], 2) == 4
    assert [path_length(tree) for tree in TREES] == [5, 2, 2]
