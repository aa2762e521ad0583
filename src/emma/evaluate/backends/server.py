"""A model behind an OpenAI-compatible completions server: vLLM, SGLang, llama.cpp.

The tokens are the server's own. How likely a choice is, is read from the log-probabilities that it echoes for prompt
and choice: the last ones, as many as the choice adds to the tokens of the prompt alone.
"""

import json
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property, partial
from http.client import HTTPException
from typing import Any, Literal, TypeVar
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request as HttpRequest
from urllib.request import urlopen

from emma.errors import RecipeError
from emma.evaluate.backends.backend import Prepared
from emma.evaluate.engine.requests import (
    Answer,
    GenerateRequest,
    Prompt,
    Request,
    ScoreAnswer,
    ScoreRequest,
    TextAnswer,
    count_characters,
    find_stop,
)
from emma.store.address import address
from emma.wording import suggest

T = TypeVar("T")
Json = dict[str, Any]
"""An object that a server takes or gives."""
KEY_VARIABLE = "EMMA_SERVER_KEY"
"""Variable of the environment with the key of a server that asks for one."""
CONCURRENCY = 16
"""Questions that a server is asked at a time; it makes batches of them."""
TIMEOUT_SECONDS = 600
TRIES = 6
"""Of a question that meets a fault which may pass: 2 ** tries times FIRST_WAIT_SECONDS until it is given up."""
FIRST_WAIT_SECONDS = 0.5
PLAIN = {"top_k": 1 << 30, "min_p": 0.0, "repetition_penalty": 1.0, "repeat_penalty": 1.0}
"""Settings under which a server changes nothing about the model's distribution; some have others by default."""
SEEDS = 1 << 31
"""Seeds that every server takes are below this."""
TOO_LONG = ("context", "too long", "maximum", "exceed", "max_model_len", "max_seq_len")
"""Words by one of which servers say that a prompt is too long."""
MUTABLE = ("created", "permission")
"""What a server says of a model that is not the model's: times, and numbers that are drawn."""


class HalfAnswerError(Exception):
    """An answer without what was asked for."""


class Server:
    """A model behind a server. Raises RecipeError where the server cannot be asked what is to be asked."""

    def __init__(self, place: str) -> None:
        url, _, model = place.partition("#")
        parts = urlsplit(url)
        path = parts.path.rstrip("/")
        self.url = parts._replace(path=path if path.endswith("/v1") else f"{path}/v1").geturl()
        self._wanted = model

    @cached_property
    def about(self) -> Json:
        """What the server says of the model."""
        found = {str(each.get("id")): each for each in self._ask("models", None, lambda answer: list(answer["data"]))}
        name = self._wanted or (next(iter(found)) if len(found) == 1 else "")
        if name not in found:
            hint = suggest(name, sorted(found)) or "It has none."
            raise RecipeError(f"The server {self.url} has no model '{name}', as it is named behind #. {hint}")
        return {field: value for field, value in found[name].items() if field not in MUTABLE}

    @cached_property
    def key(self) -> str:
        """Place and name, and what else the server says of the model: its weights cannot be seen from here."""
        return address("server", self.url, self.about)

    def prepare(self, requests: Sequence[Request]) -> list[Prepared]:
        """Count characters: the tokens are the server's own."""
        if any(isinstance(each, ScoreRequest) and each.part != "whole" for each in requests):
            raise RecipeError(
                f"The server {self.url} cannot be asked for the last token of a label, as the published protocol does. "
                'Take mode = "sound", or a folder with the model.'
            )
        return [Prepared(request, count_characters(request), request.prompt.prefix) for request in requests]

    def answer(self, prepared: Sequence[Prepared]) -> list[Answer]:
        """Answer some of them, several at a time."""
        with ThreadPoolExecutor(CONCURRENCY) as pool:
            return list(pool.map(lambda each: self._answer(each.request, each.request.prompt), prepared))

    def _answer(self, request: Request, prompt: Prompt) -> Answer:
        """The answer to a request, with as much of its prompt as the server takes."""
        shortened = replace(request, prompt=prompt)
        try:
            answer = self._write(shortened) if isinstance(shortened, GenerateRequest) else self._score(shortened)
        except HTTPError as error:
            message = error.read().decode(errors="replace")
            if not any(word in message for word in TOO_LONG) or len(prompt.query) < 2:
                raise RecipeError(f"The server {self.url} refuses a question: {message[:300]}") from None
            return self._answer(request, shorten(prompt))
        return replace(answer, truncated=prompt.query != request.prompt.query)

    def _write(self, request: GenerateRequest) -> Answer:
        settings = {"temperature": request.temperature, "top_p": request.top_p, "seed": request.seed % SEEDS, **PLAIN}
        stop = {"stop": list(request.stop)} if request.stop else {}
        asked = {"max_tokens": request.max_tokens, **settings, **stop}
        text, finish, tokens = self._complete(request.prompt.text, asked, read_text)
        return TextAnswer(text[: find_stop(text, request.stop)], tokens, finish, shots=len(request.prompt.shots))

    def _score(self, request: ScoreRequest) -> Answer:
        # White space at the end of a prompt is for the choice to begin with, as in the other backends.
        query = request.prompt.query
        context = request.prompt.prefix + (query.rstrip() or query)
        before = self._complete(context, {"max_tokens": 1}, read_prompt_tokens) if context else 0
        echo = {"max_tokens": 1, "temperature": 0.0, "echo": True, "logprobs": 1}
        texts = [request.prompt.text + choice for choice in request.choices]
        costs = [self._complete(text, echo, partial(self._read_costs, text, before)) for text in texts]
        nats, tokens, greedy = zip(*costs, strict=True)
        return ScoreAnswer(nats, tokens, greedy, shots=len(request.prompt.shots))

    def _read_costs(self, text: str, before: int, answer: Json) -> tuple[float, int, bool]:
        """Nats, tokens, and whether each is the likeliest, of what stands behind so many tokens of a prompt."""
        tokens = read_prompt_tokens(answer)
        logs = answer["choices"][0].get("logprobs") or {}
        # Without the token that had to be generated, unless it ended the text at once and is left out, as the
        # beginning-of-text token may be.
        names, written = ("tokens", "token_logprobs", "top_logprobs"), int(answer["usage"]["completion_tokens"])
        spelled, costs, tops = (each[: len(each) - written] for each in (logs.get(name) or [] for name in names))
        has_start = len(costs) == tokens and not (spelled[0] and text.startswith(spelled[0]))
        count = tokens - before if before else len(costs) - has_start
        chosen = costs[len(costs) - count :]
        if len(costs) not in (tokens, tokens - 1) or None in chosen or len(tops) != len(costs):
            raise RecipeError(
                f"The server {self.url} does not give the log-probabilities of all tokens of a prompt (echo with "
                "logprobs). Start it so that it does (vLLM does; python -m llama_cpp.server --logits_all true), ask it "
                "for tasks that generate alone, or give the model's folder."
            )
        best = (max(top.values()) for top in tops[len(costs) - count :])
        greedy = all(cost >= other for cost, other in zip(chosen, best, strict=True))
        return -sum(chosen), count, greedy

    def _complete(self, prompt: str, settings: Json, read: Callable[[Any], T]) -> T:
        return self._ask("completions", {"model": self.about["id"], "prompt": prompt, **settings}, read)

    def _ask(self, path: str, body: Json | None, read: Callable[[Any], T]) -> T:
        """What is read of the server's answer. HTTPError where it refuses; RecipeError after TRIES other faults."""
        fault: Exception | None = None
        for number in range(TRIES):
            try:
                return read(self._fetch(path, body))
            except HTTPError as error:
                if error.code < 500 and error.code not in (408, 429):
                    raise
                fault = error
            except (OSError, HTTPException, ValueError, LookupError, TypeError, HalfAnswerError) as error:
                fault = error
            time.sleep(FIRST_WAIT_SECONDS * 2**number)
        raise RecipeError(
            f"The server {self.url} did not answer in {TRIES} tries; the last time: {fault or type(fault).__name__}. "
            "What it answered before is kept. Run again when it is there."
        )

    def _fetch(self, path: str, body: Json | None) -> Any:
        headers = {"Content-Type": "application/json"}
        if key := os.environ.get(KEY_VARIABLE):
            headers["Authorization"] = f"Bearer {key}"
        data = None if body is None else json.dumps(body).encode()
        request = HttpRequest(f"{self.url}/{path}", data, headers)
        with urlopen(request, timeout=TIMEOUT_SECONDS) as response:
            return json.load(response)


def shorten(prompt: Prompt) -> Prompt:
    """The prompt without its last example or, where it has none, without the first tenth of its question."""
    if prompt.shots:
        return prompt.cut(len(prompt.shots) - 1)
    return replace(prompt, header="", query=prompt.query[len(prompt.query) // 10 + 1 :])


def read_text(answer: Json) -> tuple[str, Literal["stop", "length"], int]:
    """Text, why it ended, and its tokens. HalfAnswerError for a text that was broken off."""
    choice = answer["choices"][0]
    if not isinstance(choice["text"], str) or choice["finish_reason"] not in ("stop", "length"):
        raise HalfAnswerError(f"a text that ended by {choice['finish_reason']!r}")
    return choice["text"], choice["finish_reason"], int(answer["usage"]["completion_tokens"])


def read_prompt_tokens(answer: Json) -> int:
    """Tokens of the prompt."""
    return int(answer["usage"]["prompt_tokens"])
