"""Products in 8 bits, emulated where no GPU does them."""

import sys

import pytest
import torch
from torch import nn

from emma.errors import ExtraError, RecipeError
from emma.train.config import LoraConfig, TrainConfig
from emma.train.lora import add_adapters
from emma.train.lowbit import fits, to_float8
from emma.train.model import Trainee, blocks, prepare
from tests.train.conftest import tiny_model
from tests.train.test_model import packed


def test_a_machine_that_cannot_is_told() -> None:
    if torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    with pytest.raises(RecipeError, match=r"needs a GPU of compute capability 8\.9 or more.* has no CUDA device"):
        prepare(tiny_model(), TrainConfig(precision="fp8"))


def test_an_old_gpu_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda: (8, 0))
    with pytest.raises(RecipeError, match=r"this machine has one of 8\.0. Set it to bf16"):
        prepare(tiny_model(), TrainConfig(precision="fp8"))


@pytest.mark.parametrize(("package", "extra"), [("torchao", "lowbit"), ("peft", "lora")])
def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch, package: str, extra: str) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    model = tiny_model()
    with pytest.raises(ExtraError, match=f"needs the Python package '{package}'.*extra '{extra}'"):
        to_float8(blocks(model), True) if extra == "lowbit" else add_adapters(model, blocks(model), LoraConfig())


def test_blocks_multiply_in_8_bits_and_the_ends_do_not() -> None:
    pytest.importorskip("torchao")
    model, plain = tiny_model(), tiny_model()
    to_float8(blocks(model), emulate=True)
    kinds = {name: type(each).__name__ for name, each in model.named_modules() if isinstance(each, nn.Linear)}
    assert kinds.pop("lm_head") == "Linear"
    assert set(kinds.values()) == {"Float8Linear"}
    assert list(model.state_dict()) == list(plain.state_dict())
    exact, rough = (Trainee(each, TrainConfig())(*packed())[0] for each in (plain, model))
    rough.backward()
    assert rough.item() != exact.item()
    assert rough.item() == pytest.approx(exact.item(), rel=0.03)
    assert all(each.grad.dtype == torch.float32 for each in model.parameters())


def test_small_and_odd_layers_are_left_alone() -> None:
    assert fits(nn.Linear(32, 48), "mlp.up_proj")
    assert not fits(nn.Linear(32, 40), "mlp.up_proj")
    assert not fits(nn.Linear(32, 16), "q_proj.lora_A.default")
    assert not fits(nn.Embedding(32, 16), "embed")


def test_adapters_stay_exact() -> None:
    pytest.importorskip("torchao")
    pytest.importorskip("peft")
    model = tiny_model()
    add_adapters(model, blocks(model), LoraConfig(rank=16))
    to_float8(blocks(model), emulate=True)
    layer = model.model.layers[0].self_attn.q_proj
    assert type(layer.base_layer).__name__ == "Float8Linear"
    assert type(layer.lora_A.default).__name__ == "Linear"
    Trainee(model, TrainConfig())(*packed())[0].backward()
    assert layer.base_layer.weight.grad is None
    assert layer.lora_B.default.weight.grad.abs().sum() > 0
