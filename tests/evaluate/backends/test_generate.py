"""Generation: what transformers generates, whatever the batch, the order, the examples shared and the architecture."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
import torch
import transformers
from scipy.stats import chisquare

from emma.evaluate.backends import drafts
from emma.evaluate.backends.drafts import draw_token, open_draft
from emma.evaluate.backends.generate import generate_texts, keeps_states, prepare_generation
from emma.evaluate.backends.model import LanguageModel
from emma.evaluate.config import EvaluateConfig
from emma.evaluate.engine.requests import GenerateRequest, Prompt, TextAnswer
from emma.models.folder import GENERATION
from tests.conftest import TEXTS
from tests.evaluate.conftest import save_tokenizer

CONTEXT = 256
SIZES: dict[str, Any] = {"vocab_size": 259, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4}
WIDE = {**SIZES, "intermediate_size": 48, "num_key_value_heads": 2, "max_position_embeddings": CONTEXT}
YARN = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64, "rope_theta": 1e4}
CONFIGS: dict[str, Callable[[], Any]] = {
    "llama with RoPE scaling": lambda: transformers.LlamaConfig(**WIDE, rope_parameters=YARN),
    "qwen": lambda: transformers.Qwen3Config(**WIDE, head_dim=8),
    "gemma with a window": lambda: transformers.Gemma2Config(**WIDE, head_dim=8, sliding_window=16),
    "mistral with a window": lambda: transformers.MistralConfig(**WIDE, sliding_window=16),
    "gpt2": lambda: transformers.GPT2Config(vocab_size=259, n_embd=32, n_layer=2, n_head=4, n_positions=CONTEXT),
    "bloom": lambda: transformers.BloomConfig(vocab_size=259, hidden_size=32, n_layer=2, n_head=4),
    "mamba": lambda: transformers.MambaConfig(vocab_size=259, hidden_size=32, num_hidden_layers=2, state_size=4),
}
"""The last two have positions of their own kind, and a state that is neither keys nor values."""


def open_model(folder: Path, config: Any, **settings: Any) -> LanguageModel:
    torch.manual_seed(1)
    config.bos_token_id, config.eos_token_id, config.initializer_range = 1, 2, 0.3
    config.tie_word_embeddings = False
    network = transformers.AutoModelForCausalLM.from_config(config)
    # It writes ASCII, or nearly all of its texts would be broken bytes, which look alike.
    network.get_output_embeddings().weight.data[[0, 1, *range(3, 35), *range(130, 259)]] = 0
    network.save_pretrained(folder)
    save_tokenizer(folder)
    return LanguageModel(folder, EvaluateConfig(device="cpu", precision="fp32", **{"context": CONTEXT, **settings}))


@pytest.fixture
def model(tmp_path: Path) -> LanguageModel:
    return open_model(tmp_path / "model", CONFIGS["llama with RoPE scaling"]())


SHOTS = ("one: 1\n", "two: 2\n")
"""Longer than what is worth sharing, in bytes."""


def make_requests(count: int = 18, **settings: Any) -> list[GenerateRequest]:
    """Questions of unlike length in every script, two thirds of them behind examples."""
    texts = [text[: 6 + 2 * number] for number, text in enumerate(TEXTS.values())]
    prompts = [Prompt(text, SHOTS if number % 3 else ()) for number, text in enumerate(texts * 2)]
    fields = {"max_tokens": 20, **settings}
    return [GenerateRequest(prompt, seed=number, **fields) for number, prompt in enumerate(prompts[:count])]


def write(model: LanguageModel, requests: Sequence[GenerateRequest]) -> list[TextAnswer]:
    return generate_texts(model, prepare_generation(model, requests))


def oracle(model: LanguageModel, request: GenerateRequest) -> str:
    """What transformers generates alone."""
    (prepared,) = prepare_generation(model, [request])
    ids = prepared.payload.ids
    settings = {"max_new_tokens": request.max_tokens, "do_sample": False, "pad_token_id": 0}
    made = model.network.generate(torch.tensor([ids]), **settings)[0].tolist()[len(ids) :]
    return drafts.decode(model, made[: made.index(2)] if 2 in made else made)


@pytest.mark.parametrize("name", CONFIGS)
def test_greedy_text_is_that_of_transformers(name: str, tmp_path: Path) -> None:
    model, requests = open_model(tmp_path / "model", CONFIGS[name]()), make_requests()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore" if name == "mamba" else "error")
        assert keeps_states(model) is (name != "mamba")
        written = write(model, requests)
    assert [answer.text for answer in written] == [oracle(model, request) for request in requests]
    assert len({answer.text for answer in written}) > len(requests) // 2


def test_a_model_that_keeps_no_keys_says_so_once_and_names_itself(tmp_path: Path) -> None:
    model = open_model(tmp_path / "mamba", CONFIGS["mamba"]())
    with pytest.warns(UserWarning, match="mamba generates slowly: keys and values cannot be kept"):
        write(model, make_requests(1))


@pytest.mark.parametrize("temperature", [0.0, 0.3])
@pytest.mark.parametrize("batch_tokens", [1, 128, 10_000])
def test_neither_order_nor_batch_changes_an_answer(model: LanguageModel, batch_tokens: int, temperature: float) -> None:
    requests = make_requests(stop=("e", "ab"), temperature=temperature, top_p=0.95)
    order = Random(batch_tokens).sample(range(len(requests)), len(requests))
    expected = [write(model, [request])[0] for request in requests]
    model.section = model.section.model_copy(update={"batch_tokens": batch_tokens})
    written = write(model, [requests[number] for number in order])
    assert written == [expected[number] for number in order]
    assert {answer.finish for answer in written} == {"stop", "length"}


def test_drawn_texts_differ_by_seed_alone(model: LanguageModel) -> None:
    (request,) = make_requests(1, temperature=0.3)
    drawn = write(model, [replace(request, seed=seed) for seed in (1, 2, 1)])
    assert drawn[0] == drawn[2] != drawn[1]


def test_the_nucleus_is_drawn_from_by_its_probabilities(model: LanguageModel) -> None:
    """Of 0.5, 0.3, 0.15 and 0.05, the nucleus of 0.9 has the first three; temperature 2 takes square roots."""
    odds = torch.tensor([0.15, 0.5, 0.05, 0.3])
    (prepared,) = prepare_generation(model, make_requests(1, temperature=1.0, top_p=0.9))
    draft = open_draft(model, prepared)
    draws = torch.tensor([draw_token(draft, odds.log()) for _ in range(2000)]).bincount(minlength=4)
    assert draws[2] == 0
    assert chisquare(draws[[0, 1, 3]], 2000 * odds[[0, 1, 3]].double() / odds[[0, 1, 3]].double().sum()).pvalue > 0.001
    draft.request = replace(draft.request, temperature=2.0, top_p=1.0)
    draws = torch.tensor([draw_token(draft, odds.log()) for _ in range(2000)]).bincount(minlength=4)
    assert chisquare(draws, 2000 * odds.double().sqrt() / odds.double().sqrt().sum()).pvalue > 0.001


def test_a_text_ends_before_the_first_stop_string(model: LanguageModel) -> None:
    for request, plain in zip(make_requests(), write(model, make_requests(max_tokens=40)), strict=True):
        stop = tuple(dict.fromkeys((plain.text[12:14], plain.text[7:8]))) if len(plain.text) > 20 else ("\0",)
        (cut,) = write(model, [replace(request, max_tokens=40, stop=stop)])
        place = min((at for each in stop if (at := plain.text.find(each)) >= 0), default=None)
        assert cut.text == plain.text[:place]
        assert cut.finish == ("stop" if place is not None else plain.finish)
        assert cut.tokens <= plain.tokens


def test_a_stop_string_of_the_prompt_is_none_of_the_text(model: LanguageModel) -> None:
    request = GenerateRequest(Prompt("aaaa\n"), 12)
    (plain,) = write(model, [request])
    assert "aaaa\n" not in plain.text
    assert write(model, [replace(request, stop=("a\n", "aaaa\n"))])[0].text == plain.text.split("a\n")[0]


def test_every_end_that_is_stated_ends_a_text(model: LanguageModel) -> None:
    """Generation settings that name another end than the tokenizer, as those of EMMA-500 do."""
    (request,) = make_requests(1, max_tokens=30)
    (plain,) = write(model, [request])
    ends = plain.text.encode()[5] + 3  # an id of a byte
    (model.folder / GENERATION).write_text(f'{{"eos_token_id": [0, {ends}]}}')
    (cut,) = write(model, [request])
    assert drafts.end_ids(model) == {0, 2, ends}
    assert plain.text.startswith(cut.text)
    assert (cut.finish, cut.tokens < plain.tokens) == ("stop", True)


def test_a_last_character_without_all_its_bytes_is_left_out(model: LanguageModel) -> None:
    """Where a tokenizer falls back to bytes, a missing one would break all bytes before it that stand in a row."""
    (prepared,) = prepare_generation(model, [GenerateRequest(Prompt("ߡߐ߱ ߓ"), 12)])
    draft = open_draft(model, prepared)
    draft.written, draft.finish = [byte + 3 for byte in " ߍ߯ ߟߊߘ".encode()][:-1], "length"
    assert drafts.close_draft(model, draft).text == " ߍ߯ ߟߊ"


def test_a_short_context_keeps_room_for_the_answer(tmp_path: Path) -> None:
    model = open_model(tmp_path / "model", CONFIGS["gpt2"](), context=64)
    long = GenerateRequest(Prompt("x" * 20 + ":", shots=("y" * 20 + "\n",) * 3), 1000)
    written = write(model, [long, replace(long, prompt=Prompt("z" * 100)), replace(long, max_tokens=10)])
    assert [(answer.shots, answer.truncated) for answer in written] == [(0, False), (0, True), (1, False)]
    assert [answer.tokens for answer in written if answer.finish == "length"] in ([42, 32, 10], [42, 32], [42, 10])
