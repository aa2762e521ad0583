"""The loss_model against transformers: packed documents apart, losses and gradients equal, for every kind of
position."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from transformers import (
    AutoModelForCausalLM,
    BloomConfig,
    BloomForCausalLM,
    Gemma2Config,
    Gemma2ForCausalLM,
    PreTrainedModel,
)

from emma.errors import RecipeError
from emma.train.config import TrainConfig
from emma.train.model.blocks import find_decoder_blocks
from emma.train.model.loss_model import LossModel, check_model, load_model
from tests.train.conftest import random_ids, tiny_model

STORIES = Path(__file__).parents[3] / "shared" / "data" / "model" / "stories260K_hf"
CUTS = ((0, 7, 8, 40), (0, 25, 40))
"""Where the documents of two sequences begin and end."""
ROPE: dict[str, dict[str, Any]] = {
    "default": {},
    "linear": {"factor": 2.0},
    "dynamic": {"factor": 2.0},
    "yarn": {"factor": 4.0, "original_max_position_embeddings": 16},
    "llama3": {
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 16,
    },
    "longrope": {
        "short_factor": [1.0, 1.1, 1.2, 1.3],
        "long_factor": [1.0, 2.0, 3.0, 4.0],
        "factor": 4.0,
        "original_max_position_embeddings": 16,
    },
}
"""Every kind of rotary scaling; where there is one, the context before scaling lies between the documents' lengths."""


def packed() -> tuple[Tensor, Tensor, Tensor]:
    """Two sequences of several documents: inputs, positions, targets."""
    ids = random_ids(2, 41)
    positions = torch.stack([torch.cat([torch.arange(end - start) for start, end in pairwise(cuts)]) for cuts in CUTS])
    targets = ids[:, 1:].clone()
    for row, cuts in enumerate(CUTS):
        targets[row, [cut - 1 for cut in cuts[1:]]] = -100
    return ids[:, :-1], positions, targets


def separate_nats(model: PreTrainedModel) -> Tensor:
    """transformers' own logits of each document alone, through torch's loss."""
    inputs, _, targets = packed()
    found = []
    for row, cuts in enumerate(CUTS):
        for start, end in pairwise(cuts):
            logits = model(inputs[row : row + 1, start:end]).logits[0]
            wanted = targets[row, start:end]
            found.append(cross_entropy(logits, wanted, reduction="none", ignore_index=-100)[wanted >= 0])
    return torch.cat(found)


def loss_model(model: PreTrainedModel, **fields: Any) -> LossModel:
    return LossModel(model, TrainConfig(**fields)).train()


@pytest.mark.parametrize("kv_heads", [4, 2, 1], ids=["multi-head", "grouped", "multi-query"])
@pytest.mark.parametrize("rope", ROPE)
def test_packed_equals_separate(rope: str, kv_heads: int) -> None:
    """In nats and in every gradient."""
    parameters = {"rope_type": rope, "rope_theta": 10_000.0, **ROPE[rope]}
    model, reference = (tiny_model(num_key_value_heads=kv_heads, rope_parameters=parameters) for _ in range(2))
    total, nats = loss_model(model)(*packed())
    wanted = separate_nats(reference)
    torch.testing.assert_close(nats, wanted, rtol=0, atol=2e-6 * wanted.max().item())
    total.backward()
    wanted.sum().backward()
    for (name, one), other in zip(model.named_parameters(), reference.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad, rtol=1e-4, atol=2e-6 * other.grad.abs().max().item(), msg=name)


def test_packed_is_separate_in_a_real_model() -> None:
    if not STORIES.exists():
        pytest.skip("there is no shared/data folder beside the repository")
    model = AutoModelForCausalLM.from_pretrained(STORIES, dtype=torch.float32)
    torch.testing.assert_close(loss_model(model)(*packed())[1], separate_nats(model), rtol=0, atol=2e-5)


def test_without_masks_documents_run_on() -> None:
    model = tiny_model()
    inputs, positions, targets = packed()
    nats = loss_model(model, document_masks=False)(inputs, positions, targets)[1]
    logits = model(inputs).logits
    torch.testing.assert_close(nats, cross_entropy(logits[targets >= 0], targets[targets >= 0], reduction="none"))
    assert (nats - separate_nats(model)).abs().max() > 0.1


def test_tied_weights_gather_both_gradients() -> None:
    model, reference = (tiny_model(tie_word_embeddings=True) for _ in range(2))
    loss_model(model)(*packed())[0].backward()
    separate_nats(reference).sum().backward()
    torch.testing.assert_close(model.lm_head.weight.grad, reference.lm_head.weight.grad, rtol=1e-4, atol=1e-4)


def test_nothing_to_predict_has_no_gradient() -> None:
    """Sequences that only fill up a batch."""
    model = tiny_model()
    inputs, positions, targets = packed()
    total, nats = loss_model(model)(inputs, positions, torch.full_like(targets, -100))
    total.backward()
    assert nats.shape == (0,)
    assert all(each.grad is None or not each.grad.any() for each in model.parameters())


def test_bfloat16_is_close() -> None:
    model = tiny_model()
    exact, rough = (loss_model(model, precision=kind)(*packed())[0].item() for kind in ("fp32", "bf16"))
    assert exact != rough
    assert rough == pytest.approx(exact, rel=0.02)


def test_blocks_are_the_layers() -> None:
    model = tiny_model(num_hidden_layers=3)
    assert find_decoder_blocks(LossModel(model, TrainConfig())) == list(model.model.layers)
    model.config.num_hidden_layers = 4
    with pytest.raises(RecipeError, match="llama have no list of 4 layers"):
        find_decoder_blocks(model)


def test_a_good_model_passes(tmp_path: Path) -> None:
    tiny_model().save_pretrained(tmp_path)
    model = load_model(tmp_path, torch.device("cpu"))
    check_model(model, 64)
    assert model.training


def test_a_capped_model_passes() -> None:
    sizes = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "head_dim": 8}
    heads = {"num_attention_heads": 2, "num_key_value_heads": 1, "attn_implementation": "eager"}
    config = Gemma2Config(vocab_size=101, initializer_range=2.0, final_logit_softcapping=1.0, **sizes, **heads)
    model = Gemma2ForCausalLM(config)
    check_model(model, 40)
    torch.testing.assert_close(loss_model(model)(*packed())[1], separate_nats(model), rtol=1e-5, atol=1e-5)


def test_sequences_must_fit() -> None:
    with pytest.raises(RecipeError, match="Sequences of 65 tokens do not fit the model's context of 64"):
        check_model(tiny_model(), 65)


def test_dynamic_scaling_is_refused_where_it_would_scale() -> None:
    parameters = {"rope_type": "dynamic", "rope_theta": 10_000.0, "factor": 2.0}
    check_model(tiny_model(rope_parameters=parameters), 64)
    with pytest.raises(RecipeError, match=r"'dynamic' begins after 64 tokens.*cannot be trained with at 65.*yarn"):
        check_model(tiny_model(rope_parameters=parameters), 65)


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
