"""What the adaptation does with bases as people have them: types, heads, positions, rows."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForCausalLM

from emma.adapt.config import AdaptConfig
from emma.adapt.run import adapt
from emma.errors import RecipeError
from emma.models.configuration import context_length
from emma.models.head import head_of
from emma.store.artifact import Artifact
from tests.adapt.test_run import NEW, vocab
from tests.models.kinds import LLAMA_3, PIECES, write_base

__all__ = ["vocab"]


@pytest.fixture
def adapted(make_work, vocab: Artifact, tmp_path: Path) -> Callable[..., Path]:
    """Adapt what lies in the base's folder."""

    def make(**fields: Any) -> Path:
        work = make_work("adapt")
        adapt(AdaptConfig(**fields), vocab=vocab, base=Artifact(tmp_path / "base", "base"), work=work)
        return work.out / "model"

    return make


def config_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "config.json").read_text())
    return found


def give_head(folder: Path) -> torch.Tensor:
    """A head of its own beside embeddings that the configuration ties."""
    path = folder / "model.safetensors"
    weights = load_file(path)
    head = torch.randn(weights["model.embed_tokens.weight"].shape, generator=torch.Generator().manual_seed(1))
    save_file({**weights, "lm_head.weight": head.bfloat16()}, path, metadata={"format": "pt"})
    return head.bfloat16().float()


@pytest.mark.parametrize("untie", [None, True])
def test_a_head_that_the_weights_hold_is_kept(adapted, tmp_path: Path, untie) -> None:
    """Though the configuration says that it is tied: transformers does not tie it either."""
    write_base("smollm2", tmp_path / "base")
    head = give_head(tmp_path / "base")
    folder = adapted(untie=untie)
    assert config_of(folder)["tie_word_embeddings"] is False
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    assert torch.equal(head_of(model).weight[:PIECES], head)
    assert not torch.equal(model.model.embed_tokens.weight[:PIECES], head)


@pytest.mark.parametrize(
    ("kind", "dtype", "stored"),
    [
        ("smollm2", "base", torch.bfloat16),
        ("mistral", "base", torch.float16),
        ("olmo2", "base", torch.float32),
        ("smollm2", "fp32", torch.float32),
        ("olmo2", "bf16", torch.bfloat16),
        ("gpt2", "bf16", torch.bfloat16),
    ],
)
def test_weights_are_stored_as_the_base_has_them_or_as_asked(adapted, tmp_path, kind, dtype, stored) -> None:
    write_base(kind, tmp_path / "base")
    folder = adapted(dtype=dtype)
    assert {each.dtype for each in load_file(folder / "model.safetensors").values()} == {stored}
    assert AutoModelForCausalLM.from_pretrained(folder, dtype="auto").dtype == stored
    assert config_of(folder).get("torch_dtype", "float32") == str(stored).removeprefix("torch.")


@pytest.mark.parametrize(
    ("kind", "rope", "wanted"),
    [
        ("llama3", {"theta": 1e6}, {"rope_theta": 1e6, **LLAMA_3}),
        ("llama3", {"factor": 16.0}, {"rope_theta": 5e5, **LLAMA_3, "factor": 16.0}),
        ("llama3", {"type": "default"}, {"rope_theta": 5e5, "rope_type": "default"}),
        ("smollm2", {"theta": 1e6}, {"rope_theta": 1e6, "rope_type": "default"}),
    ],
    ids=str,
)
def test_what_is_left_out_of_rope_is_the_bases(adapted, tmp_path: Path, kind, rope, wanted) -> None:
    write_base(kind, tmp_path / "base")
    folder = adapted(rope=rope)
    assert AutoConfig.from_pretrained(folder).rope_parameters == wanted
    assert config_of(folder)["rope_theta"] == wanted["rope_theta"]


@pytest.mark.parametrize(
    ("kind", "fields", "said"),
    [
        ("gpt2", {"rope": {"type": "linear", "factor": 2}}, r"its 64 positions are learned or fixed"),
        ("gpt2", {"context": 128}, r"adapt\.context = 128 cannot be had .* its 64 positions are learned or fixed"),
        ("gpt2", {"context": 32}, r"adapt\.context = 32 cannot be had .* mix\.sequence_length may be shorter"),
        ("llama3", {"rope": {"beta_fast": 3.0}}, r"beta_fast means nothing to rotary scaling of type 'llama3'"),
        ("smollm2", {"rope": {"type": "linear", "factor": 2, "low_freq_factor": 1}}, r"low_freq_factor means nothing"),
        ("smollm2", {"rope": {"factor": 2.0}}, r"adapt\.rope\.factor says .* Set adapt\.rope\.type too"),
    ],
)
def test_positions_that_a_base_cannot_have_are_refused(adapted, tmp_path: Path, kind, fields, said) -> None:
    write_base(kind, tmp_path / "base")
    with pytest.raises(RecipeError, match=said):
        adapted(**fields)


def test_learned_positions_stay_as_many(adapted, tmp_path: Path) -> None:
    write_base("gpt2", tmp_path / "base")
    assert config_of(adapted(context=64))["n_positions"] == 64


@pytest.mark.parametrize(
    ("scaling", "factor", "longest"),
    [
        ({"type": "yarn", "factor": 2.0, "original_max_position_embeddings": 32}, 4.0, 128),
        ({"type": "linear", "factor": 2.0}, 4.0, 128),
        ({"type": "dynamic", "factor": 2.0}, 4.0, 64),
    ],
    ids=lambda each: each["type"] if isinstance(each, dict) else "",
)
def test_scaling_grows_with_the_context(adapted, tmp_path: Path, scaling, factor, longest) -> None:
    """Twice the base's 64 positions (dynamic: twice the 128 that it reaches) under a theta of the recipe's own."""
    write_base("smollm2", tmp_path / "base", rope_scaling=scaling)
    wanted = 256 if scaling["type"] == "dynamic" else 128
    config = AutoConfig.from_pretrained(adapted(context=wanted, rope={"theta": 2e6}))
    assert config.rope_parameters["factor"] == factor
    assert config.rope_parameters["rope_theta"] == 2e6
    assert config.max_position_embeddings == longest
    assert context_length(config) == wanted


def test_dynamic_scaling_alone_reaches_the_context(adapted, tmp_path: Path) -> None:
    write_base("smollm2", tmp_path / "base", rope_scaling={"type": "dynamic", "factor": 2.0})
    config = AutoConfig.from_pretrained(adapted(context=256))
    assert (config.max_position_embeddings, context_length(config)) == (64, 256)


def test_each_weight_keeps_its_type(adapted, tmp_path: Path) -> None:
    """A base whose norms are in float32 beside matrices in bfloat16, as routers often are."""
    write_base("smollm2", tmp_path / "base")
    path = tmp_path / "base" / "model.safetensors"
    weights = {name: each.float() if "norm" in name else each for name, each in load_file(path).items()}
    save_file(weights, path, metadata={"format": "pt"})
    found = load_file(adapted() / "model.safetensors")
    assert {name: each.dtype for name, each in found.items()} == {name: each.dtype for name, each in weights.items()}


def test_tokens_without_rows_get_rows(adapted, tmp_path: Path) -> None:
    """As [PAD] in many folders: the mean, as for padding."""
    write_base("smollm2", tmp_path / "base", vocab_size=PIECES - 2)
    # Spellings of new pieces reach the last ids only for bytes that no text has.
    folder = adapted()
    rows = load_file(folder / "model.safetensors")["model.embed_tokens.weight"].float()
    old = load_file(tmp_path / "base" / "model.safetensors")["model.embed_tokens.weight"].float()
    assert len(rows) == PIECES + len(NEW)
    assert torch.equal(rows[: len(old)], old)
    torch.testing.assert_close(rows[len(old) : PIECES], old.mean(0).expand(2, -1), rtol=1e-2, atol=1e-2)


def test_what_is_no_number_is_named(adapted, tmp_path: Path) -> None:
    write_base("olmo2", tmp_path / "base")
    path = tmp_path / "base" / "model.safetensors"
    weights = load_file(path)
    weights["lm_head.weight"][3, 4] = float("nan")
    save_file(weights, path, metadata={"format": "pt"})
    with pytest.raises(RecipeError, match=r"no finite numbers in lm_head\.weight\."):
        adapted()


def test_a_longer_context_reaches_the_tokenizer(adapted, tmp_path: Path, vocab: Artifact) -> None:
    write_base("llama2", tmp_path / "base")
    path = vocab.path / "tokenizer" / "tokenizer_config.json"
    limits = json.loads(path.read_text()) | {"model_max_length": 64}
    path.write_text(json.dumps(limits))
    folder = adapted(context=256, rope={"type": "yarn"})
    assert json.loads((folder / "tokenizer_config.json").read_text())["model_max_length"] == 256


def test_whose_weights_they_were_is_noted(adapted, tmp_path: Path) -> None:
    write_base("llama2", tmp_path / "base")
    (tmp_path / "base" / "training.json").write_text('{"optimizer": "muon"}')
    origin = json.loads((adapted().parent / "origin.json").read_text())
    assert (origin["base"], origin["optimizer"]) == (True, "muon")
    assert set(origin["changed"]) == {"vocab_size"}
    assert origin["first_new_row"] == PIECES


@pytest.mark.parametrize("rows", [PIECES - 2, PIECES + 5])
def test_rows_that_were_no_piece_of_the_base_are_new(adapted, tmp_path: Path, rows: int) -> None:
    """[PAD] without a row of its own, and padding that new pieces take over."""
    write_base("smollm2", tmp_path / "base", vocab_size=rows)
    origin = json.loads((adapted().parent / "origin.json").read_text())
    assert origin["first_new_row"] == min(rows, PIECES)


def test_folders_beside_the_tokenizer_come_along(adapted, tmp_path: Path, vocab: Artifact) -> None:
    """As transformers saves several chat templates."""
    write_base("llama2", tmp_path / "base")
    templates = vocab.path / "tokenizer" / "additional_chat_templates"
    templates.mkdir()
    (templates / "tool_use.jinja").write_text("{{ messages }}")
    assert (adapted() / "additional_chat_templates" / "tool_use.jinja").read_text() == "{{ messages }}"
