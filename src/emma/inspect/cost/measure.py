"""What a base makes of a language as it is: the tokens it takes, before and after new pieces, and bits per byte."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from emma.errors import RecipeError
from emma.evaluate.config import EvaluateConfig
from emma.inspect.vocab.counters import TokenCounter, open_counter
from emma.inspect.vocab.savings import measure_savings
from emma.inspect.vocab.texts import TextBlock
from emma.pipeline.home import Home

SCORED_BYTES = 8_000
"""UTF-8 bytes that a base is scored on; whole documents, the first and what comes after it until there are so many."""
MIN_TEXTS = 4
"""Texts from which new pieces can be learnt on one half and counted on the other."""


@dataclass(frozen=True)
class Reading:
    """A base's reading of a language."""

    tokens_per_byte: float
    tokens_per_byte_after: float | None
    """With new pieces, on text they were not learnt from; None where that cannot be measured."""
    new_pieces: int
    bits_per_byte: float
    scored_bytes: int


def read_with_base(base: Path, texts: Sequence[str], lang: str, pieces: int, home: Home) -> Reading:
    """Measure a base's tokenizer and its weights on texts. Needs torch; RecipeError for a folder that is no model."""
    counter = open_counter(str(base), home)
    size = sum(len(text.encode()) for text in texts)
    scored = take_bytes(texts, SCORED_BYTES)
    new_pieces, after = grow(counter, texts, lang, pieces)
    return Reading(
        tokens_per_byte=sum(counter.lengths(texts)) / size,
        tokens_per_byte_after=after,
        new_pieces=new_pieces,
        bits_per_byte=score(base, scored),
        scored_bytes=sum(len(text.encode()) for text in scored),
    )


def grow(counter: TokenCounter, texts: Sequence[str], lang: str, pieces: int) -> tuple[int, float | None]:
    """The pieces that could be added, and tokens per byte with them; (0, None) where it cannot be measured."""
    if pieces == 0 or len(set(texts)) < MIN_TEXTS:
        return 0, None
    try:
        savings = measure_savings(counter, [TextBlock(lang, tuple(texts))], [pieces])
    except RecipeError:  # of a kind that takes no new pieces, and `emma check` says why
        return 0, None
    counted = sum(len(text.encode()) for text in list(dict.fromkeys(texts))[1::2])
    return savings.new_pieces[-1], savings.tokens[lang][-1] / counted


def take_bytes(texts: Sequence[str], most: int) -> list[str]:
    """The first texts, until they have this many bytes."""
    taken: list[str] = []
    for text in texts:
        if sum(len(each.encode()) for each in taken) >= most:
            break
        taken.append(text)
    return taken


def score(base: Path, texts: Sequence[str]) -> float:
    """Bits per byte of texts under a model, as the evaluate stage measures them."""
    from emma.evaluate.likelihood.score import Scorer
    from emma.evaluate.likelihood.tables import bits_per_byte

    scorer = Scorer.open(base, EvaluateConfig())
    encoded = scorer.encode(texts)
    nats = sum(sum(scorer.cost(encoded, chunk).values()) for chunk in scorer.plan(encoded))
    return bits_per_byte(nats, float(sum(len(text.encode()) for text in texts)))
