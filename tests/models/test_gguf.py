"""A GGUF file becomes the model that it was written from, and what cannot be read in full is refused."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from emma.errors import RecipeError
from emma.models.gguf import check_all_read, convert_gguf, read_gguf_config
from emma.models.gguf_file import GgufFile, describe_gguf, open_gguf, refuse_parts

pytest.importorskip("torch", reason="needs the train extra")
pytest.importorskip("gguf", reason="needs the smollm2 extra")

import gguf
import torch
from transformers import AutoModelForCausalLM

from tests.models.gguf_files import tiny_llama, write_gguf

IDS = torch.arange(5, 40)[None]


def logits(model) -> torch.Tensor:
    with torch.no_grad():
        return model(input_ids=IDS).logits


def test_the_folder_computes_what_the_model_did(tmp_path: Path) -> None:
    model = write_gguf(tmp_path / "tiny.gguf")
    record = convert_gguf(tmp_path / "tiny.gguf", tmp_path / "out")
    read = AutoModelForCausalLM.from_pretrained(tmp_path / "out")
    assert torch.equal(logits(read), logits(model))
    assert read.config.rms_norm_eps == 1e-5
    assert read.config.rope_parameters["rope_theta"] == 50000.0
    assert read.config.tie_word_embeddings
    assert record == json.loads((tmp_path / "out" / "gguf.json").read_text())
    assert record["licence"] == "apache-2.0"
    assert record["weights"] == {"F32": sum(weight.numel() for weight in model.parameters())}
    assert record["bits_per_byte"] > 2  # random weights
    config = (tmp_path / "out" / "config.json").read_text()
    assert not any(name in config for name in ("quantization", "name_or_path", "transformers_version", str(tmp_path)))
    assert not (tmp_path / "out" / "generation_config.json").exists()  # where texts end, the tokenizer says


def test_what_lies_beside_the_file_does_not_count(tmp_path: Path) -> None:
    write_gguf(tmp_path / "tiny.gguf")
    convert_gguf(tmp_path / "tiny.gguf", tmp_path / "alone")
    for name, content in {
        "config.json": {"model_type": "gpt2", "n_embd": 4},
        "generation_config.json": {"eos_token_id": 7},
        "tokenizer_config.json": {"eos_token": "<other>", "tokenizer_class": "GPT2Tokenizer"},
        "special_tokens_map.json": {"eos_token": "<other>"},
        "added_tokens.json": {"<other>": 400},
        "adapter_config.json": {"peft_type": "LORA", "base_model_name_or_path": "elsewhere"},
    }.items():
        (tmp_path / name).write_text(json.dumps(content))
    convert_gguf(tmp_path / "tiny.gguf", tmp_path / "out")
    for path in (tmp_path / "alone").iterdir():
        assert (tmp_path / "out" / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    "fields",
    [
        {"general__source__huggingface__repository": "owner/tiny", "general__source__repo_url": "https://example.org"},
        {"general__source__repo_url": "owner/tiny"},
    ],
    ids=["repository", "address"],
)
def test_the_record_says_where_the_model_is_from(tmp_path: Path, fields: dict) -> None:
    write_gguf(tmp_path / "tiny.gguf", **fields)
    assert describe_gguf(open_gguf(tmp_path / "tiny.gguf"))["repository"] == "owner/tiny"


def test_the_same_file_gives_the_same_bytes(tmp_path: Path) -> None:
    write_gguf(tmp_path / "tiny.gguf")
    for name in ("a", "b"):
        convert_gguf(tmp_path / "tiny.gguf", tmp_path / name)
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert "model.safetensors" in names
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in names)


@pytest.mark.parametrize("kind", ["Q8_0", "Q4_1", "Q4_0", "F16", "BF16"])
def test_quantised_weights_are_those_of_the_packages_own_reading(tmp_path: Path, kind: str) -> None:
    write_gguf(tmp_path / "tiny.gguf", kind=kind)
    convert_gguf(tmp_path / "tiny.gguf", tmp_path / "out")
    read = AutoModelForCausalLM.from_pretrained(tmp_path / "out")
    stored = {tensor.name: tensor for tensor in gguf.GGUFReader(tmp_path / "tiny.gguf").tensors}
    tensor = stored["blk.1.ffn_down.weight"]
    expected = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
    assert np.array_equal(read.model.layers[1].mlp.down_proj.weight.detach().numpy(), expected)
    assert read.dtype == torch.float32
    assert (logits(read) - logits(tiny_llama())).abs().mean() < 2


def test_a_configuration_needs_no_weights(tmp_path: Path) -> None:
    write_gguf(tmp_path / "tiny.gguf")
    config = read_gguf_config(open_gguf(tmp_path / "tiny.gguf"))
    assert (config["model_type"], config["hidden_size"], config["num_hidden_layers"]) == ("llama", 64, 2)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"general__architecture": "rwkv6"}, "architecture 'rwkv6'"),
        ({"tokenizer__ggml__model": "rwkv"}, "tokenizer.ggml.model = 'rwkv'"),
        ({"tokenizer__ggml__pre": "own-words"}, "tokenizer.ggml.pre = 'own-words'"),
        ({"tokenizer__ggml__pre": None}, "tokenizer.ggml.pre = None"),
        ({"llama__rope__scaling__type": "yarn"}, "llama.rope.scaling.type = yarn"),
        ({"general__type": "adapter"}, "of the kind 'adapter'"),
        ({"split__count": 3}, "one of 3 parts"),
    ],
)
def test_what_would_be_read_wrongly_is_refused(tmp_path: Path, fields: dict, said: str) -> None:
    write_gguf(tmp_path / "tiny.gguf", **fields)
    with pytest.raises(RecipeError, match=said) as error:
        convert_gguf(tmp_path / "tiny.gguf", tmp_path / "out")
    assert "tiny.gguf" in str(error.value)
    assert str(error.value).endswith((".", "result."))


def test_scaling_that_is_a_tensor_is_refused(tmp_path: Path) -> None:
    """As llama.cpp keeps Llama 3.1's; the configuration alone does not say it."""
    write_gguf(tmp_path / "tiny.gguf", more={"rope_freqs.weight": np.ones(8)})
    with pytest.raises(RecipeError, match=r"tiny\.gguf scales its rotary positions \(the tensor rope_freqs\.weight\)"):
        convert_gguf(tmp_path / "tiny.gguf", tmp_path / "out")


def test_a_file_must_name_its_architecture(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"tiny\.gguf does not name its architecture .* Choose another file"):
        refuse_parts(GgufFile(tmp_path / "tiny.gguf", SimpleNamespace(fields={})))


@pytest.mark.parametrize("stored", [11, 13])
def test_more_weights_than_the_file_has_are_refused_too(tmp_path: Path, stored: int) -> None:
    """A model may make weights that transformers does not report as missing."""
    reader: Any = SimpleNamespace(fields={}, tensors=[SimpleNamespace(n_elements=stored)])
    with pytest.raises(RecipeError, match=rf"it has {stored} weights, the model 12"):
        check_all_read(GgufFile(tmp_path / "tiny.gguf", reader), torch.nn.Linear(3, 3), [])


@pytest.mark.parametrize("share", [0.0, 0.0001, 0.02, 0.3, 0.7, 0.999])
def test_a_file_that_is_cut_is_refused(tmp_path: Path, share: float) -> None:
    write_gguf(tmp_path / "tiny.gguf")
    whole = (tmp_path / "tiny.gguf").read_bytes()
    (tmp_path / "cut.gguf").write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(RecipeError, match=r"cut\.gguf.*Fetch it again"):
        convert_gguf(tmp_path / "cut.gguf", tmp_path / "out")


def test_weights_that_the_model_lacks_are_refused(tmp_path: Path) -> None:
    model = tiny_llama()
    model.config.num_hidden_layers = 1
    write_gguf(tmp_path / "tiny.gguf", model)
    with pytest.raises(RecipeError, match="does not read all"):
        convert_gguf(tmp_path / "tiny.gguf", tmp_path / "out")
    model.config.num_hidden_layers = 3
    write_gguf(tmp_path / "tiny.gguf", model)
    with pytest.raises(RecipeError, match=r"lacks model\.layers\.2"):
        convert_gguf(tmp_path / "tiny.gguf", tmp_path / "out")
