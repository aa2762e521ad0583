"""What the trainer asks of a model: packed documents apart, logits equal head times hidden states."""

from itertools import pairwise
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, BloomConfig, BloomForCausalLM, Gemma2Config, Gemma2ForCausalLM

from emma.errors import RecipeError
from emma.train.model import check_model, head_of, hidden_states, load_model
from tests.train.conftest import random_ids, tiny_model

STORIES = Path(__file__).parents[3] / "shared" / "data" / "model" / "stories260K_hf"


def largest_leak(model: torch.nn.Module) -> float:
    """The largest difference of logits between three documents in one sequence and each on its own."""
    ids = random_ids(1, 40)
    cuts = [0, 7, 8, 40]
    positions = torch.cat([torch.arange(end - start) for start, end in pairwise(cuts)])[None]
    packed = hidden_states(model, ids, positions, "fp32") @ head_of(model).T
    alone = [model(ids[:, start:end]).logits for start, end in pairwise(cuts)]
    return (packed - torch.cat(alone, 1)).abs().max().item()


def test_packed_is_separate() -> None:
    model = tiny_model().eval()
    assert largest_leak(model) <= 2e-6 * head_of(model).norm(dim=1).max().item() * 32**0.5


def test_packed_is_separate_in_a_real_model() -> None:
    if not STORIES.exists():
        pytest.skip("there is no shared/data folder beside the repository")
    model = AutoModelForCausalLM.from_pretrained(STORIES, dtype=torch.float32).eval()
    assert largest_leak(model) <= 2e-5


def test_a_good_model_passes(tmp_path: Path) -> None:
    tiny_model().save_pretrained(tmp_path)
    model = load_model(tmp_path, torch.device("cpu"))
    check_model(model, 64)
    assert model.training


def test_sequences_must_fit() -> None:
    with pytest.raises(RecipeError, match="Sequences of 65 tokens do not fit the model's context of 64"):
        check_model(tiny_model(), 65)


def test_capped_logits_are_refused() -> None:
    config = Gemma2Config(
        vocab_size=50,
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=8,
        initializer_range=2.0,
        final_logit_softcapping=1.0,
    )
    with pytest.raises(RecipeError, match="gemma2 change their logits after the head"):
        check_model(Gemma2ForCausalLM(config), 16)


def test_a_model_without_positions_is_refused() -> None:
    config = BloomConfig(vocab_size=50, hidden_size=16, n_layer=1, n_head=2)
    with pytest.raises(RecipeError, match="bloom take no positions"):
        check_model(BloomForCausalLM(config), 16)


def test_documents_that_see_each_other_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    model = tiny_model()
    backbone = model.base_model
    forward = backbone.forward
    monkeypatch.setattr(backbone, "forward", lambda **given: forward(**{**given, "position_ids": None}))
    with pytest.raises(RecipeError, match="llama let packed documents see each other"):
        check_model(model, 16)
