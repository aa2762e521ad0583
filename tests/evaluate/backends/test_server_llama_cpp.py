"""A real llama.cpp server beside the same weights in transformers: equal costs, equal texts."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, decoders, normalizers
from transformers import LlamaConfig, LlamaForCausalLM

from emma.errors import RecipeError
from emma.evaluate.backends.hf import HuggingFace
from emma.evaluate.backends.server import Server
from emma.evaluate.config import EvaluateConfig
from emma.evaluate.engine.requests import GenerateRequest, Prompt, Request, ScoreRequest
from tests.conftest import TEXTS
from tests.evaluate.conftest import save_tokenizer

HOME = Path(os.environ.get("EMMA_LLAMA_CPP") or Path(sys.prefix) / "llama_cpp")
"""Environment with llama.cpp's Python package, apart from EMMA's own."""
PYTHON = HOME / "bin" / "python"
SIZES = {"context": 256, "width": 32, "layers": 2, "inner": 48, "heads": 4, "kv_heads": 2}
START_SECONDS = 60
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PYTHON.exists(), reason="llama.cpp is not installed: make .venv/.llama-cpp"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random Llama that writes ASCII; its tokenizer writes a space as llama.cpp does."""
    torch.manual_seed(1)
    folder = tmp_path_factory.mktemp("llama") / "model"
    config = LlamaConfig(
        vocab_size=259, hidden_size=32, num_hidden_layers=2, intermediate_size=48, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=256, initializer_range=0.3, bos_token_id=1, eos_token_id=2,
    )  # fmt: skip
    network = LlamaForCausalLM(config)
    network.lm_head.weight.data[[0, 1, *range(3, 36), *range(130, 259)]] = 0
    network.save_pretrained(folder)
    save_tokenizer(folder)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse(), decoders.Replace("▁", " ")])
    tokenizer.save(str(folder / "tokenizer.json"))
    weights = {name: weight.numpy() for name, weight in network.state_dict().items()}
    np.savez(folder / "weights.npz", **weights, **{f"size:{name}": np.array(size) for name, size in SIZES.items()})
    return folder


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """The place of a server with this model."""
    script = Path(__file__).with_name("gguf_file.py")
    subprocess.run([PYTHON, script, folder / "weights.npz", folder / "tiny.gguf"], check=True)
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # In float32 throughout (type 0), and with the log-probabilities of every token.
    settings = "--n_ctx 256 --logits_all true --type_k 0 --type_v 0 --n_threads 1 --verbose false"
    command = f"{PYTHON} -m llama_cpp.server --model {folder}/tiny.gguf --model_alias tiny --port {port} {settings}"
    with (folder / "log").open("w") as log, subprocess.Popen(command.split(), stdout=log, stderr=log) as process:
        url = f"http://127.0.0.1:{port}"
        wait_for(url, process, folder / "log")
        yield f"{url}#tiny"
        process.terminate()


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urlopen(f"{url}/v1/models", timeout=5).close()
        except URLError:
            time.sleep(0.1)
        else:
            return
    process.terminate()
    pytest.fail(log.read_text())


@pytest.fixture(scope="module")
def reference(folder: Path) -> HuggingFace:
    return HuggingFace(folder, EvaluateConfig(device="cpu", precision="fp32"))


def ask(backend: HuggingFace | Server, *requests: Request) -> list:  # type: ignore[type-arg]
    return backend.answer(backend.prepare(requests))


def test_choices_cost_what_they_cost_in_transformers(address: str, reference: HuggingFace) -> None:
    requests = [
        ScoreRequest(Prompt(text[:10] + space, shots=("a: b\n",)), (text[10:14], " yes"))
        for text in list(TEXTS.values())[::2]
        for space in ("", " ")
    ]
    for ours, theirs in zip(ask(Server(address), *requests), ask(reference, *requests), strict=True):
        assert ours.nats == pytest.approx(theirs.nats, abs=1e-3)
        assert (ours.tokens, ours.greedy, ours.shots) == (theirs.tokens, theirs.greedy, theirs.shots)


def test_texts_are_those_of_transformers(address: str, reference: HuggingFace) -> None:
    requests = [GenerateRequest(Prompt(text[:20]), 24, stop=("e", "Q:")) for text in TEXTS.values()]
    written, expected = ask(Server(address), *requests), ask(reference, *requests)
    assert [answer.text for answer in written] == [answer.text for answer in expected]
    assert [answer.finish for answer in written] == [answer.finish for answer in expected]


def test_likeliest_continuations_are_told(address: str) -> None:
    server, prompt = Server(address), Prompt("abc")
    (written,) = ask(server, GenerateRequest(prompt, 3))
    (scored,) = ask(server, ScoreRequest(prompt, (written.text, "ⵍⵍ")))
    assert scored.greedy == (True, False)


def test_examples_are_cut_and_then_the_question(address: str) -> None:
    long = Prompt("x" * 100 + ":", shots=("y" * 60 + "\n",) * 3)
    whole, cut = ask(Server(address), GenerateRequest(long, 8), GenerateRequest(Prompt("z" * 500), 8))
    assert (whole.shots, whole.truncated) == (2, False)
    assert (cut.shots, cut.truncated) == (0, True)


def test_whole_texts_are_refused_as_the_first_token_has_no_cost(address: str) -> None:
    with pytest.raises(RecipeError, match="log-probabilities of all tokens"):
        ask(Server(address), ScoreRequest(Prompt(""), ("abc",)))


def test_the_key_is_that_of_the_model(address: str) -> None:
    assert Server(address).key == Server(address.removesuffix("#tiny")).key
    with pytest.raises(RecipeError, match=r"has no model 'other', .* only 'tiny'"):
        Server(address.replace("#tiny", "#other")).key  # noqa: B018
