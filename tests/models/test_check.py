"""What `check` says of bases that went wrong elsewhere, and that it lets the others pass."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

from emma.errors import RecipeError
from emma.models.check import BaseReport, check_base
from emma.models.folder import stored_type
from tests.models.kinds import CONFIGS, write_base, write_tokenizer
from tests.vocab.bases import BASES


@pytest.fixture
def base(tmp_path: Path) -> Callable[..., Path]:
    """Write a base of a kind, with a tokenizer."""

    def make(kind: str = "llama2", **changes: Any) -> Path:
        write_base(kind, tmp_path, **changes)
        write_tokenizer(tmp_path)
        return tmp_path

    return make


def change(folder: Path, name: str = "config.json", **fields: Any) -> None:
    """Change fields of a JSON file as it lies there; None takes one out."""
    path = folder / name
    config = {**json.loads(path.read_text()), **fields}
    path.write_text(json.dumps({name: each for name, each in config.items() if each is not None}))


def change_weights(folder: Path, **tensors: torch.Tensor | None) -> None:
    """Change tensors of the weights; None takes one out."""
    path = folder / "model.safetensors"
    weights = {**load_file(path), **{name.replace("__", "."): each for name, each in tensors.items()}}
    save_file({name: each for name, each in weights.items() if each is not None}, path, metadata={"format": "pt"})


@pytest.mark.parametrize("kind", CONFIGS)
def test_kinds_of_base_pass(kind: str, base: Callable[..., Path], tmp_path: Path) -> None:
    folder = base(kind)
    if kind == "qwen2":
        BASES[kind](tmp_path / "own")
        pieces = len(AutoTokenizer.from_pretrained(tmp_path / "own"))
        folder = tmp_path / "own"
        write_base(kind, folder, vocab_size=pieces, bos_token_id=None, eos_token_id=None)
        (folder / "generation_config.json").unlink()
    report = check_base(folder)
    assert report.problems == []
    assert len(report.checks) == 5


def test_a_tokenizer_that_transformers_builds_anew_is_refused(base: Callable[..., Path]) -> None:
    """Of a type whose tokenizer it knows better than the files: a release could not be read."""
    (problem,) = check_base(base("qwen2")).problems
    assert "model_type = 'qwen2': 'The river was" in problem


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"num_attention_heads": 0}, "num_attention_heads = 0"),
        ({"num_key_value_heads": 3}, "4 attention heads, which its 3 key-value heads do not divide"),
        ({"num_attention_heads": 3, "num_key_value_heads": 3, "head_dim": None}, "width of 32, which its 3 attention"),
        ({"hidden_size": "32"}, "hidden_size = '32'"),
        ({"torch_dtype": "float8_e4m3fn"}, "weights are of type 'float8_e4m3fn'"),
        ({"torch_dtype": "bf16"}, "weights are of type 'bf16'"),
        ({"text_config": {"model_type": "llama"}}, "nested (text_config)"),
        ({"vision_config": {}}, "nested (vision_config)"),
        ({"quantization_config": {"quant_method": "gptq"}}, "quantised (gptq)"),
        ({"model_type": "elmod"}, "'elmod') is not known to transformers"),
        ({"model_type": None}, "model_type = None"),
        ({"model_type": "elmod", "auto_map": {"AutoConfig": "x.X"}}, "needs code of its own, which EMMA never runs"),
        ({"vocab_size": 300}, "is 259 × 32 and should be 300 × 32"),
        ({"intermediate_size": 64}, "have another shape than config.json asks for"),
        ({"num_hidden_layers": 3}, "lack 11 of the model's tensors: model.layers.2"),
        ({"max_position_embeddings": 0}, "max_position_embeddings = 0"),
        ({"model_type": ["llama"]}, "model_type = ['llama']"),
        ({"eos_token_id": "2"}, "eos_token_id"),
        ({"eos_token_id": [[2]]}, "eos_token_id"),
        ({"eos_token_id": 7}, "contradicts itself about eos_token_id: config.json 7, the tokenizer 2"),
        ({"bos_token_id": 900}, "bos_token_id"),
        ({"hidden_act": "squeaky"}, "KeyError: 'squeaky'"),
    ],
    ids=lambda each: next(iter(each)) if isinstance(each, dict) else "",
)
def test_a_configuration_that_cannot_work_is_named(fields, said: str, base: Callable[..., Path]) -> None:
    folder = base("olmo2")
    change(folder, **fields)
    (problem, *_) = check_base(folder).problems
    assert said in problem
    assert "Traceback" not in problem


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("bloom", "take no positions"),
        ("opt", "let packed documents see each other"),
        ("xlnet", "cannot be trained here"),
    ],
)
def test_kinds_that_cannot_be_trained_are_named(kind: str, said: str, tmp_path: Path) -> None:
    """By their small model: these have no rotary positions that could begin anew."""
    sizes = {
        "hidden_size": 32,
        "n_head": 4,
        "n_layer": 2,
        "d_model": 32,
        "d_inner": 48,
        "ffn_dim": 48,
        "vocab_size": 259,
    }
    config = AutoConfig.for_model(kind, num_attention_heads=4, word_embed_proj_dim=32, eos_token_id=2, **sizes)
    AutoModelForCausalLM.from_config(config).save_pretrained(tmp_path)
    write_tokenizer(tmp_path)
    (problem, *_) = check_base(tmp_path).problems
    assert said in problem


def test_null_leaves_a_number_to_transformers(base: Callable[..., Path]) -> None:
    folder = base("olmo2", num_key_value_heads=4)
    path = folder / "config.json"
    path.write_text(
        json.dumps(json.loads(path.read_text()) | {"num_key_value_heads": None, "quantization_config": None})
    )
    assert check_base(folder).problems == []


def test_settings_that_transformers_refuses_are_named(base: Callable[..., Path]) -> None:
    folder = base("olmo2")
    (folder / "generation_config.json").write_text('{"cache_implementation": "squeaky"}')
    assert "generation_config.json" in check_base(folder).problems[0]


@pytest.mark.parametrize("kind", ["safetensors", "pickled"])
def test_a_head_that_nothing_ties_and_no_file_holds_is_missed(kind: str, base: Callable[..., Path]) -> None:
    folder = base("olmo2")
    change_weights(folder, lm_head__weight=None)
    if kind == "pickled":
        torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
        (folder / "model.safetensors").unlink()
    assert "lack 1 of the model's tensors: lm_head.weight" in check_base(folder).problems[0]


@pytest.mark.parametrize(
    "content", [{"model": {"a": torch.ones(1)}, "step": 3}, [torch.ones(1)]], ids=["nested", "list"]
)
def test_a_training_checkpoint_is_no_model(content: Any, base: Callable[..., Path]) -> None:
    folder = base("olmo2")
    (folder / "model.safetensors").unlink()
    torch.save(content, folder / "pytorch_model.bin")
    assert any("more than tensors by name" in each or "cannot load" in each for each in check_base(folder).problems)


def test_weights_beside_the_model_are_not_counted(base: Callable[..., Path]) -> None:
    """As hub folders have variants of them."""
    folder = base("smollm2")
    save_file({"model.norm.weight": torch.full((32,), float("nan"))}, folder / "model.fp32.safetensors")
    assert check_base(folder).problems == []
    assert stored_type(folder) == "bfloat16"


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_named_by_its_tensor(bad: float, base: Callable[..., Path]) -> None:
    folder = base()
    head = load_file(folder / "model.safetensors")["lm_head.weight"]
    head[7, 3] = bad
    change_weights(folder, lm_head__weight=head)
    assert check_base(folder).problems == [
        "NaN or infinity is in 1 of its tensors: lm_head.weight. Fetch it again, or choose another."
    ]


def test_weights_in_eight_bits_are_named(base: Callable[..., Path]) -> None:
    folder = base()
    change_weights(folder, model__norm__weight=torch.ones(32).to(torch.float8_e4m3fn))
    assert "F8_E4M3" in check_base(folder).problems[0]


def test_a_head_beside_tied_embeddings_is_said(base: Callable[..., Path]) -> None:
    folder = base("smollm2")
    change_weights(folder, lm_head__weight=torch.ones(259, 32, dtype=torch.bfloat16))
    report = check_base(folder)
    assert report.problems == []
    assert any("the head is kept" in each for each in report.notes)


def test_pickled_weights_are_read_as_data(base: Callable[..., Path]) -> None:
    folder = base()
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    report = check_base(folder)
    assert report.problems == []
    assert any("pickled" in each for each in report.notes)


RAN: list[str] = []


class Evil:
    """Code in a pickle."""

    def __reduce__(self) -> Any:
        return (RAN.append, ("this must not run",))


def test_code_in_pickled_weights_does_not_run(base: Callable[..., Path]) -> None:
    folder = base()
    (folder / "model.safetensors").unlink()
    torch.save({"lm_head.weight": Evil()}, folder / "pytorch_model.bin")
    assert any("pytorch_model.bin" in each for each in check_base(folder).problems)
    assert RAN == []


@pytest.mark.parametrize("what", ["config.json", "model.safetensors", "tokenizer.json"])
def test_what_is_missing_or_cut_short_is_named(what: str, base: Callable[..., Path]) -> None:
    folder = base()
    content = (folder / what).read_bytes()
    (folder / what).write_bytes(content[: len(content) // 2])
    assert any(what in each for each in check_base(folder).problems)
    (folder / what).unlink()
    missing = "tokenizer_config.json" if what == "tokenizer.json" else what
    (folder / "tokenizer_config.json").unlink(missing_ok=True)
    assert any(what in each or missing in each for each in check_base(folder).problems)


def test_a_lost_shard_is_named(base: Callable[..., Path]) -> None:
    folder = base()
    index = {"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}
    (folder / "model.safetensors").rename(folder / "model-00001-of-00002.safetensors")
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    assert "model-00002-of-00002.safetensors" in check_base(folder).problems[0]


def test_more_tokens_than_rows_are_said(base: Callable[..., Path]) -> None:
    folder = base(vocab_size=257)
    report = check_base(folder)
    assert report.problems == []
    assert any("2 tokens" in each and "no row" in each for each in report.notes)


def test_no_end_anywhere_is_a_problem_with_advice(base: Callable[..., Path]) -> None:
    folder = base("olmo2")
    change(folder, eos_token_id=None)
    write_tokenizer(folder, eos_token=None)
    # transformers' Llama says 2 where the configuration says nothing, so the file is what counts.
    (problem,) = check_base(folder).problems
    assert "eos_token" in problem


def test_all_problems_come_in_one_error() -> None:
    report = BaseReport(problems=["One.", "Two."])
    with pytest.raises(RecipeError, match=r"\(1\) One\. \(2\) Two\. Nothing was done with it yet"):
        report.raise_any("base")
    BaseReport(notes=["fine"]).raise_any("base")
