"""Device and determinism."""

import pytest
import torch

from emma.errors import RecipeError
from emma.models.device import choose_device
from emma.train.repeat import deterministic, seed_step


def test_an_absent_device_is_refused() -> None:
    with pytest.raises(RecipeError, match=r"train\.device = 'cud' cannot be used here"):
        choose_device("cud", "train")


@pytest.mark.parametrize("kind", ["cpu", "meta"])
def test_determinism_is_left_as_it_was(kind: str) -> None:
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    with deterministic(5, torch.device(kind)):
        torch.rand(7)
        assert torch.are_deterministic_algorithms_enabled() is (kind == "cpu")
    assert not torch.are_deterministic_algorithms_enabled()
    assert torch.equal(torch.rand(1), expected)


def test_what_a_step_draws_depends_on_nothing_before_it() -> None:
    drawn = []
    with deterministic(5, torch.device("cpu")):
        for seed, step, rank in [(5, 3, 0), (5, 3, 0), (5, 3, 1), (5, 4, 0), (6, 3, 0)]:
            torch.rand(len(drawn))
            seed_step(seed, step, rank)
            drawn.append(tuple(torch.rand(3).tolist()))
    assert drawn[0] == drawn[1]
    assert len(set(drawn)) == 4
