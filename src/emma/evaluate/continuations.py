"""How both models go on writing: the beginnings of some test documents of each language, and what follows there.

Bits per byte say how much was learnt, a few lines side by side what it looks like. A prompt is a beginning of text and
no question: neither model was taught to answer.
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple, TypedDict

import pyarrow as pa

from emma.evaluate.backends.backend import Backend
from emma.evaluate.engine.answers import AnswerStore
from emma.evaluate.engine.requests import GenerateRequest, Prompt, TextAnswer, request_key
from emma.evaluate.engine.run import answer_requests
from emma.evaluate.likelihood.documents import EvalDocument
from emma.schemas import SAMPLES
from emma.store.address import hash64
from emma.ui.terminal import is_inside_letter
from emma.work.progress import Reporter

NEW_TOKENS = 48
"""Tokens that a model writes behind a prompt."""
PROMPT_SHARE = 3
"""A prompt is one part in so many of its document."""
PROMPT_CHARACTERS, REFERENCE_CHARACTERS = 160, 240
"""Characters of a prompt and of what followed it, at about the most: some lines, to be read side by side."""

SHORT_CHARACTERS = 36
"""Documents with fewer characters, such as the name of a menu, say little; they are taken where there are no others."""


class Beginning(NamedTuple):
    """A document's text cut in two: both together are how it begins."""

    prompt: str
    reference: str


class Opening(TypedDict):
    """A test document that models go on with."""

    lang: str
    id: str
    prompt: str
    reference: str


def write_continuations(
    backend: Backend, openings: Sequence[Opening], root: Path, reporter: Reporter, *, model: str
) -> list[str]:
    """What a model, shown by its name, writes behind each opening; answers are kept below `root`."""
    requests = [make_request(each["prompt"]) for each in openings]
    answer_requests([lambda: backend], requests, root, reporter, label=f"{model}, continuations")
    return read_texts(AnswerStore(root, backend.key), requests) if requests else []


def tabulate_continuations(openings: Sequence[Opening], written: Mapping[str, Sequence[str]]) -> pa.Table:
    """The openings with what each model wrote (schemas.SAMPLES): `adapted` and, where there is one, `base`."""
    texts = zip(*written.values(), strict=True)
    rows = [{**opening, **dict(zip(written, each, strict=True))} for opening, each in zip(openings, texts, strict=True)]
    return pa.Table.from_pylist(rows, schema=SAMPLES)


def make_request(prompt: str, max_tokens: int = NEW_TOKENS) -> GenerateRequest:
    """Ask for the likeliest tokens that follow a text."""
    return GenerateRequest(Prompt(prompt), max_tokens)


def read_texts(store: AnswerStore, requests: Sequence[GenerateRequest]) -> list[str]:
    """The texts that a model wrote, in the order of the requests."""
    keys = [request_key(request) for request in requests]
    answers = store.find(keys)
    return [answer.text for key in keys if isinstance(answer := answers[key], TextAnswer)]


def choose_openings(documents: Sequence[EvalDocument], count: int, seed: int) -> Iterator[Opening]:
    """Up to `count` documents of each language, by language and the order of a hash; those that can be cut in two.

    Short ones come last.
    """
    for lang, rows in groupby(sorted(documents, key=itemgetter("lang")), itemgetter("lang")):
        ordered = sorted(
            rows, key=lambda row: (len(row["text"]) < SHORT_CHARACTERS, hash64(seed, row["id"]), row["id"])
        )
        cut = ((row, beginning) for row in ordered if (beginning := cut_text(row["text"])) is not None)
        for (row, beginning), _ in zip(cut, range(count), strict=False):
            yield Opening(lang=lang, id=row["id"], prompt=beginning.prompt, reference=beginning.reference)


def cut_text(text: str) -> Beginning | None:
    """A text's first third or so and what follows, neither longer than some lines; None where it is too short for two.

    Words and letters stay whole. The space between both stands at the beginning of what follows, as with tokens.
    """
    text = text.strip()
    end = find_border(text, min(len(text) // PROMPT_SHARE, PROMPT_CHARACTERS))
    rest = text[end:]
    last = len(rest) if len(rest) <= REFERENCE_CHARACTERS else find_border(rest, REFERENCE_CHARACTERS)
    return Beginning(text[:end], rest[:last]) if end and last else None


def find_border(text: str, place: int) -> int:
    """The border of two words nearest to a place, at most half as far from the text's begin as that is; 0 where there
    is none.

    Where words are not parted by spaces, the end of a clause serves, then the end of a letter with its marks.
    """
    near = sorted(range(max(place - place // 2, 1), place + place // 2 + 1), key=lambda at: (abs(at - place), at))
    inside = [at for at in near if at < len(text) and not is_inside_letter(text, at)]
    spaces = (at for at in inside if text[at].isspace() and not text[at - 1].isspace())
    clauses = (at for at in inside if is_mark(text[at - 1]) and not is_mark(text[at]))
    return next(spaces, None) or next(clauses, None) or next(iter(inside), 0)


def is_mark(character: str) -> bool:
    """Whether a character is punctuation, such as a full stop of any script or the Ethiopic mark between words."""
    return unicodedata.category(character).startswith("P")
