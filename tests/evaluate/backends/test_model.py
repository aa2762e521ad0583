"""What is asked of a model at a time, by the device that it is on."""

import torch

from emma.evaluate.backends.model import rows_per_chunk
from emma.models.head import Head


def test_a_chunk_of_logits_is_as_large_as_the_device_wants() -> None:
    head = Head(torch.zeros(50_000, 2))
    assert rows_per_chunk(head, torch.device("cpu")) == (1 << 22) // 50_000
    assert rows_per_chunk(head, torch.device("cuda")) == (1 << 28) // 50_000
    assert rows_per_chunk(head, torch.device("mps")) == rows_per_chunk(head, torch.device("cpu"))
    assert rows_per_chunk(Head(torch.zeros(1 << 23, 1)), torch.device("cpu")) == 1
