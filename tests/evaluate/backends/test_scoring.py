"""Scores of choices against transformers' own logits, one choice at a time, for every kind of model."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM

from emma.errors import RecipeError
from emma.evaluate.backends.hf import HuggingFace
from emma.evaluate.backends.scoring import ChoiceScorer
from emma.evaluate.config import EvaluateConfig
from emma.evaluate.engine.requests import Prompt, ScoreAnswer, ScoreRequest
from tests.conftest import TEXTS
from tests.evaluate.conftest import save_tokenizer
from tests.models.kinds import CONFIGS, write_base

EXACT = EvaluateConfig(precision="fp32", device="cpu")
SHOTS = ("ab is c\n", "de is f\n", "gh is i\n")
WORDS = [text[:4].strip() for text in TEXTS.values()]
"""Up to 12 tokens of every script."""
REQUESTS = [
    *(ScoreRequest(Prompt(f"{word} is", SHOTS), (" yes", " no", f" {word}")) for word in WORDS),
    *(ScoreRequest(Prompt(word), (" a", "b", word)) for word in WORDS),
    *(ScoreRequest(Prompt(""), (word,)) for word in WORDS),
    ScoreRequest(Prompt("a"), ("bcd", "e")),  # the last one shorter than another
]


def slow(folder: Path, requests: list[ScoreRequest]) -> list[ScoreAnswer]:
    """Each choice through the whole model by itself; a token is a byte."""
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    start = 2 if model.config.bos_token_id == 2 else 1
    answers = []
    for request in requests:
        context = [start, *(3 + byte for byte in request.prompt.text.encode())]
        nats, greedy, tokens = [], [], []
        for choice in request.choices:
            ids = [*context, *(3 + byte for byte in choice.encode())]
            with torch.no_grad():
                rows = model(torch.tensor([ids[:-1]])).logits[0, len(context) - 1 :].double().log_softmax(-1)
            wanted = ids[len(context) :]
            nats.append(-rows[range(len(wanted)), wanted].sum().item())
            greedy.append(rows.argmax(-1).tolist() == wanted)
            tokens.append(len(wanted))
        answers.append(ScoreAnswer(tuple(nats), tuple(tokens), tuple(greedy), len(request.prompt.shots)))
    return answers


def assert_equal(found: list[ScoreAnswer], expected: list[ScoreAnswer], tolerance: float = 1e-4) -> None:
    for one, other in zip(found, expected, strict=True):
        assert one.nats == pytest.approx(other.nats, abs=tolerance)
        assert replace(one, nats=()) == replace(other, nats=())


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory):
    """The folder of a kind of model, with a tokenizer for which a token is a byte."""

    def make(kind: str, **changes) -> Path:
        folder = tmp_path_factory.mktemp(kind)
        write_base(kind, folder, bos_token_id=1, eos_token_id=2, **{"torch_dtype": "float32", **changes})
        save_tokenizer(folder)
        return folder

    return make


def ask(folder: Path, requests: list[ScoreRequest], section: EvaluateConfig = EXACT) -> list[ScoreAnswer]:
    backend = HuggingFace(folder, section)
    return backend.answer(backend.prepare(requests))


@pytest.mark.parametrize("kind", CONFIGS)
def test_every_kind_of_model(base, kind: str, recwarn) -> None:
    folder = base(kind)
    backend = HuggingFace(folder, EXACT)
    prepared = backend.prepare(REQUESTS)
    assert_equal(backend.answer(prepared), slow(folder, REQUESTS))
    assert backend.scorer.longest_path >= 24
    assert backend.scorer.shares_prefixes
    assert len({each.group for each in prepared if each.group}) == 1
    assert not recwarn.list


@pytest.mark.parametrize("batch_tokens", [1, 70, 10_000])
def test_batches_do_not_matter(base, batch_tokens: int) -> None:
    folder = base("llama3")
    found = ask(folder, REQUESTS, EXACT.model_copy(update={"batch_tokens": batch_tokens}))
    assert_equal(found, slow(folder, REQUESTS))


def test_a_model_without_trees_is_said_once(base, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = base("llama2")
    expected = ask(folder, REQUESTS)
    monkeypatch.setattr(ChoiceScorer, "_hidden_states", lambda *_: torch.zeros(()))
    backend = HuggingFace(folder, EXACT)
    with pytest.warns(UserWarning, match="type llama take no trees") as said:
        assert_equal(backend.answer(backend.prepare(REQUESTS)), expected)
        backend.answer(backend.prepare(REQUESTS))
    assert len(said) == 1


def test_a_model_without_positions(tmp_path: Path) -> None:
    from transformers import BloomConfig, BloomForCausalLM

    torch.manual_seed(0)
    BloomForCausalLM(BloomConfig(vocab_size=259, hidden_size=32, n_layer=2, n_head=4)).save_pretrained(tmp_path)
    save_tokenizer(tmp_path)
    with pytest.warns(UserWarning, match="type bloom take no trees"):
        found = ask(tmp_path, REQUESTS)
    assert_equal(found, slow(tmp_path, REQUESTS))


def test_examples_go_before_the_question_does(base) -> None:
    folder = base("llama2")  # takes 64 tokens
    long = Prompt("x" * 40, SHOTS)
    found = ask(folder, [ScoreRequest(long, (" y", " zz"))])
    assert_equal(found, slow(folder, [ScoreRequest(long.cut(2), (" y", " zz"))]))
    (found,) = ask(folder, [ScoreRequest(Prompt("a" * 50 + "b" * 60, SHOTS), (" y", " zz"))])
    (kept,) = slow(folder, [ScoreRequest(Prompt("b" * 60), (" y", " zz"))])
    assert (found.shots, found.truncated) == (0, True)
    # One more token of context would fit: 64 inputs are start, 61 of the question, and all but the last of " zz".
    (kept,) = slow(folder, [ScoreRequest(Prompt("a" + "b" * 60), (" y", " zz"))])
    assert found.nats == pytest.approx(kept.nats, abs=1e-4)


def test_a_text_longer_than_the_context_is_read_in_windows(base) -> None:
    folder = base("llama2")
    text = "".join(TEXTS.values())[:200]
    (found,) = ask(folder, [ScoreRequest(Prompt(""), (text, "a"))])
    assert found.tokens == (len(text.encode()), 1)
    from emma.evaluate.likelihood.score import Scorer
    from tests.evaluate.conftest import score

    assert found.nats == pytest.approx([each.nats for each in score(Scorer.open(folder, EXACT), [text, "a"])], abs=1e-3)


def test_white_space_at_the_end_of_a_prompt_belongs_to_the_choice(base) -> None:
    folder = base("llama2")
    found, expected = ask(folder, [ScoreRequest(Prompt(*pair[:1]), pair[1]) for pair in (
        ("ab is \n", ("yes", "no")), ("ab is", (" \nyes", " \nno")),
    )])  # fmt: skip
    assert found == expected
    assert found.tokens == (5, 4)


def test_last_token_as_it_was_published(base) -> None:
    folder = base("llama2")
    prompt = Prompt("ab is\n", SHOTS)
    (found,) = ask(folder, [ScoreRequest(prompt, (" science", " sports"), part="last_token")])
    (first,) = slow(folder, [ScoreRequest(prompt, ("e", "s"))])  # the last bytes, straight behind the line's end
    assert found.nats == pytest.approx(first.nats, abs=1e-4)
    assert found.tokens == (1, 1)


def test_a_choice_without_tokens_is_refused(base) -> None:
    with pytest.raises(RecipeError, match=r"The choice '' behind '…ab' has no tokens"):
        ask(base("llama2"), [ScoreRequest(Prompt("ab"), ("a", ""))])


def test_bfloat16_is_close(base) -> None:
    folder = base("llama3")
    exact, rough = ask(folder, REQUESTS), ask(folder, REQUESTS, EXACT.model_copy(update={"precision": "bf16"}))
    for one, other in zip(exact, rough, strict=True):
        assert other.nats == pytest.approx(one.nats, rel=0.05, abs=0.3)


def test_the_key_is_of_what_the_answers_depend_on(base) -> None:
    folder = base("llama2")
    key = HuggingFace(folder, EXACT).key
    assert HuggingFace(folder, EXACT.model_copy(update={"batch_tokens": 5})).key == key
    assert HuggingFace(folder, EXACT.model_copy(update={"context": 32})).key != key
    assert HuggingFace(folder, EXACT.model_copy(update={"stride": 1.0})).key != key
    assert HuggingFace(folder, EXACT.model_copy(update={"precision": "bf16"})).key != key
    (folder / "generation_config.json").write_text('{"eos_token_id": 5}')
    assert HuggingFace(folder, EXACT).key != key
