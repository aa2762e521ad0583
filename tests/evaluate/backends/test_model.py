"""What is asked of a model at a time, by the device that it is on."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from emma.errors import RecipeError
from emma.evaluate.backends.model import LanguageModel, rows_per_chunk
from emma.evaluate.config import EvaluateConfig
from emma.models.head import Head


def test_a_chunk_of_logits_is_as_large_as_the_device_wants() -> None:
    head = Head(torch.zeros(50_000, 2))
    assert rows_per_chunk(head, torch.device("cpu")) == (1 << 22) // 50_000
    assert rows_per_chunk(head, torch.device("cuda")) == (1 << 28) // 50_000
    assert rows_per_chunk(head, torch.device("mps")) == rows_per_chunk(head, torch.device("cpu"))
    assert rows_per_chunk(Head(torch.zeros(1 << 23, 1)), torch.device("cpu")) == 1


def test_weights_that_are_cut_or_missing_are_named_when_they_are_read(make_model: Callable[..., Path]) -> None:
    folder = make_model("tiny") / "model"
    model, weights = LanguageModel(folder, EvaluateConfig(device="cpu")), folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    with pytest.raises(RecipeError, match=r"model\.safetensors cannot be read"):
        _ = model.network
    weights.unlink()
    with pytest.raises(RecipeError, match="has no weights"):
        _ = model.network
