"""Requests to score choices, as rows of token ids: prompts, continuations, and what prompts begin with alike.

A continuation's ids are what encoding context and continuation together adds to the context's own ids. So the last word
of a context may take its first letters from the continuation, as in lm-evaluation-harness (`_encode_pair` in
lm_eval/api/model.py), with which results are compared. Long contexts with many choices would be encoded once for each
choice, so only their last words are, where that is the same.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from hashlib import blake2b

from emma.errors import RecipeError
from emma.evaluate.backends.backend import Prepared
from emma.evaluate.backends.model import LanguageModel
from emma.evaluate.backends.prompts import fit_prompts
from emma.evaluate.engine.requests import Prompt, ScoreRequest
from emma.evaluate.engine.tree import Tree, tree_width

MIN_SHARED = 16
"""Tokens that prompts must have in common for their keys and values to be shared: with fewer, a pass costs more."""
PART = 4096
"""Requests that are tokenised at a time."""
TAIL_WORDS = 2
"""Words at the end of a context that are encoded again with each choice."""
Memo = dict[str, list[int]]
"""Token ids of texts."""


def prepare_rows(model: LanguageModel, requests: Sequence[ScoreRequest]) -> list[Prepared]:
    """Requests as rows, in groups that begin with the same tokens. Raises RecipeError for a choice without tokens."""
    memo: Memo = {}
    parts = (requests[start : start + PART] for start in range(0, len(requests), PART))
    return share_prefixes([each for part in parts for each in _encode_part(model, part, memo)])


def _encode_part(model: LanguageModel, requests: Sequence[ScoreRequest], memo: Memo) -> Iterator[Prepared]:
    prompts = [_strip(each) for each in requests]
    encoded = model.encode([prompt.text for prompt in prompts])
    contexts = [(prompt.text, ids) for prompt, ids in zip(prompts, encoded, strict=True)]
    texts = [
        [each.prompt.query[len(prompt.query) :] + choice for choice in each.choices]
        for each, prompt in zip(requests, prompts, strict=True)
    ]
    choices = continuation_ids(model, contexts, texts, memo)
    choices = [_pick(model, *pair, memo) for pair in zip(requests, choices, strict=True)]
    # A choice longer than the context stands behind the beginning-of-text token alone, and is read in windows.
    rooms = [min(max(map(len, each)) - 1, model.context - 1) for each in choices]
    for request, prompt, each in zip(requests, fit_prompts(model, prompts, encoded, rooms), choices, strict=True):
        continuations = tuple(array("i", ids) for ids in each)
        row = Tree(array("i", prompt.ids), continuations, len(prompt.prompt.shots), prompt.truncated)
        group = "" if prompt.truncated else prompt.prompt.prefix
        yield Prepared(request, tree_width(row) + len(continuations), group, row)


def _strip(request: ScoreRequest) -> Prompt:
    """The prompt without white space at its end, which continuations begin with; the published protocol keeps it."""
    prompt = request.prompt
    return prompt if request.part == "last_token" else replace(prompt, query=prompt.query.rstrip() or prompt.query)


def _pick(model: LanguageModel, request: ScoreRequest, choices: list[list[int]], memo: Memo) -> list[list[int]]:
    """The token ids of each choice that count. The published protocol encodes a choice by itself."""
    for text, ids in zip(request.choices, choices, strict=True):
        if not ids:
            raise RecipeError(
                f"The choice '{text}' behind '…{request.prompt.text[-40:]}' has no tokens, so it has no likelihood. "
                "Leave it out of the task, or give it text."
            )
    if request.part == "whole":
        return choices
    encode_all(model, request.choices, memo)
    return [memo[text][-1:] for text in request.choices]


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


def share_prefixes(prepared: Sequence[Prepared]) -> list[Prepared]:
    """Requests whose prompts begin with the same examples as groups, named by the tokens that they have in common."""
    members: dict[str, list[Tree]] = defaultdict(list)
    for each in prepared:
        members[each.group].append(each.payload)
    shared = {text: _count_common(rows) for text, rows in members.items() if text and len(rows) > 1}
    return [_join_group(each, shared.get(each.group, 0)) for each in prepared]


def _count_common(rows: Sequence[Tree]) -> int:
    """Tokens that all contexts begin with. The last of each is its own: it predicts the choices."""
    contexts = [row.context for row in rows]
    first, last = min(contexts), max(contexts)  # whatever these have in common, all between them have
    count = next((at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))
    return min(count, min(map(len, contexts)) - 1)


def _join_group(each: Prepared, shared: int) -> Prepared:
    if shared < MIN_SHARED:
        return replace(each, group="")
    row: Tree = replace(each.payload, shared=shared)
    name = blake2b(row.context[:shared].tobytes(), digest_size=8).hexdigest()
    return replace(each, tokens=each.tokens - shared, group=name, payload=row)
