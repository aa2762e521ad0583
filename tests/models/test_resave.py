"""Copies in other types and in files of other sizes: the same model to whoever opens it."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

from emma.errors import RecipeError
from emma.models.resave import copy_model


def save(folder: Path, *, tied: bool = False, scale: float = 1.0) -> Path:
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=60, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2,
        tie_word_embeddings=tied,
    )  # fmt: skip
    model = LlamaForCausalLM(config)
    with torch.no_grad():
        model.model.embed_tokens.weight *= scale
    model.save_pretrained(folder)
    (folder / "tokenizer.json").write_text("{}")
    return folder


def test_nothing_asked_for_is_a_copy(tmp_path: Path) -> None:
    source = save(tmp_path / "model")
    copy_model(source, tmp_path / "copy")
    for path in source.iterdir():
        assert (tmp_path / "copy" / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("dtype", [None, "bf16"])
def test_files_are_no_larger_than_asked_for(tmp_path: Path, tied: bool, dtype: str | None) -> None:
    source = save(tmp_path / "model", tied=tied)
    copy_model(source, tmp_path / "copy", dtype=dtype, shard_size="8KB")
    files = sorted((tmp_path / "copy").glob("*.safetensors"))
    assert len(files) > 1
    assert all(sum(each.nbytes for each in load_file(path).values()) <= 8000 for path in files)
    index = json.loads((tmp_path / "copy" / "model.safetensors.index.json").read_text())
    own = {name: path.name for path in files for name in load_file(path)}
    assert index["weight_map"] == own
    assert index["metadata"]["total_size"] == sum(each.nbytes for path in files for each in load_file(path).values())
    assert not (tmp_path / "copy" / "model.safetensors").exists()
    one, other = (AutoModelForCausalLM.from_pretrained(path, dtype="auto") for path in (tmp_path / "copy", source))
    kind = torch.float32 if dtype is None else torch.bfloat16
    for weight, whole in zip(one.parameters(), other.parameters(), strict=True):
        assert weight.dtype == kind and torch.equal(weight, whole.to(kind))
    assert {path.stat().st_mode for path in files} == {(source / "config.json").stat().st_mode}


def test_the_same_bytes_twice(tmp_path: Path) -> None:
    source = save(tmp_path / "model")
    for name in ("one", "two"):
        copy_model(source, tmp_path / name, dtype="fp16", shard_size="4KB")
    for path in (tmp_path / "one").iterdir():
        assert (tmp_path / "two" / path.name).read_bytes() == path.read_bytes()


def test_a_weight_too_large_for_its_type_is_named(tmp_path: Path) -> None:
    source = save(tmp_path / "model", scale=1e7)
    with pytest.raises(RecipeError, match=r"model\.embed_tokens\.weight has a value of .*e\+0\d, which fp16 cannot"):
        copy_model(source, tmp_path / "copy", dtype="fp16")
    copy_model(source, tmp_path / "half", dtype="bf16")
