"""Prompts as token ids: with as many of their examples as the context has room for, and cut on the left at last."""

from collections.abc import Sequence
from dataclasses import dataclass

from emma.errors import RecipeError
from emma.evaluate.backends.model import LanguageModel
from emma.evaluate.engine.requests import Prompt


@dataclass(frozen=True)
class EncodedPrompt:
    """A prompt as the model will see it."""

    ids: list[int]
    """The beginning-of-text token first."""
    prompt: Prompt
    """With the examples that were left in."""
    truncated: bool = False
    """Whether the left of what the prompt has without examples was cut as well."""


def fit_prompts(
    model: LanguageModel, prompts: Sequence[Prompt], encoded: Sequence[list[int]], rooms: Sequence[int]
) -> list[EncodedPrompt]:
    """Prompts and their ids so that each leaves `rooms` tokens of the context. Examples go first, from the last one on.

    Raises RecipeError where a context has no room for the answer alone.
    """
    fitted = [EncodedPrompt([model.start_id, *ids], prompt) for ids, prompt in zip(encoded, prompts, strict=True)]
    while wide := [
        number
        for number, (each, room) in enumerate(zip(fitted, rooms, strict=True))
        if len(each.ids) + room > model.context and each.prompt.shots
    ]:
        fewer = [fitted[number].prompt.cut(len(fitted[number].prompt.shots) - 1) for number in wide]
        for number, prompt, ids in zip(wide, fewer, model.encode([each.text for each in fewer]), strict=True):
            fitted[number] = EncodedPrompt([model.start_id, *ids], prompt)
    return [_truncate(model, each, room) for each, room in zip(fitted, rooms, strict=True)]


def _truncate(model: LanguageModel, each: EncodedPrompt, room: int) -> EncodedPrompt:
    if len(each.ids) + room <= model.context:
        return each
    if room >= model.context:
        raise RecipeError(
            f"The model in {model.folder} takes {model.context} tokens, which has no room for an answer of {room} "
            f"behind '…{each.prompt.query[-40:]}'. Ask for shorter answers, or take a model with a longer context."
        )
    # At least the beginning-of-text token stays, as in every other row.
    kept = each.ids[1:][len(each.ids) + room - model.context :]
    return EncodedPrompt([model.start_id, *kept], each.prompt, truncated=True)
