"""Token ids of continuations: what encoding context and continuation together adds to the context's own ids.

So the last word of a context may take its first letters from the continuation, as lm-eval has it (`_encode_pair` in
lm_eval/api/model.py, https://github.com/EleutherAI/lm-evaluation-harness), with which results are compared. Long
contexts with many choices would be encoded once for each choice, so only their last words are, where that is the same.
"""

from collections.abc import Iterable, Sequence

from emma.evaluate.backends.model import LanguageModel

TAIL_WORDS = 2
"""Words at the end of a context that are encoded again with each choice."""

Memo = dict[str, list[int]]
"""Token ids of texts."""


def continuation_ids(
    model: LanguageModel, contexts: Sequence[tuple[str, list[int]]], choices: Sequence[Sequence[str]], memo: Memo
) -> list[list[list[int]]]:
    """The token ids of each choice behind its context. `contexts` are texts with their own ids."""
    found: dict[int, list[list[int]]] = {}
    # Without the space before it for tokenizers that put one before whatever they are given.
    for strip in (str, str.lstrip) if type(model.tokenizer.model).__name__ == "BPE" else ():
        left = [number for number in range(len(contexts)) if number not in found]
        tails = {number: strip(cut_tail(contexts[number][0])) for number in left}
        encode_all(model, tails.values(), memo)
        ends = {n: tail for n, tail in tails.items() if memo[tail] and contexts[n][1][-len(memo[tail]) :] == memo[tail]}
        encode_all(model, (tail + choice for n, tail in ends.items() for choice in choices[n]), memo)
        for n, tail in ends.items():
            own, together = memo[tail], [memo[tail + choice] for choice in choices[n]]
            # BPE joins neighbours only. If the first piece of the tail is the same with and without the choice, then
            # it meets the piece before it as it did without, so nothing before it changes either.
            if all(ids[:1] == own[:1] for ids in together):
                found[n] = [ids[len(own) :] for ids in together]
    left = [number for number in range(len(contexts)) if number not in found]
    whole = iter(model.encode([contexts[n][0] + choice for n in left for choice in choices[n]]))
    found |= {n: [next(whole)[len(contexts[n][1]) :] for _ in choices[n]] for n in left}
    return [found[number] for number in range(len(contexts))]


def cut_tail(context: str) -> str:
    """The last words of a context with the white space before them; empty where it has no more."""
    parts = context.rsplit(maxsplit=TAIL_WORDS)
    return context[len(parts[0]) :] if len(parts) > TAIL_WORDS else ""


def encode_all(model: LanguageModel, texts: Iterable[str], memo: Memo) -> None:
    """Fill the memo with the ids of these texts."""
    new = [text for text in dict.fromkeys(texts) if text not in memo]
    memo.update(zip(new, model.encode(new), strict=True))
