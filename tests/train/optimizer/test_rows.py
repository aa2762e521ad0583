"""Rows of the vocabulary on ranks that share a weight."""

from pathlib import Path

import pytest
import torch

from emma.train.config import TrainConfig
from emma.train.model.loss_model import LossModel
from emma.train.model.sharding import make_mesh, shard_model
from emma.train.optimizer.rows import count_rows_before, first_own_row, local_part, vocabulary_weights
from tests.train.conftest import VOCABULARY, tiny_model
from tests.train.processes import in_processes, meet

ROWS = (0, 3, 51, 70, VOCABULARY)


def on_a_rank(rank: int, count: int, folder: Path) -> None:
    meet(rank, count, folder)
    loss_model, section = LossModel(tiny_model(), TrainConfig()), TrainConfig(device="cpu")
    whole = [weight.detach().clone() for weight in vocabulary_weights(loss_model.model)]
    shard_model(loss_model, section, make_mesh(section, torch.device("cpu")))
    for weight, all_rows in zip(vocabulary_weights(loss_model.model), whole, strict=True):
        first, own = first_own_row(weight), local_part(weight.detach())
        assert torch.equal(own, all_rows[first : first + len(own)])
        for row in ROWS:
            before = sum(first <= each < first + len(own) for each in range(row))
            assert count_rows_before(weight, row) == before


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_rank_knows_which_rows_it_has(tmp_path: Path, count: int) -> None:
    in_processes(count, on_a_rank, count, tmp_path)
