"""Checkpointed and compiled blocks give the same losses and gradients, and keep what they should; products in 8 bits,
emulated where no GPU has them, stay near those in bfloat16."""

import sys
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from emma.errors import ExtraError, RecipeError
from emma.train.config import TrainConfig
from emma.train.model import attention, blocks
from emma.train.model.blocks import (
    SAVED_OPERATORS,
    SAVED_OVERLOADS,
    convert_to_float8,
    find_decoder_blocks,
    is_convertible,
    prepare_model,
)
from emma.train.model.config import LoraConfig
from emma.train.model.lora import add_adapters
from emma.train.model.loss_model import LossModel
from emma.train.model.sharding import make_mesh, shard_model
from emma.train.ranks import process_group
from tests.train.conftest import random_ids, tiny_model
from tests.train.model.test_documents import positions_of
from tests.train.model.test_loss_model import packed

PLAIN: dict[str, Any] = {}


def gradients(**fields: Any) -> tuple[Tensor, list[Tensor]]:
    model, section = tiny_model(num_hidden_layers=3).train(), TrainConfig(**fields)
    prepare_model(model, section)
    total, nats = LossModel(model, section)(*packed())
    total.backward()
    return nats.detach(), [each.grad for each in model.parameters()]


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize("policy", ["full", "selective"])
def test_checkpointing_changes_nothing(policy: str, precision: str) -> None:
    torch.testing.assert_close(
        gradients(activation_checkpointing=policy, precision=precision), gradients(precision=precision), rtol=0, atol=0
    )


def test_names_of_weights_stay() -> None:
    model = tiny_model()
    before = list(model.state_dict())
    prepare_model(model, TrainConfig(activation_checkpointing="selective", compile=True))
    assert list(model.state_dict()) == before


class Watch(torch.utils._python_dispatch.TorchDispatchMode):
    """Counts how often operators run."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: dict[str, int] = {}

    def __torch_dispatch__(self, function, types, given=(), named=None):
        name = str(function).removesuffix(".default")
        self.counts[name] = self.counts.get(name, 0) + 1
        return function(*given, **(named or {}))


def backward_counts(policy: str) -> dict[str, int]:
    """Operators of the backward pass."""
    model, section = tiny_model(), TrainConfig(activation_checkpointing=policy)
    prepare_model(model, section)
    total, _ = LossModel(model, section)(*packed())
    with Watch() as watch:
        total.backward()
    return watch.counts


def test_selective_recomputes_all_but_products_and_attention() -> None:
    """The backward pass of a layer has two products a weight. Computed again, the seven products would add to them."""
    attention = "aten._scaled_dot_product_flash_attention_for_cpu"
    none, selective, full = (backward_counts(policy) for policy in ("none", "selective", "full"))
    assert selective["aten.mm"] == none["aten.mm"]
    assert full["aten.mm"] > none["aten.mm"]
    assert selective.get(attention, 0) == none.get(attention, 0) < full[attention]
    assert selective["aten.silu"] == full["aten.silu"] == 2  # one a layer
    assert "aten.silu" not in none


def test_what_is_kept_exists() -> None:
    """A name that torch does not know would be computed again without a word."""
    for name in SAVED_OPERATORS:
        space, _, word = name.partition(".")
        assert hasattr(getattr(torch.ops, space), word), name
    assert torch.ops.aten.mm.default in SAVED_OVERLOADS
    assert torch.ops.torch_attn._varlen_attn.default in SAVED_OVERLOADS
    assert torch.ops.higher_order.flex_attention in SAVED_OVERLOADS
    assert torch.ops.aten.silu.default not in SAVED_OVERLOADS


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["none", "selective", "full"])
def test_compiled_blocks_change_nothing_and_are_compiled_once(monkeypatch: pytest.MonkeyPatch, policy: str) -> None:
    """With everything of the compiler but its code generation, which takes a minute and a compiler for C++."""
    monkeypatch.setattr(blocks, "BACKEND", "aot_eager")
    torch._dynamo.reset()
    torch._dynamo.utils.counters.clear()
    model, section = tiny_model(num_hidden_layers=3), TrainConfig(compile=True, activation_checkpointing=policy)
    prepare_model(model, section)
    loss_model = LossModel(model, section)
    total, nats = loss_model(*packed())
    total.backward()
    wanted = gradients()
    torch.testing.assert_close(nats, wanted[0], rtol=0, atol=2e-6 * wanted[0].max().item())
    torch.testing.assert_close([each.grad for each in model.parameters()], wanted[1], rtol=1e-4, atol=1e-4)
    inputs, positions, targets = packed()
    with torch._dynamo.config.patch(error_on_recompile=True):
        loss_model(inputs.flip(0), positions.flip(0), targets.flip(0))
    assert torch._dynamo.utils.counters["stats"]["unique_graphs"] == 1
    assert not torch._dynamo.utils.counters["graph_break"]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["flex", "varlen"])
@pytest.mark.parametrize("policy", ["none", "selective"])
def test_documents_go_into_compiled_blocks(monkeypatch: pytest.MonkeyPatch, kind: str, policy: str) -> None:
    """Another batch, with other documents, is no reason to compile again."""
    monkeypatch.setattr(blocks, "BACKEND", "aot_eager")
    monkeypatch.setattr(attention, "_machine_obstacle", lambda *_: None)
    monkeypatch.setattr(attention, "varlen_attn", one_document)
    torch._dynamo.reset()
    torch._dynamo.utils.counters.clear()
    ids, section = random_ids(2, 257), TrainConfig(compile=True, attention=kind, activation_checkpointing=policy)
    prepare_model(model := tiny_model(max_position_embeddings=256), section)
    loss_model = LossModel(model, section)
    with torch.set_grad_enabled(kind == "varlen"):
        for cuts in ([[0, 3, 100, 131], [0, 128]], [[0], [0, 77, 78, 79, 200]], [[0, 5], [0]]):
            loss_model(ids[:, :-1], positions_of(cuts, 256), ids[:, 1:])
    assert torch._dynamo.utils.counters["stats"]["unique_graphs"] == 1
    assert not torch._dynamo.utils.counters["graph_break"]


def one_document(query: Tensor, key: Tensor, value: Tensor, starts: Tensor, *_: Any, **__: Any) -> Tensor:
    """Stands in for flash attention where only shapes count."""
    return query + key.mean() + value.mean() + starts[0]


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["none", "full", "selective"])
def test_sharded_compiled_and_checkpointed_at_once(monkeypatch: pytest.MonkeyPatch, policy: str) -> None:
    monkeypatch.setattr(blocks, "BACKEND", "aot_eager")
    torch._dynamo.reset()
    model, section = tiny_model(num_hidden_layers=3), TrainConfig(compile=True, activation_checkpointing=policy)
    wanted = gradients()
    with process_group(section):
        prepare_model(model, section)
        loss_model = LossModel(model, section)
        shard_model(loss_model, section, make_mesh(section, torch.device("cpu")))
        total, nats = loss_model(*packed())
        total.backward()
        found = [each.grad.full_tensor() for each in model.parameters()]
    torch.testing.assert_close(nats, wanted[0], rtol=0, atol=2e-6 * wanted[0].max().item())
    torch.testing.assert_close(found, wanted[1], rtol=1e-4, atol=1e-4)


def test_a_machine_that_cannot_is_told() -> None:
    if torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    with pytest.raises(RecipeError, match=r"needs a GPU of compute capability 8\.9 or more.* has no CUDA device"):
        prepare_model(tiny_model(), TrainConfig(precision="fp8"))


def test_an_old_gpu_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda: (8, 0))
    with pytest.raises(RecipeError, match=r"this machine has one of 8\.0. Set it to bf16"):
        prepare_model(tiny_model(), TrainConfig(precision="fp8"))


@pytest.mark.parametrize(("package", "extra"), [("torchao", "lowbit"), ("peft", "lora")])
def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch, package: str, extra: str) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    model = tiny_model()
    with pytest.raises(ExtraError, match=f"needs the Python package '{package}'.*extra '{extra}'"):
        convert_to_float8(find_decoder_blocks(model), True) if extra == "lowbit" else add_adapters(
            model, find_decoder_blocks(model), LoraConfig()
        )


def test_blocks_multiply_in_8_bits_and_the_ends_do_not() -> None:
    pytest.importorskip("torchao")
    model, plain = tiny_model(), tiny_model()
    convert_to_float8(find_decoder_blocks(model), emulate=True)
    kinds = {name: type(each).__name__ for name, each in model.named_modules() if isinstance(each, nn.Linear)}
    assert kinds.pop("lm_head") == "Linear"
    assert set(kinds.values()) == {"Float8Linear"}
    assert list(model.state_dict()) == list(plain.state_dict())
    exact, rough = (LossModel(each, TrainConfig())(*packed())[0] for each in (plain, model))
    rough.backward()
    assert rough.item() != exact.item()
    assert rough.item() == pytest.approx(exact.item(), rel=0.03)
    assert all(each.grad.dtype == torch.float32 for each in model.parameters())


def test_small_and_odd_layers_are_left_alone() -> None:
    assert is_convertible(nn.Linear(32, 48), "mlp.up_proj")
    assert not is_convertible(nn.Linear(32, 40), "mlp.up_proj")
    assert not is_convertible(nn.Linear(32, 16), "q_proj.lora_A.default")
    assert not is_convertible(nn.Embedding(32, 16), "embed")


def test_adapters_stay_exact() -> None:
    pytest.importorskip("torchao")
    pytest.importorskip("peft")
    model = tiny_model()
    add_adapters(model, find_decoder_blocks(model), LoraConfig(rank=16))
    convert_to_float8(find_decoder_blocks(model), emulate=True)
    layer = model.model.layers[0].self_attn.q_proj
    assert type(layer.base_layer).__name__ == "Float8Linear"
    assert type(layer.lora_A.default).__name__ == "Linear"
    LossModel(model, TrainConfig())(*packed())[0].backward()
    assert layer.base_layer.weight.grad is None
    assert layer.lora_B.default.weight.grad.abs().sum() > 0
