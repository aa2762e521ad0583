"""A backend: whatever answers requests. The engine knows no more of a model than this."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from emma.evaluate.engine.requests import Answer, Request


@dataclass(frozen=True)
class Prepared:
    """A request as its backend will run it: tokenised, examples left out where the context is too short."""

    request: Request
    tokens: int
    """Cost: tokens that go through the model, those that it may write included."""
    group: str = ""
    """Requests of one group share work where they are in one batch, such as the keys and values of a prefix."""
    payload: Any = None
    """The backend's own: token ids, say."""


class Backend(Protocol):
    """A model that answers requests."""

    @property
    def key(self) -> str:
        """Names model and precision by content: answers are kept under it, and reused wherever it is met again."""

    def prepare(self, requests: Sequence[Request]) -> list[Prepared]:
        """Tokenise the requests, all at once. Raises RecipeError where the model cannot be asked such a thing."""

    def answer(self, prepared: Sequence[Prepared]) -> list[Answer]:
        """Answer some of them, in batches of the backend's own making; in their order."""
