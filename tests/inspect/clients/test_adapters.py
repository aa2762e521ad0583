"""Adapters in peft's form on their model give the logits of the merged model, and others do not."""

import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from emma.inspect.clients import adapters
from emma.inspect.clients.adapters import verify_peft
from emma.inspect.clients.checks import SkippedError
from emma.inspect.clients.process import Answer
from emma.inspect.clients.released import Released
from emma.store.artifact import Artifact


def merge_adapters(folder: Path, home: Path) -> None:
    """A model with random adapters, and the model that they are merged into."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(5)
    model = get_peft_model(
        AutoModelForCausalLM.from_pretrained(folder), LoraConfig(r=2, target_modules=["q_proj", "down_proj"])
    )
    for name, weight in model.named_parameters():
        if "lora_B" in name:
            weight.data = 0.3 * torch.randn_like(weight)
    model.save_pretrained(home / "adapters")
    shutil.copytree(folder, home / "model")
    model.merge_and_unload().save_pretrained(home / "model")


@pytest.mark.slow
def test_adapters_are_the_merged_model(released: Released, tmp_path: Path) -> None:
    pytest.importorskip("peft", reason="needs the extra lora")
    (tmp_path / "train").mkdir()
    merge_adapters(released.train.path / "model", tmp_path / "train")
    made = replace(released, initial=released.train, train=Artifact(tmp_path / "train", "train"))
    (comparison,) = verify_peft(made, tmp_path).comparisons
    assert comparison.holds and comparison.difference < 1e-3
    before = released.reference.logits[0] - made.reference.logits[0]
    assert abs(before).max() > 0.1  # the adapters do something


def test_a_run_without_adapters(released: Released, tmp_path: Path) -> None:
    with pytest.raises(SkippedError, match=r"trained all weights, or train\.lora\.save is off"):
        verify_peft(released, tmp_path)


class Stored:
    """A training with adapters, beside a model of which nothing is asked but what type its weights have."""

    def find(self, name: str) -> Path:
        return Path(name)

    file = find


@pytest.mark.parametrize(
    ("kind", "gap", "holds"),
    [("float32", 5e-4, True), ("float32", 2e-3, False), ("bfloat16", 0.1, True), ("bfloat16", 0.3, False)],
)
def test_what_merging_may_round(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, gap: float, holds: bool
) -> None:
    """In 16 bits a fiftieth of the largest logit, which is 10 here."""
    logits = np.array([[-10.0, 0.0, 1.0]], np.float32)
    np.save(tmp_path / "logits-0.npy", logits + np.float32(gap))
    monkeypatch.setattr(adapters, "ask_script", lambda *_: Answer(tmp_path, {"version": "1"}))
    monkeypatch.setattr(adapters, "find_spec", lambda _: True)
    monkeypatch.setattr(adapters, "stored_type", lambda _: kind)
    reference = SimpleNamespace(inputs=list, logits=[logits])
    made: Any = SimpleNamespace(train=Stored(), initial=Stored(), reference=reference)
    (comparison,) = verify_peft(made, tmp_path).comparisons
    assert comparison.holds is holds
    made.initial = None
    with pytest.raises(SkippedError, match=r"train\.from\) is no longer in the store"):
        verify_peft(made, tmp_path)
