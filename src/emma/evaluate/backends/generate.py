"""Generation with a model of a Hugging Face folder."""

from collections.abc import Sequence

from emma.evaluate.backends.backend import Prepared
from emma.evaluate.backends.model import LanguageModel
from emma.evaluate.engine.requests import GenerateRequest, TextAnswer


def prepare_generation(model: LanguageModel, requests: Sequence[GenerateRequest]) -> list[Prepared]:
    """Tokenise the requests, all at once (`prompts.fit_prompts`, with `max_tokens` as the room)."""
    if requests:
        raise NotImplementedError(model)
    return []


def generate_texts(model: LanguageModel, prepared: Sequence[Prepared]) -> list[TextAnswer]:
    """Answer requests that `prepare_generation` made ready, in their order."""
    if prepared:
        raise NotImplementedError(model)
    return []
