"""What a model is asked, and what it answers. Requests are values: equal ones are asked once, whoever asks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Literal, TypeAlias

import orjson


@dataclass(frozen=True)
class Prompt:
    """A prompt in parts, so that examples can be left out where a context is too short for all of them."""

    query: str
    """The question, up to the place where the answer begins."""
    shots: tuple[str, ...] = ()
    """Examples with their answers, each with what parts it from the next; they stand before the question."""
    header: str = ""
    """What stands before the examples."""

    @property
    def prefix(self) -> str:
        """What the questions of a language have in common, where they have the same examples."""
        return self.header + "".join(self.shots)

    @property
    def text(self) -> str:
        """The whole prompt."""
        return self.prefix + self.query

    def cut(self, shots: int) -> "Prompt":
        """The prompt with only its first examples, which keeps the prefixes of a language alike."""
        return replace(self, shots=self.shots[:shots])


@dataclass(frozen=True)
class ScoreRequest:
    """How likely is each choice, as the text that follows the prompt?"""

    prompt: Prompt
    """An empty one asks for the likelihood of whole texts."""
    choices: tuple[str, ...]
    """Continuations as they stand in the text, with the space before them."""
    part: Literal["whole", "last_token"] = "whole"
    """`last_token` is the published protocol's: the first token after the prompt, as the last one of each choice."""


@dataclass(frozen=True)
class GenerateRequest:
    """What comes after the prompt?"""

    prompt: Prompt
    max_tokens: int
    stop: tuple[str, ...] = ()
    """The answer ends before the first of these."""
    temperature: float = 0.0
    """0: the likeliest token each time (greedy)."""
    top_p: float = 1.0
    seed: int = 0
    """Of the item and the sample, so that neither order nor batch changes an answer. Ignored where greedy."""


@dataclass(frozen=True)
class ScoreAnswer:
    """The cost of each choice, in their order."""

    nats: tuple[float, ...]
    """Negative log-likelihood of the choice's tokens behind the prompt."""
    tokens: tuple[int, ...]
    greedy: tuple[bool, ...]
    """Whether each of its tokens is the likeliest one at its place."""
    shots: int = 0
    """Examples that the model saw."""
    truncated: bool = False
    """Whether even the question had to be cut, on its left."""


@dataclass(frozen=True)
class TextAnswer:
    """The text that a model wrote."""

    text: str
    """Without the stop string."""
    tokens: int
    finish: Literal["stop", "length"]
    """Whether it ended by itself, or by `max_tokens`."""
    shots: int = 0
    truncated: bool = False


Request: TypeAlias = ScoreRequest | GenerateRequest
Answer: TypeAlias = ScoreAnswer | TextAnswer
Output: TypeAlias = Sequence[Answer]
"""The answers to the requests of one item, in their order."""


def count_characters(request: Request) -> int:
    """Characters that are read and, at four to a token, those that may be written: a cost without a tokenizer."""
    follows = sum(map(len, request.choices)) if isinstance(request, ScoreRequest) else 4 * request.max_tokens
    return len(request.prompt.text) + follows


def find_stop(text: str, stops: Sequence[str]) -> int | None:
    """Where the first stop string of a text begins."""
    return min((place for stop in stops if (place := text.find(stop)) >= 0), default=None)


def request_key(request: Request) -> str:
    """The name under which a model's answer is kept: a hash of all that the answer depends on but the model."""
    # Prompt and parameters whole, and so whatever version of a task wrote them; a changed template asks anew.
    content = orjson.dumps([type(request).__name__, request])
    return blake2b(content, digest_size=16).hexdigest()
