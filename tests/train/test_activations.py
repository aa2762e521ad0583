"""Checkpointed and compiled blocks give the same losses and gradients, and keep what they should."""

from typing import Any

import pytest
import torch
from torch import Tensor

from emma.train import attention, compiled
from emma.train.activations import KEPT, OPERATORS
from emma.train.config import TrainConfig
from emma.train.model import Trainee, prepare
from emma.train.parallel import mesh_of, parallelise, processes
from tests.train.conftest import random_ids, tiny_model
from tests.train.test_documents import positions_of
from tests.train.test_model import packed

PLAIN: dict[str, Any] = {}


def gradients(**fields: Any) -> tuple[Tensor, list[Tensor]]:
    model, section = tiny_model(num_hidden_layers=3).train(), TrainConfig(**fields)
    prepare(model, section)
    total, nats = Trainee(model, section)(*packed())
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
    prepare(model, TrainConfig(activation_checkpointing="selective", compile=True))
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
    prepare(model, section)
    total, _ = Trainee(model, section)(*packed())
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
    for name in KEPT:
        space, _, word = name.partition(".")
        assert hasattr(getattr(torch.ops, space), word), name
    assert torch.ops.aten.mm.default in OPERATORS
    assert torch.ops.torch_attn._varlen_attn.default in OPERATORS
    assert torch.ops.higher_order.flex_attention in OPERATORS
    assert torch.ops.aten.silu.default not in OPERATORS


@pytest.mark.parametrize("policy", ["none", "selective", "full"])
def test_compiled_blocks_change_nothing_and_are_compiled_once(monkeypatch: pytest.MonkeyPatch, policy: str) -> None:
    """With everything of the compiler but its code generation, which takes a minute and a compiler for C++."""
    monkeypatch.setattr(compiled, "BACKEND", "aot_eager")
    torch._dynamo.reset()
    torch._dynamo.utils.counters.clear()
    model, section = tiny_model(num_hidden_layers=3), TrainConfig(compile=True, activation_checkpointing=policy)
    prepare(model, section)
    trainee = Trainee(model, section)
    total, nats = trainee(*packed())
    total.backward()
    wanted = gradients()
    torch.testing.assert_close(nats, wanted[0], rtol=0, atol=2e-6 * wanted[0].max().item())
    torch.testing.assert_close([each.grad for each in model.parameters()], wanted[1], rtol=1e-4, atol=1e-4)
    inputs, positions, targets = packed()
    with torch._dynamo.config.patch(error_on_recompile=True):
        trainee(inputs.flip(0), positions.flip(0), targets.flip(0))
    assert torch._dynamo.utils.counters["stats"]["unique_graphs"] == 1
    assert not torch._dynamo.utils.counters["graph_break"]


@pytest.mark.parametrize("kind", ["flex", "varlen"])
@pytest.mark.parametrize("policy", ["none", "selective"])
def test_documents_go_into_compiled_blocks(monkeypatch: pytest.MonkeyPatch, kind: str, policy: str) -> None:
    """Another batch, with other documents, is no reason to compile again."""
    monkeypatch.setattr(compiled, "BACKEND", "aot_eager")
    monkeypatch.setattr(attention, "_of_machine", lambda *_: None)
    monkeypatch.setattr(attention, "varlen_attn", one_document)
    torch._dynamo.reset()
    torch._dynamo.utils.counters.clear()
    ids, section = random_ids(2, 257), TrainConfig(compile=True, attention=kind, activation_checkpointing=policy)
    prepare(model := tiny_model(max_position_embeddings=256), section)
    trainee = Trainee(model, section)
    with torch.set_grad_enabled(kind == "varlen"):
        for cuts in ([[0, 3, 100, 131], [0, 128]], [[0], [0, 77, 78, 79, 200]], [[0, 5], [0]]):
            trainee(ids[:, :-1], positions_of(cuts, 256), ids[:, 1:])
    assert torch._dynamo.utils.counters["stats"]["unique_graphs"] == 1
    assert not torch._dynamo.utils.counters["graph_break"]


def one_document(query: Tensor, key: Tensor, value: Tensor, starts: Tensor, *_: Any, **__: Any) -> Tensor:
    """Stands in for flash attention where only shapes count."""
    return query + key.mean() + value.mean() + starts[0]


@pytest.mark.parametrize("policy", ["none", "full", "selective"])
def test_sharded_compiled_and_checkpointed_at_once(monkeypatch: pytest.MonkeyPatch, policy: str) -> None:
    monkeypatch.setattr(compiled, "BACKEND", "aot_eager")
    torch._dynamo.reset()
    model, section = tiny_model(num_hidden_layers=3), TrainConfig(compile=True, activation_checkpointing=policy)
    wanted = gradients()
    with processes(section):
        prepare(model, section)
        trainee = Trainee(model, section)
        parallelise(trainee, section, mesh_of(section, torch.device("cpu")))
        total, nats = trainee(*packed())
        total.backward()
        found = [each.grad.full_tensor() for each in model.parameters()]
    torch.testing.assert_close(nats, wanted[0], rtol=0, atol=2e-6 * wanted[0].max().item())
    torch.testing.assert_close(found, wanted[1], rtol=1e-4, atol=1e-4)
