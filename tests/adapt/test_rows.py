"""New rows: each init against a closed form or a slow reference."""

from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from emma.adapt.config import AdaptConfig
from emma.adapt.rows import Combination, NewPieces, fill_new_rows, mean_of_spelling, vocabulary_matrices
from emma.errors import RecipeError
from emma.pipeline.recipe import Recipe

torch.manual_seed(0)
ROWS = torch.randn(4000, 8) @ torch.randn(8, 8) + 3


def test_spelled_rows_are_means_and_empty_ones_the_mean_of_all() -> None:
    made = Combination.from_rows([mean_of_spelling(each) for each in ([1], [], [2, 5, 5])]).apply(ROWS)
    torch.testing.assert_close(made, torch.stack([ROWS[1], ROWS.mean(0), (ROWS[2] + 2 * ROWS[5]) / 3]))


def test_combinations_equal_a_dense_product() -> None:
    chance = np.random.default_rng(0)
    bags = [(chance.integers(0, 50, size), chance.normal(size=size).astype("f4")) for size in (3, 1, 20)]
    dense = torch.zeros(3, 50)
    for row, (ids, weights) in enumerate(bags):
        dense[row].index_add_(0, torch.from_numpy(ids), torch.from_numpy(weights))
    torch.testing.assert_close(Combination.from_rows(bags).apply(ROWS[:50]), dense @ ROWS[:50])
    assert Combination.from_rows([]).apply(ROWS).shape == (0, 8)


def test_padding_rows_of_the_base_tell_nothing() -> None:
    """Six rows, four of them pieces: the new piece and the padding that is new start at the mean of four."""
    model = LlamaForCausalLM(LlamaConfig(vocab_size=8, hidden_size=8, intermediate_size=8, num_hidden_layers=1,
                                         num_attention_heads=1, pad_token_id=None))  # fmt: skip
    before = [matrix.clone() for matrix in vocabulary_matrices(model)]
    new = NewPieces([4], [[]])
    combination = Combination.from_rows([mean_of_spelling([])])
    fill_new_rows(model, 6, new, AdaptConfig(), {"subword_mean": combination})
    for old, matrix in zip(before, vocabulary_matrices(model), strict=True):
        torch.testing.assert_close(matrix[[4, 6, 7]], old[:4].mean(0).expand(3, -1))
        assert torch.equal(matrix[[0, 1, 2, 3, 5]], old[[0, 1, 2, 3, 5]])


@pytest.mark.parametrize("setting", ["init", "head_init"])
@pytest.mark.parametrize("value", ["gaussian", "mean", "omp", "random"])
def test_rows_that_lost_are_gone_with_a_word_on_what_to_write(tmp_path: Path, setting: str, value: str) -> None:
    (tmp_path / "r.toml").write_text(f'name = "r"\n[adapt]\n{setting} = "{value}"\n')
    with pytest.raises(RecipeError, match=rf"'adapt\.{setting}': \"{value}\" is gone\. Write \"subword_mean\""):
        Recipe.read(tmp_path / "r.toml")


@pytest.mark.parametrize("line", ["omp_anchors = 4", "distil = {}", "distil.steps = 3"])
def test_settings_of_ways_that_lost_are_to_be_left_out(tmp_path: Path, line: str) -> None:
    (tmp_path / "r.toml").write_text(f'name = "r"\n[adapt]\n{line}\n')
    with pytest.raises(RecipeError, match=r"'adapt\.(omp_anchors|distil)': .* is gone.*[Ll]eave it out\."):
        Recipe.read(tmp_path / "r.toml")
