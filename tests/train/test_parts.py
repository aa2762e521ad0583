"""Device and repeatability."""

import pytest
import torch

from emma.device import choose_device
from emma.errors import RecipeError
from emma.train.repeat import deterministic


def test_an_absent_device_is_refused() -> None:
    with pytest.raises(RecipeError, match=r"train\.device = 'cud' cannot be used here"):
        choose_device("cud", "train")


def test_determinism_is_left_as_it_was() -> None:
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    with deterministic(5):
        torch.rand(7)
        assert torch.are_deterministic_algorithms_enabled()
    assert not torch.are_deterministic_algorithms_enabled()
    assert torch.equal(torch.rand(1), expected)
