"""Each check lets what is right pass and stops what is wrong."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from emma.errors import ArtifactError
from emma.models.resave import copy_model
from emma.release import model_checks
from emma.store.artifact import Artifact

from .conftest import save_model


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A trained model."""
    save_model(tmp_path / "model")
    return tmp_path / "model"


@pytest.fixture
def copy(model: Path, tmp_path: Path) -> Path:
    """Its released copy."""
    return Path(shutil.copytree(model, tmp_path / "copy"))


def test_a_faithful_copy_passes(model: Path, copy: Path) -> None:
    found = model_checks.check_model(copy, model, Artifact(model, "no vocabulary"))
    assert found["weights"]["files"] == 1
    assert found["logits"]["texts"] == found["round_trip"]["texts"] == len(model_checks.TEXTS)


def test_one_changed_bit_is_found(model: Path, copy: Path) -> None:
    path = copy / "model.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(ArtifactError, match="differs from the trained model in the tensor"):
        model_checks.check_weights(copy, model)


@pytest.mark.parametrize("dtype", ["bf16", "fp16"])
def test_another_type_and_several_files_pass(model: Path, tmp_path: Path, dtype: str) -> None:
    copy_model(model, tmp_path / "half", dtype=dtype, shard_size="20KB")
    found = model_checks.check_model(tmp_path / "half", model, Artifact(model, "no vocabulary"), dtype)
    assert found["weights"]["files"] > 1
    with pytest.raises(ArtifactError, match="differs from the trained model in the tensor"):
        model_checks.check_weights(tmp_path / "half", model)


def test_one_norm_in_another_type_is_found(model: Path, copy: Path) -> None:
    weights = load_file(copy / "model.safetensors")
    weights["model.norm.weight"] = weights["model.norm.weight"].to(torch.bfloat16)
    save_file(weights, copy / "model.safetensors", {"format": "pt"})
    with pytest.raises(ArtifactError, match=r"in the tensor model\.norm\.weight of"):
        model_checks.check_weights(copy, model)


def test_a_file_that_the_index_does_not_name_is_found(model: Path, tmp_path: Path) -> None:
    copy_model(model, tmp_path / "several", shard_size="20KB")
    path = tmp_path / "several" / "model.safetensors.index.json"
    index = json.loads(path.read_text())
    last = max(index["weight_map"].values())
    index["weight_map"] = {name: file for name, file in index["weight_map"].items() if file != last}
    path.write_text(json.dumps(index))
    with pytest.raises(ArtifactError, match=r"has \d+ tensors in model-00001.*, the trained model \d+ tensors in"):
        model_checks.check_weights(tmp_path / "several", model)


def test_missing_weights_are_found(model: Path, copy: Path) -> None:
    (copy / "model.safetensors").unlink()
    said = r"has 0 tensors in no file of weights, the trained model \d+ tensors in model\.safetensors"
    with pytest.raises(ArtifactError, match=said):
        model_checks.check_weights(copy, model)


def test_other_logits_are_found(model: Path, tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers")
    save_model(tmp_path / "other", seed=1)
    tokenizer = transformers.AutoTokenizer.from_pretrained(model)
    with pytest.raises(ArtifactError, match="gives other logits than the trained model"):
        model_checks.check_logits(tmp_path / "other", model, tokenizer)


def test_a_weight_without_a_place_is_found(copy: Path) -> None:
    config = json.loads((copy / "config.json").read_text())
    (copy / "config.json").write_text(json.dumps({**config, "num_hidden_layers": 3}))
    with pytest.raises(ArtifactError, match=r"does not match its architecture in the weights model\.layers\.2"):
        model_checks.compute_logits(copy, [])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"eos_token_id": 7}, "contradicts itself about eos_token_id"),
        (
            {"bos_token_id": 0, "eos_token_id": 0},
            r"contradicts itself about eos_token_id: generation_config\.json 0, the",
        ),
        ({"pad_token_id": 900}, "pad_token_id outside its vocabulary of 259"),
    ],
)
def test_bad_special_ids_are_found(copy: Path, change: dict[str, int], message: str) -> None:
    transformers = pytest.importorskip("transformers")
    path = copy / "generation_config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(ArtifactError, match=message):
        model_checks.check_ids(copy, transformers.AutoTokenizer.from_pretrained(copy))


def test_several_ends_are_fine_when_one_is_shared(copy: Path) -> None:
    transformers = pytest.importorskip("transformers")
    path = copy / "generation_config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "eos_token_id": [2, 5]}))
    found = model_checks.check_ids(copy, transformers.AutoTokenizer.from_pretrained(copy))
    assert found["eos_token_id"] == 2


def test_more_tokens_than_embeddings_are_found(copy: Path) -> None:
    transformers = pytest.importorskip("transformers")
    tokenizer = transformers.AutoTokenizer.from_pretrained(copy)
    tokenizer.add_tokens(["more"])
    with pytest.raises(ArtifactError, match="has 259 embeddings but 260 tokens"):
        model_checks.check_ids(copy, tokenizer)


def test_a_tokenizer_that_changes_text_is_found(copy: Path) -> None:
    transformers, tokenizers = pytest.importorskip("transformers"), pytest.importorskip("tokenizers")
    tokenizer = transformers.AutoTokenizer.from_pretrained(copy)
    tokenizer.backend_tokenizer.normalizer = tokenizers.normalizers.StripAccents()
    with pytest.raises(ArtifactError, match="when it encodes and decodes it"):
        model_checks.check_round_trip(tokenizer)


def test_text_may_come_back_as_under_the_base(copy: Path) -> None:
    transformers, tokenizers = pytest.importorskip("transformers"), pytest.importorskip("tokenizers")
    tokenizer = transformers.AutoTokenizer.from_pretrained(copy)
    tokenizer.backend_tokenizer.normalizer = tokenizers.normalizers.Lowercase()
    altered = {text: text.lower() for text in model_checks.TEXTS if text != text.lower()}
    assert model_checks.check_round_trip(tokenizer, altered)["altered as by the base"] == len(altered) > 0
