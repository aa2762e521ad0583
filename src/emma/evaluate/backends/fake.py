"""A backend without a model: its answers are hashes of what it is asked. For tests, and to try a task's data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b

from emma.evaluate.backends.backend import Prepared
from emma.evaluate.engine.requests import (
    Answer,
    GenerateRequest,
    Request,
    ScoreAnswer,
    ScoreRequest,
    TextAnswer,
    count_characters,
    find_stop,
    request_key,
)

MAX_NATS = 100.0
"""Upper end of the range that costs of choices are drawn from."""


@dataclass(frozen=True)
class Fake:
    """Answers each request in the same way on every machine, in any order. A token is a character."""

    name: str = "fake"
    """Two of different names answer differently."""
    known: Mapping[str, str] = field(default_factory=dict)
    """The right continuations of some prompts, by the prompt's whole text: the choice that it finds likeliest,
    and the text that it writes."""

    @property
    def key(self) -> str:
        """The name of its answers in a store. What is known is no part of it: give another name to another table."""
        return f"fake-{self.name}"

    def prepare(self, requests: Sequence[Request]) -> list[Prepared]:
        """Count characters."""
        return [Prepared(request, count_characters(request), request.prompt.prefix) for request in requests]

    def answer(self, prepared: Sequence[Prepared]) -> list[Answer]:
        """Answer each."""
        return [
            self._score(each.request) if isinstance(each.request, ScoreRequest) else self._write(each.request)
            for each in prepared
        ]

    def _score(self, request: ScoreRequest) -> ScoreAnswer:
        known = self.known.get(request.prompt.text)
        nats = tuple(
            0.0 if known is not None and choice.strip() == known.strip() else self._draw(request, choice) * MAX_NATS
            for choice in request.choices
        )
        lengths = tuple(len(choice) for choice in request.choices)
        return ScoreAnswer(nats, lengths, tuple(cost == 0.0 for cost in nats), shots=len(request.prompt.shots))

    def _write(self, request: GenerateRequest) -> TextAnswer:
        text = self.known.get(request.prompt.text, self._turn(request))
        whole = text[: find_stop(text, request.stop)]
        written = whole[: request.max_tokens]
        return TextAnswer(written, len(written), "stop" if written == whole else "length", len(request.prompt.shots))

    def _turn(self, request: GenerateRequest) -> str:
        """The question, turned about one of its characters: text in its own script."""
        query = request.prompt.query
        # The seed changes nothing where decoding is greedy, as with a model.
        asked = request if request.temperature else replace(request, seed=0)
        at = int(self._draw(asked) * len(query))
        return query[at:] + query[:at]

    def _draw(self, request: Request, choice: str = "") -> float:
        """A number from 0 up to 1."""
        content = "\0".join((self.name, request_key(request), choice))
        return int.from_bytes(blake2b(content.encode(), digest_size=6).digest()) / 2**48
