"""New rows: each init against a closed form or a slow reference."""

from pathlib import Path

import numpy as np
import pytest
import torch

from emma.adapt.rows import Combination, make_new_rows, mean_of_spelling
from emma.errors import RecipeError
from emma.pipeline.recipe import Recipe

torch.manual_seed(0)
ROWS = torch.randn(4000, 8) @ torch.randn(8, 8) + 3


def test_spelled_rows_are_means_and_empty_ones_the_mean_of_all() -> None:
    made = make_new_rows(
        ROWS,
        3,
        "subword_mean",
        Combination.from_rows([mean_of_spelling([1]), mean_of_spelling([]), mean_of_spelling([2, 5, 5])]),
        0,
    )
    torch.testing.assert_close(made, torch.stack([ROWS[1], ROWS.mean(0), (ROWS[2] + 2 * ROWS[5]) / 3]))


def test_combinations_equal_a_dense_product() -> None:
    chance = np.random.default_rng(0)
    bags = [(chance.integers(0, 50, size), chance.normal(size=size).astype("f4")) for size in (3, 1, 20)]
    dense = torch.zeros(3, 50)
    for row, (ids, weights) in enumerate(bags):
        dense[row].index_add_(0, torch.from_numpy(ids), torch.from_numpy(weights))
    torch.testing.assert_close(Combination.from_rows(bags).apply(ROWS[:50]), dense @ ROWS[:50])
    assert Combination.from_rows([]).apply(ROWS).shape == (0, 8)


def test_mean_and_random() -> None:
    torch.testing.assert_close(make_new_rows(ROWS, 2, "mean", None, 0), ROWS.mean(0).expand(2, -1))
    drawn = make_new_rows(ROWS, 4000, "random", None, 5)
    torch.testing.assert_close(drawn.std(0), ROWS.std(0), rtol=0.1, atol=0)
    torch.testing.assert_close(drawn.mean(0), ROWS.mean(0), rtol=0, atol=0.2)
    off_diagonal = torch.corrcoef(drawn.T) - torch.eye(8)
    assert off_diagonal.abs().max() < 0.1 < (torch.corrcoef(ROWS.T) - torch.eye(8)).abs().max()


def test_random_rows_depend_on_the_seed_alone() -> None:
    first = make_new_rows(ROWS, 9, "random", None, 5)
    torch.manual_seed(77)
    assert torch.equal(first, make_new_rows(ROWS, 9, "random", None, 5))
    assert not torch.equal(first, make_new_rows(ROWS, 9, "random", None, 6))


@pytest.mark.parametrize("setting", ["init", "head_init"])
def test_gaussian_rows_are_gone_with_a_word_on_what_to_write(tmp_path: Path, setting: str) -> None:
    (tmp_path / "r.toml").write_text(f'name = "r"\n[adapt]\n{setting} = "gaussian"\n')
    with pytest.raises(RecipeError, match=rf"'adapt\.{setting}': Write \"mean\""):
        Recipe.read(tmp_path / "r.toml")
