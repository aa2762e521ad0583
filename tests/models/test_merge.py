"""Two model folders merged: a weighted sum of what both have, and refusals that name the tensor."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer, models
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

from emma.cli.main import main
from emma.errors import RecipeError
from emma.models.merge import merge_folders

PIECES, NEW = 20, 6


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    """Write a model folder with a tokenizer of so many pieces."""

    def write(
        name: str, pieces: int = PIECES, seed: int = 0, *, dtype: torch.dtype = torch.float32, **fields: Any
    ) -> Path:
        torch.manual_seed(seed)
        sizes = {"hidden_size": 8, "intermediate_size": 12, "num_hidden_layers": 2, "num_attention_heads": 2}
        config = LlamaConfig(**{**sizes, "vocab_size": pieces, "tie_word_embeddings": False, **fields})
        LlamaForCausalLM(config).to(dtype).save_pretrained(tmp_path / name, max_shard_size="2KB")
        vocabulary = {chr(0x1200 + number): number for number in range(pieces)}
        tokenizer = Tokenizer(models.BPE(vocabulary, []))
        tokenizer.save(str(tmp_path / name / "tokenizer.json"))
        return tmp_path / name

    return write


def tensors(folder: Path) -> dict[str, torch.Tensor]:
    return {name: each for file in folder.glob("*.safetensors") for name, each in load_file(file).items()}


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("tie", [False, True])
def test_it_is_a_weighted_sum_but_for_new_rows(make, tmp_path: Path, tie: bool, dtype: torch.dtype) -> None:
    base = make("base", tie_word_embeddings=tie)
    adapted = make("adapted", PIECES + NEW, seed=1, dtype=dtype, tie_word_embeddings=tie)
    merge_folders(base, adapted, 0.25, tmp_path / "out")
    before, after, merged = map(tensors, (base, adapted, tmp_path / "out"))
    assert merged.keys() == after.keys()
    for name, found in merged.items():
        rows = PIECES if len(found) == PIECES + NEW else len(found)
        wanted = (0.25 * before[name][:rows] + 0.75 * after[name][:rows].float()).to(dtype)
        torch.testing.assert_close(found[:rows], wanted, rtol=1e-2 if dtype == torch.bfloat16 else 1e-6, atol=1e-7)
        assert torch.equal(found[rows:], after[name][rows:])
    assert AutoModelForCausalLM.from_pretrained(tmp_path / "out").config.vocab_size == PIECES + NEW
    assert json.loads((tmp_path / "out" / "training.json").read_text())["merge"] == 0.25
    assert (tmp_path / "out" / "tokenizer.json").read_bytes() == (adapted / "tokenizer.json").read_bytes()
    merge_folders(base, tmp_path / "out", 0.2, tmp_path / "again")
    assert json.loads((tmp_path / "again" / "training.json").read_text())["merge"] == pytest.approx(0.4)


@pytest.mark.parametrize(("alpha", "which"), [(0.0, 1), (1.0, 0)])
def test_all_of_one(make, tmp_path: Path, alpha: float, which: int) -> None:
    folders = make("base"), make("adapted", seed=1)
    merge_folders(*folders, alpha, tmp_path / "out")
    found, wanted = tensors(tmp_path / "out"), tensors(folders[which])
    assert all(torch.equal(found[name], wanted[name]) for name in wanted)


def test_padding_that_became_new_pieces_is_not_merged(make, tmp_path: Path) -> None:
    base, adapted = make("base", PIECES + NEW), make("adapted", PIECES + NEW, seed=1)
    shutil.copyfile(make("small") / "tokenizer.json", base / "tokenizer.json")
    merge_folders(base, adapted, 0.5, tmp_path / "out")
    name = "model.embed_tokens.weight"
    assert torch.equal(tensors(tmp_path / "out")[name][PIECES:], tensors(adapted)[name][PIECES:])
    assert not torch.equal(tensors(tmp_path / "out")[name][:PIECES], tensors(adapted)[name][:PIECES])


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (
            {"intermediate_size": 16},
            r"model\.layers\.0\.mlp\.down_proj\.weight is 8 × 12 in .*base and 8 × 16 in .*adapt",
        ),
        ({"hidden_size": 16}, r"lm_head\.weight is 20 × 8 in .*base and 20 × 16 in .*Only two states of one model"),
        ({"num_hidden_layers": 3}, r"model\.layers\.2\.input_layernorm\.weight is only in .*adapted\. Only two"),
        ({"tie_word_embeddings": True}, r"lm_head\.weight is only in .*base"),
    ],
    ids=str,
)
def test_weights_of_unlike_shapes_are_named(make, tmp_path: Path, fields: dict[str, Any], said: str) -> None:
    base, adapted = make("base"), make("adapted", **fields)
    with pytest.raises(RecipeError, match=said):
        merge_folders(base, adapted, 0.5, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_pieces_of_other_ids_are_named(make, tmp_path: Path) -> None:
    base, adapted = make("base"), make("adapted", PIECES - 1)
    with pytest.raises(
        RecipeError, match=r"The piece '\u1213' has the id 19 in .*base and none in .*adapted: their rows"
    ):
        merge_folders(base, adapted, 0.5, tmp_path / "out")


@pytest.mark.parametrize("alpha", [-0.1, 1.5, float("nan")])
def test_a_share_that_is_none(make, tmp_path: Path, alpha: float) -> None:
    with pytest.raises(RecipeError, match="is no share"):
        merge_folders(make("base"), make("adapted"), alpha, tmp_path / "out")


def test_from_the_command_line(make, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["merge", str(make("base")), str(make("adapted", seed=1)), str(tmp_path / "out"), "--alpha", "0.2"]
    (tmp_path / "adapted" / "README.md").write_text("It was measured.", encoding="utf-8")
    assert main(command) == 0
    assert (tmp_path / "out" / "tokenizer.json").is_file() and not (tmp_path / "out" / "README.md").exists()
    assert capsys.readouterr().out.startswith(f"{tmp_path / 'out'}: 0.2 of ")
    assert main(command) == 1
    assert "is there already" in capsys.readouterr().err
