"""A released model that clients can open: a random Llama with weights of every size and a byte-level vocabulary."""

import runpy
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from emma.inspect.clients.released import Released
from emma.store.artifact import Artifact
from tests.conftest import TEXTS

PIECES = 320


def save_tokenizer(folder: Path) -> None:
    """A byte-level vocabulary that cuts digits apart, as StarCoder's and SmolLM's do."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    backend.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=PIECES,
        special_tokens=["<|endoftext|>", "<|begin|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    backend.train_from_iterator(TEXTS.values(), trainer)
    PreTrainedTokenizerFast(
        tokenizer_object=backend, bos_token="<|begin|>", eos_token="<|endoftext|>", model_max_length=128
    ).save_pretrained(folder)


def save_model(folder: Path) -> None:
    """A model whose norms are no round numbers: bfloat16 would move them."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(3)
    config = LlamaConfig(
        vocab_size=PIECES, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=128, initializer_range=0.3, bos_token_id=1, eos_token_id=0,
        tie_word_embeddings=True,
    )  # fmt: skip
    model = LlamaForCausalLM(config)
    for name, weight in model.named_parameters():
        if "norm" in name:
            weight.data += 0.3 * torch.randn_like(weight)
    model.save_pretrained(folder)


@pytest.fixture
def asked_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scripts run in this process, which has imported their client already; its own process is tested elsewhere."""

    def run_script(command: Sequence[object], **_: object) -> "subprocess.CompletedProcess[bytes]":
        _, script, *arguments = map(str, command)
        monkeypatch.setattr(sys, "argv", [script, *arguments])
        try:
            runpy.run_path(script, run_name="__main__")
        except Exception as error:
            return subprocess.CompletedProcess(command, 1, stderr=str(error).encode())
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", run_script)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Artifacts of a run: `train/model`, `vocab/tokenizer`, `release/model`, `release/corpus`."""
    pytest.importorskip("torch", reason="needs the train extra")
    home = tmp_path_factory.mktemp("run")
    save_model(home / "train" / "model")
    save_tokenizer(home / "train" / "model")
    save_tokenizer(home / "vocab" / "tokenizer")
    shutil.copytree(home / "train" / "model", home / "release" / "model")
    return home


def as_released(home: Path) -> Released:
    names = ("release", "vocab", "pack", "train", "initial")
    artifacts = {name: Artifact(home / name, name) for name in names}
    return Released(home / "release" / "model", home / "release" / "corpus", **artifacts)


@pytest.fixture
def released(trained: Path) -> Released:
    """The release as it was written."""
    return as_released(trained)


@pytest.fixture
def altered(trained: Path, tmp_path: Path) -> Callable[[Callable[[Path], None]], Released]:
    """Make a copy of the release with its model folder altered."""

    def make(alter: Callable[[Path], None]) -> Released:
        shutil.copytree(trained, tmp_path / "run")
        alter(tmp_path / "run" / "release" / "model")
        return as_released(tmp_path / "run")

    return make
