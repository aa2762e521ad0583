"""Asking for text: one greedy answer, or several that are drawn, each with a seed of its own."""

from collections.abc import Iterable

from emma.evaluate.engine.requests import GenerateRequest, Prompt
from emma.evaluate.tasks.task import Asking
from emma.store.address import hash64

TEMPERATURE, TOP_P = 0.6, 0.9
"""Of answers that are drawn, as EMMA-500 drew them (its scripts for FLORES-200, XL-Sum, Aya and PolyWrite)."""
SEED_BITS = 31
"""What every server takes."""
SLACK = 16
"""Tokens for what stands about an answer: a space, a closing quote, the end of a line."""


def ask_for_text(
    prompt: Prompt, name: str, asking: Asking, max_tokens: int, stop: tuple[str, ...] = ()
) -> tuple[GenerateRequest, ...]:
    """The requests for an item's answers. Its `name` is of task, language, variant and item: seeds come from it.

    One sample is greedy; from two on, and in the published protocol always, they are drawn.
    """
    if asking.mode == "sound" and asking.samples == 1:
        return (GenerateRequest(prompt, max_tokens, stop),)
    return tuple(
        GenerateRequest(
            prompt, max_tokens, stop, TEMPERATURE, TOP_P, hash64(name, asking.seed, sample) % (1 << SEED_BITS)
        )
        for sample in range(asking.samples)
    )


def limit_tokens(texts: Iterable[str], most: int) -> int:
    """Tokens that suffice for any of these answers, at most `most`.

    No tokenizer makes more tokens of a text than it has bytes, so a language that costs many of them is not cut short
    where another is not; and all items of a language have one limit, which tells nothing of their own answers.
    """
    return min(most, max((len(text.encode()) for text in texts), default=0) + SLACK)
