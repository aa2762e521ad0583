"""Every field of seventeen kinds of base through adapt, train and release: what changed, and that nothing else did."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM

from emma.adapt.config import AdaptConfig
from emma.adapt.run import adapt
from emma.errors import ArtifactError
from emma.models.configuration import REASONS, merge_config
from emma.store.artifact import Artifact
from emma.train.config import TrainConfig
from emma.train.run import train
from tests.adapt.test_run import NEW, vocab
from tests.models.kinds import CONFIGS, GENERATION, PIECES, write_base
from tests.train.conftest import make_inputs

__all__ = ["vocab"]

ALWAYS = {"vocab_size"}
WHAT_ELSE: dict[str, set[str]] = {
    "phi3": {"auto_map"},
    "qwen3_of_5": {"rope_theta"},
    "llama3_of_5": {"rope_theta", "rope_scaling"},
    "neox_of_5": {"rope_theta", "partial_rotary_factor", "rotary_pct", "rotary_emb_base"},
}
"""Fields that change beside those, where nothing is asked for but new pieces."""
ROPES = (None, {"type": "yarn", "factor": 2.0}, {"theta": 2e6})
UNSCALED = ("gpt2", "phi3", "olmo2")
"""Positions of the first are learned; of the others transformers 4 takes LongRoPE alone, and nothing but linear."""
IDS = torch.arange(3, 43)[None]
OLD = Path(sys.prefix) / "transformers4"
"""Where `make test` puts the last transformers of before 5."""


def adapted(kind: str, make_work, vocab: Artifact, folder: Path, number: int = 0, **fields: Any) -> Path:
    """Write a base of a kind, unless it is there, and adapt it."""
    if not (folder / kind).is_dir():
        write_base(kind, folder / kind)
    work = make_work("adapt", key=f"{kind:0>17}{number:03}")
    adapt(AdaptConfig(**fields), vocab=vocab, base=Artifact(folder / kind, kind), work=work)
    return work.out / "model"


@pytest.fixture
def trained(make_work: Callable[..., Any], vocab: Artifact, tmp_path: Path) -> Callable[..., Path]:
    """Write a base of a kind, take it through adapt and train, and give the folder that release copies."""

    def make(kind: str) -> Path:
        model = adapted(kind, make_work, vocab, tmp_path)
        (tmp_path / "inputs").mkdir()
        inputs = make_inputs(tmp_path / "inputs", (2, 1, 1), AutoModelForCausalLM.from_pretrained(model))
        inputs["adapt"] = Artifact(model.parent, "adapt")
        path = inputs["mix"].path / "plan.json"
        tokenizer = hashlib.sha256((model / "tokenizer.json").read_bytes()).hexdigest()
        path.write_text(json.dumps(json.loads(path.read_text()) | {"tokenizer": tokenizer}))
        done = make_work("train", key=f"{kind:0>20}")
        train(TrainConfig(precision="fp32", device="cpu", learning_rate=1e-3), **inputs, work=done)
        return done.out / "model"

    return make


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text())
    return found


@pytest.mark.slow
@pytest.mark.parametrize("kind", CONFIGS)
def test_every_field_of_a_base_is_kept(kind: str, trained: Callable[..., Path], tmp_path: Path) -> None:
    folder = trained(kind)
    before, after = read(tmp_path / kind / "config.json"), read(folder / "config.json")
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert changed == ALWAYS | WHAT_ELSE.get(kind, set())
    assert after["vocab_size"] == PIECES + len(NEW)
    origin = read(folder.parents[2] / "adapt" / f"{kind:0>17}000" / "origin.json")
    assert origin["changed"] == {name: REASONS[name] for name in sorted(changed)}
    path = folder / "generation_config.json"
    assert (read(path) if path.exists() else None) == GENERATION.get(kind)


@pytest.mark.slow
@pytest.mark.parametrize("kind", CONFIGS)
def test_the_result_computes_as_the_base_says(kind: str, trained: Callable[..., Path]) -> None:
    """A model of the kept configuration is the trained one, and its weights are of the base's type."""
    folder = trained(kind)
    model, report = AutoModelForCausalLM.from_pretrained(folder, dtype="auto", output_loading_info=True)
    assert not report["missing_keys"]
    assert not report["unexpected_keys"]
    config = read(folder / "config.json")
    assert model.dtype == getattr(torch, config.get("torch_dtype") or config.get("dtype", "float32"))
    assert model(IDS).logits.isfinite().all()


@pytest.mark.slow
@pytest.mark.skipif(not OLD.is_dir(), reason="needs transformers 4 in the environment's transformers4 (make test)")
def test_transformers_4_computes_the_same(make_work, vocab: Artifact, tmp_path: Path) -> None:
    """All kinds, as they are and with other rotary settings, in one process of it."""
    folders = [
        adapted(kind, make_work, vocab, tmp_path, number, rope=rope)
        for number, (kind, rope) in enumerate(product(CONFIGS, ROPES))
        if rope is None or kind not in UNSCALED
    ]
    script = Path(__file__).with_name("in_transformers4.py")
    environment = os.environ | {"PYTHONPATH": str(OLD)}
    done = subprocess.run(
        [sys.executable, script, *folders], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    for folder in folders:
        # Of soft caps in attention only this implementation knows in both.
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
        new = model(IDS).logits.detach()
        old = torch.from_numpy(np.load(folder / "logits.npy"))
        assert torch.allclose(old, new, rtol=1e-4, atol=1e-4), f"{folder}: {(old - new).abs().max()}"


def test_the_docs_name_every_field_that_may_change() -> None:
    page = (Path(__file__).parents[2] / "docs" / "adaptation.md").read_text()
    assert all(f"`{name}`" in page for name in REASONS)


def test_a_difference_without_a_reason_is_a_mistake() -> None:
    with pytest.raises(ArtifactError, match="would change in hidden_size"):
        merge_config({}, {"hidden_size": 1}, {"hidden_size": 2})
