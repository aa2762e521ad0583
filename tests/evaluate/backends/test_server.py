"""Servers that fail, answer half, or cannot do what is asked; a real llama.cpp is in test_server_llama_cpp."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from emma.errors import RecipeError
from emma.evaluate.backends import server as module
from emma.evaluate.backends.server import Server
from emma.evaluate.engine.requests import (
    GenerateRequest,
    Prompt,
    Request,
    ScoreAnswer,
    ScoreRequest,
    TextAnswer,
)
from tests.conftest import TEXTS

Json = dict[str, Any]
WRITE = GenerateRequest(Prompt("2 + 2 ="), 8)
SCORE = ScoreRequest(Prompt("ab "), ("c", "de"))


class Replies(ThreadingHTTPServer):
    """A completions server whose tokens are characters; what `faults` holds comes before right answers."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.faults: list[Callable[[Handler], None]] = []
        self.asked: list[Json] = []
        self.headers: list[Any] = []
        self.models: list[Json] = [{"id": "tiny", "max_model_len": 64, "created": 1, "permission": [{"id": "x1"}]}]
        self.echoes, self.has_start = True, True
        self.busy, self.busiest = 0, 0
        self.lock = threading.Lock()

    @property
    def place(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}#tiny"

    def complete(self, body: Json) -> Json:
        """An answer as vLLM gives it: a character costs its number, behind a beginning-of-text token."""
        prompt, start = body["prompt"], [""] * self.has_start
        tokens = [*start, *prompt, "!"]
        text = prompt + "!" if body.get("echo") and self.echoes else " 4\nQ"[: body["max_tokens"]]
        logs = [None, *(-float(ord(token)) for token in tokens[1:])]
        tops = [None, *({"x": -100.0, token: log} for token, log in zip(tokens[1:], logs[1:], strict=True))]
        told = {"tokens": tokens, "token_logprobs": logs, "top_logprobs": tops}
        choice = {"text": text, "finish_reason": "length", "logprobs": told if self.echoes else None}
        return {"choices": [choice], "usage": {"prompt_tokens": len(tokens) - 1, "completion_tokens": 1}}


class Handler(BaseHTTPRequestHandler):
    server: Replies

    def do_GET(self) -> None:
        self.reply({"data": self.server.models})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.lock:
            self.server.asked.append(body)
            self.server.headers.append(self.headers)
            self.server.busy += 1
            self.server.busiest = max(self.server.busiest, self.server.busy)
            fault = self.server.faults.pop(0) if self.server.faults else None
        answer = None if fault else self.server.complete(body)
        with self.server.lock:
            self.server.busy -= 1  # before the client can know, which then asks on
        if fault:
            fault(self)
        else:
            self.reply(answer)

    def reply(self, answer: Any, status: int = 200, missing: int = 0) -> None:
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content) + missing))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def replies(monkeypatch: pytest.MonkeyPatch) -> Iterator[Replies]:
    monkeypatch.setattr(module, "FIRST_WAIT_SECONDS", 1e-4)
    with Replies() as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def ask(place: str, *requests: Request) -> list[ScoreAnswer | TextAnswer]:
    backend = Server(place)
    return backend.answer(backend.prepare(requests))


FAULTS: dict[str, Callable[[Handler], None]] = {
    "500": lambda handler: handler.reply({"error": "out of memory"}, 500),
    "429": lambda handler: handler.reply({"error": "slow down"}, 429),
    "half a body": lambda handler: handler.reply(b'{"choices": [{"te', missing=40),
    "no body": lambda handler: handler.close_connection or handler.connection.close(),
    "no JSON": lambda handler: handler.reply(b"<html>Bad gateway</html>"),
    "no choices": lambda handler: handler.reply({"choices": [], "usage": {}}),
    "no object": lambda handler: handler.reply([]),
    "a text without its end": lambda handler: handler.reply(
        {"choices": [{"text": "4", "finish_reason": None}], "usage": {"completion_tokens": 1}}
    ),
    "no text": lambda handler: handler.reply(
        {"choices": [{"text": None, "finish_reason": "stop"}], "usage": {"completion_tokens": 1}}
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_passes_changes_nothing(replies: Replies, fault: str) -> None:
    expected = ask(replies.place, WRITE)
    replies.faults = [FAULTS[fault]] * 3
    assert ask(replies.place, WRITE) == expected == [TextAnswer(" 4\nQ", 1, "length")]
    assert len(replies.asked) == 1 + 4


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_stays_is_one_error(replies: Replies, fault: str) -> None:
    replies.faults = [FAULTS[fault]] * 100
    with pytest.raises(RecipeError, match=r"did not answer in 6 tries; the last time: .+ What it answered before is"):
        ask(replies.place, WRITE)
    assert len(replies.asked) == module.TRIES


def test_a_server_that_hangs_is_asked_again(replies: Replies, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TIMEOUT_SECONDS", 0.2)
    replies.faults = [lambda _: time.sleep(0.5)]
    assert ask(replies.place, WRITE) == [TextAnswer(" 4\nQ", 1, "length")]


def test_a_server_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_WAIT_SECONDS", 1e-4)
    with pytest.raises(RecipeError, match=r"http://127.0.0.1:9/v1 did not answer.*refused"):
        Server("http://127.0.0.1:9#tiny").key  # noqa: B018


def test_what_a_server_refuses_is_told_in_its_words_and_not_asked_again(replies: Replies) -> None:
    replies.faults = [lambda handler: handler.reply({"error": "stop has at most 4 elements"}, 400)]
    with pytest.raises(RecipeError, match=r"refuses a question: .*stop has at most 4 elements"):
        ask(replies.place, WRITE)
    assert len(replies.asked) == 1


def test_too_long_a_prompt_loses_its_examples_and_then_its_beginning(replies: Replies) -> None:
    replies.faults = [lambda handler: handler.reply({"error": "maximum context length is 64"}, 400)] * 3
    (answer,) = ask(replies.place, replace(WRITE, prompt=Prompt("0123456789:", shots=("a\n", "b\n"), header="H\n")))
    prompts = [body["prompt"] for body in replies.asked]
    assert prompts == ["H\na\nb\n0123456789:", "H\na\n0123456789:", "H\n0123456789:", "23456789:"]
    assert (answer.shots, answer.truncated) == (0, True)


@pytest.mark.parametrize("text", TEXTS.values(), ids=list(TEXTS))
def test_costs_are_those_of_the_choice_alone(replies: Replies, text: str) -> None:
    """In every script; the space at the end of the prompt is the choice's."""
    request = ScoreRequest(Prompt(text + " ", shots=("x\n",)), ("c", text[:3]))
    (answer,) = ask(replies.place, request)
    assert isinstance(answer, ScoreAnswer)
    assert answer.nats == tuple(sum(map(ord, " " + choice)) for choice in request.choices)
    assert answer.tokens == (2, 4)
    assert answer.greedy == (True, all(ord(letter) <= 100 for letter in text[:3]))
    assert answer.shots == 1


def test_whole_texts_are_scored_behind_a_beginning_of_text_only(replies: Replies) -> None:
    request = ScoreRequest(Prompt(""), ("abc",))
    (answer,) = ask(replies.place, request)
    assert isinstance(answer, ScoreAnswer)
    assert (answer.nats, answer.tokens) == ((sum(map(ord, "abc")),), (3,))
    replies.has_start = False
    with pytest.raises(RecipeError, match="log-probabilities of all tokens"):
        ask(replies.place, request)


def test_a_server_without_echo_writes_but_does_not_score(replies: Replies) -> None:
    replies.echoes = False
    assert ask(replies.place, WRITE) == [TextAnswer(" 4\nQ", 1, "length")]
    with pytest.raises(RecipeError, match=r"echo with logprobs.*or give the model's folder"):
        ask(replies.place, SCORE)


def test_the_last_token_of_a_label_is_refused_before_anything_is_asked(replies: Replies) -> None:
    with pytest.raises(RecipeError, match="cannot be asked for the last token of a label"):
        Server(replies.place).prepare([WRITE, replace(SCORE, part="last_token")])
    assert not replies.asked


def test_stop_strings_and_settings_are_sent_and_the_text_is_cut(replies: Replies) -> None:
    (answer,) = ask(replies.place, replace(WRITE, stop=("Q", "\n"), temperature=0.5, top_p=0.9, seed=7 + (1 << 62)))
    assert answer == TextAnswer(" 4", 1, "length")
    sent = replies.asked[0]
    assert [sent[name] for name in ("stop", "temperature", "top_p", "seed")] == [["Q", "\n"], 0.5, 0.9, 7]


def test_answers_keep_their_order_and_the_server_is_not_flooded(
    replies: Replies, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CONCURRENCY", 3)
    right = replies.complete
    monkeypatch.setattr(replies, "complete", lambda body: time.sleep(0.02 / len(body["prompt"])) or right(body))
    replies.faults = [FAULTS["500"]] * 3
    requests = [replace(SCORE, choices=("a" * count,)) for count in range(1, 13)]
    answers = ask(replies.place, *requests)
    assert [answer.tokens for answer in answers] == [(count + 1,) for count in range(1, 13)]
    assert 1 < replies.busiest <= 3


def test_the_key_names_place_and_model_and_nothing_that_changes(replies: Replies) -> None:
    key = Server(replies.place).key
    replies.models[0] |= {"created": 2, "permission": [{"id": "x2"}]}
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: Server(replies.place).key, range(4))) == {key}
    replies.models[0]["max_model_len"] = 128
    assert Server(replies.place).key != key


def test_a_model_is_chosen_by_name_or_is_the_only_one(replies: Replies) -> None:
    url = replies.place.removesuffix("#tiny")
    assert Server(url).key == Server(f"{url}/v1/#tiny").key
    replies.models.append({"id": "other"})
    with pytest.raises(RecipeError, match=r"has no model '', as .* There are: other, tiny\."):
        ask(url, WRITE)


def test_a_key_of_the_server_comes_from_the_environment(replies: Replies, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(module.KEY_VARIABLE, "secret")
    ask(replies.place, WRITE)
    assert replies.headers[0]["Authorization"] == "Bearer secret"
    assert "secret" not in Server(replies.place).key
