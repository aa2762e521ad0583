"""Our attention functions against transformers' own, and what is seen of a model before one is chosen.

Kernels for GPUs cannot run here: FlexAttention runs uncompiled, and flash attention is stood in for by a slow one that
takes the same arguments, so what is tested is everything around them.
"""

from typing import Any

import pytest
import torch
from torch import Tensor
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedModel, masking_utils

from emma.errors import RecipeError
from emma.train.config import TrainConfig
from emma.train.model import attention
from emma.train.model.attention import choose_attention
from emma.train.model.attention_probe import is_causal_window, record_attention_calls
from emma.train.model.documents import FLEX_BLOCK
from emma.train.model.loss_model import LossModel
from tests.models.test_head import SIZES
from tests.train.conftest import VOCABULARY, random_ids
from tests.train.model.test_documents import positions_of

CPU = torch.device("cpu")
CUTS = [[0, 3, 100, 131], [0, 128, 200]]
MODELS: dict[str, dict[str, Any]] = {
    "llama": {},
    "qwen3": {"head_dim": 16, "num_attention_heads": 6},  # three queries share a key
    "mistral": {"sliding_window": 40},
    "gemma3_text": {"head_dim": 16, "sliding_window": 32, "layer_types": ["sliding_attention", "full_attention"]},
    "gemma2": {"head_dim": 16, "sliding_window": 32, "attn_logit_softcapping": 2.0},
    "granite": {"attention_multiplier": 0.5},  # a scale of its own
}
CAPPED = {"gemma2"}


def small(kind: str, **fields: Any) -> PreTrainedModel:
    torch.manual_seed(0)
    heads = fields.get("num_attention_heads", 4)
    config = {**SIZES, "vocab_size": VOCABULARY, "max_position_embeddings": 512, "hidden_size": 8 * heads, **fields}
    model: PreTrainedModel = AutoModelForCausalLM.from_config(AutoConfig.for_model(kind, **config))
    return model


def slow_varlen(
    *given: Any, scale: float | None = None, window_size: tuple[int, int] = (-1, -1), enable_gqa: bool = False
) -> Tensor:
    """Flash attention over documents, one after the other. Arguments as torch's function has them."""
    query, key, value, starts, starts_of_keys, longest, longest_of_keys = given
    assert torch.equal(starts, starts_of_keys)
    assert window_size[1] == 0
    assert (query.shape[1] == key.shape[1]) is not enable_gqa
    found = torch.empty_like(query)
    for start, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        assert end - start <= longest == longest_of_keys
        places = torch.arange(end - start)
        distance = places[:, None] - places
        mask = (distance >= 0) & ((distance <= window_size[0]) | (window_size[0] < 0))
        q, k, v = (each[start:end].transpose(0, 1)[None] for each in (query, key, value))
        heads = torch.nn.functional.scaled_dot_product_attention(q, k, v, mask, scale=scale, enable_gqa=enable_gqa)
        found[start:end] = heads[0].transpose(0, 1)
    return found


def nats(model: PreTrainedModel, kind: str) -> tuple[Tensor, LossModel]:
    ids = random_ids(2, 2 * FLEX_BLOCK + 1)
    loss_model = LossModel(model.train(), TrainConfig(attention=kind))
    with torch.no_grad():
        return loss_model(ids[:, :-1], positions_of(CUTS, 2 * FLEX_BLOCK), ids[:, 1:])[1], loss_model


@pytest.fixture
def any_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attention, "_machine_obstacle", lambda *_: None)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:flex_attention called without")
@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.usefixtures("any_machine")
def test_flex_equals_transformers(kind: str) -> None:
    model = small(kind, **MODELS[kind])
    model.set_attn_implementation("eager" if kind in CAPPED else "sdpa")
    wanted, _ = nats(model, "sdpa")
    found, loss_model = nats(model, "flex")
    assert loss_model.attention is not None
    assert loss_model.attention.kind == "flex"
    torch.testing.assert_close(found, wanted, rtol=0, atol=2e-6 * wanted.max().item())


@pytest.mark.parametrize("takes_groups", [True, False], ids=["new torch", "torch 2.11"])
@pytest.mark.parametrize("kind", sorted(set(MODELS) - CAPPED))
@pytest.mark.usefixtures("any_machine")
def test_varlen_equals_transformers(monkeypatch: pytest.MonkeyPatch, kind: str, takes_groups: bool) -> None:
    monkeypatch.setattr(attention, "varlen_attn", slow_varlen)
    monkeypatch.setattr(attention, "SUPPORTS_GROUPED_HEADS", takes_groups)
    model = small(kind, **MODELS[kind])
    wanted, _ = nats(model, "sdpa")
    found, loss_model = nats(model, "varlen")
    assert loss_model.attention is not None
    assert loss_model.attention.kind == "varlen"
    torch.testing.assert_close(found, wanted, rtol=0, atol=2e-6 * wanted.max().item())


@pytest.mark.usefixtures("any_machine")
def test_varlen_has_the_same_gradients(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attention, "varlen_attn", slow_varlen)
    ids, found = random_ids(2, 2 * FLEX_BLOCK + 1), []
    for kind in ("sdpa", "varlen"):
        model = small("llama")
        total, _ = LossModel(model, TrainConfig(attention=kind))(
            ids[:, :-1], positions_of(CUTS, 2 * FLEX_BLOCK), ids[:, 1:]
        )
        total.backward()
        found.append([each.grad for each in model.parameters()])
    torch.testing.assert_close(*found, rtol=1e-4, atol=1e-3)


def test_what_models_ask_for() -> None:
    def asked(kind: str, **fields: Any) -> list[tuple[list[str], int, bool, bool]]:
        calls = record_attention_calls(small(kind, **fields).config)
        return [(sorted(each.keywords), each.window, each.documents, each.is_plain) for each in calls]

    assert asked("llama") == [(["scaling"], 0, True, True)] * 2
    assert asked("llama", attention_dropout=0.1) == [(["dropout", "scaling"], 0, True, True)] * 2
    assert asked("gemma2", **MODELS["gemma2"]) == [
        (["scaling", "sliding_window", "softcap"], 32, True, True),
        (["scaling", "softcap"], 0, True, True),
    ]
    assert asked("stablelm") == [(["scaling"], 0, False, True)] * 2  # documents do not come through
    assert asked("bloom", n_layer=2, n_head=4) == []  # attention of its own


@pytest.mark.usefixtures("any_machine")
def test_a_model_of_chunks_is_left_to_transformers() -> None:
    """Llama 4's layers see their own chunk of the sequence, by the mask alone: nothing they ask for says so."""
    fields = {"attention_chunk_size": 32, "num_local_experts": 1, "head_dim": 8}
    model, section = small("llama4_text", **fields), TrainConfig(precision="bf16")
    assert choose_attention(model, section, torch.device("cuda"), 128).kind == "sdpa"


CAUSAL = masking_utils.causal_mask_function
MASKS = {
    "causal": (CAUSAL, None, True),
    "a window": (masking_utils.sliding_window_causal_mask_function(32), 32, True),
    "a window that the layer does not ask for": (masking_utils.sliding_window_causal_mask_function(32), None, False),
    "another window": (masking_utils.sliding_window_causal_mask_function(32), 33, False),
    "no window where one is asked for": (CAUSAL, 32, False),
    "chunks": (masking_utils.chunked_causal_mask_function(32, torch.zeros(1, dtype=torch.long)), None, False),
    "both ways": (masking_utils.bidirectional_mask_function, None, False),
}


@pytest.mark.parametrize("name", MASKS)
def test_masks_are_looked_at(name: str) -> None:
    sees, window, plain = MASKS[name]
    assert is_causal_window(sees, window) is plain


def test_auto_stays_with_transformers_on_a_cpu() -> None:
    model = small("llama")
    before = model.config._attn_implementation
    assert choose_attention(model, TrainConfig(), CPU, 4096).kind == "sdpa"
    assert model.config._attn_implementation == before


@pytest.mark.usefixtures("any_machine")
def test_auto_takes_the_first_that_the_model_has(monkeypatch: pytest.MonkeyPatch) -> None:
    gpu, section = torch.device("cuda"), TrainConfig(precision="bf16")
    assert choose_attention(small("llama"), section, gpu, 4096).kind == "varlen"
    assert choose_attention(small("gemma2", **MODELS["gemma2"]), section, gpu, 4096).kind == "flex"  # for its cap
    assert choose_attention(small("stablelm"), section, gpu, 4096).kind == "sdpa"
    assert choose_attention(small("llama"), TrainConfig(document_masks=False), gpu, 4096).kind == "sdpa"


@pytest.mark.parametrize(
    ("kind", "reason"), [("varlen", "it needs a CUDA device"), ("flex", "on a CPU it has no backward pass")]
)
def test_what_the_machine_lacks(kind: str, reason: str) -> None:
    with pytest.raises(RecipeError, match=rf"train.attention = '{kind}' cannot be used here: {reason}.*Set it to auto"):
        choose_attention(small("llama"), TrainConfig(attention=kind), CPU, 128)


def test_what_settings_rule_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: (9, 0))
    gpu = torch.device("cuda")
    with pytest.raises(RecipeError, match=r"computes in bfloat16 only, and train\.precision is fp32"):
        choose_attention(small("llama"), TrainConfig(attention="varlen"), gpu, 128)
    with pytest.raises(RecipeError, match=r"mix\.sequence_length is 100, and must be a multiple of 128"):
        choose_attention(small("llama"), TrainConfig(attention="flex"), gpu, 100)


@pytest.mark.usefixtures("any_machine")
def test_what_the_model_lacks() -> None:
    with pytest.raises(RecipeError, match="models of type llama ask their attention for dropout"):
        choose_attention(small("llama", attention_dropout=0.1), TrainConfig(attention="flex"), CPU, 128)
    with pytest.raises(RecipeError, match="models of type stablelm do not hand documents down"):
        choose_attention(small("stablelm"), TrainConfig(attention="flex"), CPU, 128)
    with pytest.raises(RecipeError, match="models of type gemma2 ask their attention for softcap"):
        choose_attention(small("gemma2", **MODELS["gemma2"]), TrainConfig(attention="varlen"), CPU, 128)
    with pytest.raises(RecipeError, match="heads of a width that flash attention does not know"):
        choose_attention(small("llama", head_dim=12), TrainConfig(attention="varlen"), CPU, 128)


@pytest.mark.usefixtures("any_machine")
def test_our_names_stay_out_of_the_saved_model(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    model = small("llama")
    choose_attention(model, TrainConfig(attention="flex"), CPU, 128)
    model.save_pretrained(tmp_path)
    assert "emma" not in (tmp_path / "config.json").read_text()
