"""What is expected of a release that is of another type than the trained model: the trained weights, rounded."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from emma.inspect.clients.released import Released, other_type
from emma.models.resave import copy_model


def test_rounded_weights_are_expected_of_a_rounded_release(
    altered: Callable[[Callable[[Path], None]], Released],
) -> None:
    import torch
    from transformers import AutoModelForCausalLM

    released = altered(lambda _: None)
    whole = released.reference
    for path in released.model.glob("*"):
        path.unlink()
    released.model.rmdir()
    copy_model(released.train.path / "model", released.model, dtype="bf16", shard_size=None)
    assert other_type(released.model, released.train.path / "model") == "bfloat16"
    del vars(released)["reference"]
    rounded = released.reference
    assert np.abs(rounded.logits[0] - whole.logits[0]).max() > 1e-3
    model = AutoModelForCausalLM.from_pretrained(released.model, dtype=torch.float32).eval()
    with torch.inference_mode():
        theirs = model(torch.tensor([rounded.inputs()[0]])).logits[0].numpy()
    assert np.abs(rounded.logits[0] - theirs).max() < 1e-4
