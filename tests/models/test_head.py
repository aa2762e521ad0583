"""Heads against the logits of the models they were read from."""

from typing import Any

import pytest
import torch
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedModel

from emma.errors import RecipeError
from emma.models.head import Head, check_head, head_of

SIZES = {
    "vocab_size": 50,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 64,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "initializer_range": 0.5,  # large, so that caps and scales show
}
KINDS: dict[str, dict[str, Any]] = {
    "llama": {},
    "gpt2": {},  # tied
    "gptj": {"rotary_dim": 8},  # a bias
    "phi": {},  # a bias
    "cohere": {"logit_scale": 0.25},
    "granite": {"logits_scaling": 8.0},
    "hyperclovax": {"logits_scaling": 3.0},  # multiplies by what Granite divides by
    "gemma2": {"head_dim": 8, "final_logit_softcapping": 5.0},
    "gemma3_text": {"head_dim": 8, "final_logit_softcapping": None},
    "qwen3": {"head_dim": 8},
    "opt": {"ffn_dim": 48},
}


def small(kind: str, **fields: Any) -> PreTrainedModel:
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(AutoConfig.for_model(kind, **{**SIZES, **fields}))
    for name, each in model.named_parameters():
        if name.endswith("bias"):
            torch.nn.init.normal_(each)
    return model.eval()


@pytest.mark.parametrize("kind", KINDS)
@torch.no_grad()
def test_logits_are_the_models_own(kind: str) -> None:
    model = small(kind, **KINDS[kind])
    check_head(model, kind)
    ids = torch.randint(0, 50, (2, 9))
    hidden = model.base_model(input_ids=ids).last_hidden_state
    torch.testing.assert_close(head_of(model).logits(hidden), model(input_ids=ids).logits, rtol=1e-5, atol=1e-5)


def test_what_is_read() -> None:
    assert head_of(small("llama")).bias is None
    assert head_of(small("cohere", logit_scale=0.25)).scale == 0.25
    assert head_of(small("granite", logits_scaling=8.0)).scale == 0.125
    assert head_of(small("gemma2", final_logit_softcapping=5.0)).cap == 5.0
    assert head_of(small("phi")).bias is not None
    model = small("gpt2")
    assert head_of(model).weight is model.transformer.wte.weight
    assert len(head_of(model)) == 50


def test_scale_comes_before_cap() -> None:
    head = Head(torch.tensor([[2.0]]), torch.tensor([1.0]), scale=3.0, cap=4.0)
    wanted = 4 * torch.tanh(torch.tensor(3 * (2 * 5.0 + 1) / 4))
    assert head.logits(torch.tensor([[5.0]])).item() == pytest.approx(wanted.item())


def test_logits_that_are_made_otherwise_are_refused() -> None:
    model = small("llama").train()
    model.lm_head.register_forward_hook(lambda _module, _given, logits: logits.sin())
    with pytest.raises(RecipeError, match=r"The base x makes its logits in a way that EMMA does not know.*\(llama\)"):
        check_head(model, "The base x")
    assert model.training
