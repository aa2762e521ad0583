"""What is expected of a release that is of another type than the trained model: the trained weights, rounded."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from emma.inspect.clients.released import Released, find_initial, other_type
from emma.models.resave import copy_model
from emma.store.artifact import Artifact
from emma.store.files import write_json


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


@pytest.mark.parametrize("stage", ["train", "start", "adapt", "nowhere"])
def test_adapters_go_on_what_training_began_with(tmp_path: Path, stage: str) -> None:
    adapt, began = Artifact(tmp_path / "adapt", "adapt"), Artifact(tmp_path / "began", "began")
    home: Any = SimpleNamespace(load=lambda *asked: began if asked == (stage, "began") else None)
    (tmp_path / "model").mkdir()
    record = {"steps": 1} if stage == "adapt" else {"started_from": {"artifact": "began"}}
    write_json(tmp_path / "model" / "training.json", record)
    found = find_initial(home, adapt, Artifact(tmp_path, "train"))
    assert found is {"adapt": adapt, "nowhere": None}.get(stage, began)
