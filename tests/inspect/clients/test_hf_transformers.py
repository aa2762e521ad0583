"""A release as it was written passes in transformers, and one that is broken in any of four ways does not."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from emma.inspect.clients.hf_transformers import verify_transformers
from emma.inspect.clients.released import Released
from emma.inspect.clients.texts import PROMPTS, TEXTS

from .broken import BROKEN, alter_json, alter_weights
from .conftest import as_released, save_model

pytestmark = pytest.mark.slow


def failures(released: Released, scratch: Path) -> list[str]:
    return [each.what.split()[0] for each in verify_transformers(released, scratch).comparisons if not each.holds]


def test_what_was_written_is_what_was_trained(released: Released, tmp_path: Path) -> None:
    opened = verify_transformers(released, tmp_path)
    held = [each.what.split()[0] for each in opened.comparisons if each.holds]
    assert held == ["20", "320", "token", "logits", "4", "ends"]
    assert opened.version.count(".") == 2


@pytest.mark.usefixtures("asked_here")
@pytest.mark.parametrize(
    ("name", "what"), [*zip(BROKEN, (["20", "logits"], ["20", "logits"], ["320"], ["ends"]), strict=True)]
)
def test_a_broken_release_is_found(
    name: str, what: list[str], altered: Callable[[Callable[[Path], None]], Released], tmp_path: Path
) -> None:
    assert set(what) <= set(failures(altered(BROKEN[name]), tmp_path))


def stop_at_two(model: Path) -> None:
    """Generation stops at piece 2, not at 0, which is written where all logits are alike."""
    for name in ("config.json", "generation_config.json"):
        alter_json(model / name, lambda fields: fields.update(eos_token_id=2))


def save_bytes(folder: Path) -> None:
    """A vocabulary of single bytes, 0xE0 the first, and of the characters that stand last but one in the prompts."""
    from tokenizers import Tokenizer, decoders, models
    from transformers import PreTrainedTokenizerFast

    pieces = ["<0xE0>", "<|begin|>", "<|endoftext|>", *(f"<0x{byte:02X}>" for byte in range(256) if byte != 0xE0)]
    pieces += sorted({text[-2] for text in TEXTS[:PROMPTS]})
    backend = Tokenizer(models.BPE({piece: number for number, piece in enumerate(pieces)}, [], byte_fallback=True))
    backend.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()])
    PreTrainedTokenizerFast(
        tokenizer_object=backend, bos_token="<|begin|>", eos_token="<|endoftext|>", model_max_length=128
    ).save_pretrained(folder)


@pytest.mark.usefixtures("asked_here")
def test_bytes_that_break_the_end_of_a_prompt_are_no_difference(tmp_path: Path) -> None:
    model = tmp_path / "train" / "model"
    save_model(model)
    save_bytes(model)
    # Without its last norm all logits are alike, so that the first piece is written.
    alter_weights(model, lambda weights: weights["model.norm.weight"].zero_())
    stop_at_two(model)
    save_bytes(tmp_path / "vocab" / "tokenizer")
    shutil.copytree(model, tmp_path / "release" / "model")
    (tmp_path / "scratch").mkdir()
    assert failures(as_released(tmp_path), tmp_path / "scratch") == []


def save_halves(folder: Path) -> None:
    """A vocabulary of bytes, and two pieces: 0 is a letter, 300 a letter and the first byte of another."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    pieces = {"yy": 0, "<|begin|>": 1, "<|endoftext|>": 2, "xà": 300}
    pieces |= {letter: number for number, letter in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()), 3)}
    backend = Tokenizer(models.BPE(pieces, []))
    backend.pre_tokenizer, backend.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    PreTrainedTokenizerFast(
        tokenizer_object=backend, bos_token="<|begin|>", eos_token="<|endoftext|>", model_max_length=128
    ).save_pretrained(folder)


def alternate(weights: dict[str, Any]) -> None:
    """Behind any piece 0 follows, and behind 0 piece 300: the sixteenth is 300."""
    for name, weight in weights.items():
        weight.zero_() if name != "model.norm.weight" else weight.fill_(1)
    weights["lm_head.weight"] = weights["model.embed_tokens.weight"].clone()
    weights["model.embed_tokens.weight"][0, 0] = weights["lm_head.weight"][300, 0] = 1


@pytest.mark.usefixtures("asked_here")
def test_a_last_piece_that_ends_within_a_character_is_no_difference(tmp_path: Path) -> None:
    model = tmp_path / "train" / "model"
    save_model(model)
    save_halves(model)
    alter_weights(model, alternate)
    alter_json(model / "config.json", lambda config: config.update(tie_word_embeddings=False))
    stop_at_two(model)
    save_halves(tmp_path / "vocab" / "tokenizer")
    shutil.copytree(model, tmp_path / "release" / "model")
    (tmp_path / "scratch").mkdir()
    assert failures(as_released(tmp_path), tmp_path / "scratch") == []
