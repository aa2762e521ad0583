"""Loss by position: the cost of a token with this much text before it, also beyond the length a model was made for.

Documents are short in most languages, so each stream is all test documents of a language one after the other. A model
whose positions hold gets better the more it has read; one that is led beyond them breaks off.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import itemgetter
from pathlib import Path
from typing import Any

from emma.evaluate.backends.model import open_model_tokenizer, read_config
from emma.evaluate.config import EvaluateConfig
from emma.evaluate.likelihood.documents import EvalDocument
from emma.evaluate.likelihood.score import Scorer
from emma.models.configuration import context_length

STRETCHES = 16
"""Stretches of equal length into which positions are gathered."""
SEPARATOR = "\n\n"
"""Text between two documents of a stream."""

Stream = tuple[list[int], list[int]]
"""Token ids with the start id before them, and the UTF-8 bytes of the text up to the end of each."""


@dataclass(frozen=True)
class Streams:
    """The same texts under each model, each as long as all others in tokens."""

    length: int
    contexts: Mapping[str, int]
    """The length that each model was made for; 0 where there is none."""
    tokens: Mapping[str, Sequence[Stream]]
    """By model."""


def choose_streams(folders: Mapping[str, Path], documents: Sequence[EvalDocument], section: EvaluateConfig) -> Streams:
    """Choose the languages with the most text that fill the whole length under every model. No weights are read."""
    contexts = {model: context_length(read_config(folder)) or 0 for model, folder in folders.items()}
    length = section.position_tokens or max(contexts.values())
    texts = join_streams(documents)
    tokens = {
        model: {lang: encode_stream(folder, text, length) for lang, text in texts.items()}
        for model, folder in folders.items()
    }
    # Only what fills the length under every model: later stretches must not be of other languages than earlier ones.
    long_enough = [lang for lang in texts if all(len(streams[lang][0]) > length for streams in tokens.values())]
    chosen = long_enough[: section.position_streams]
    return Streams(length, contexts, {model: [tokens[model][lang] for lang in chosen] for model in folders})


def measure_positions(model: str, scorer: Scorer, streams: Streams) -> list[dict[str, Any]]:
    """Nats and bytes of each stretch of positions under a model (rows of schemas.POSITIONS); none without streams."""
    tokens = streams.tokens[model]
    rows = measure_stretches(scorer, tokens, streams.length) if tokens else []
    return [{"model": model, "context": streams.contexts[model], **row} for row in rows]


def join_streams(documents: Sequence[EvalDocument]) -> dict[str, str]:
    """The test documents of each language as one text, the language with the most text first."""
    ordered = sorted(documents, key=itemgetter("lang"))
    joined = {lang: SEPARATOR.join(row["text"] for row in rows) for lang, rows in groupby(ordered, itemgetter("lang"))}
    return dict(sorted(joined.items(), key=lambda item: (-len(item[1].encode()), item[0])))


def encode_stream(folder: Path, text: str, length: int) -> Stream:
    """The beginning of a text as `length` tokens behind the start id, or fewer where it is shorter."""
    tokenizer, start_id = open_model_tokenizer(folder)
    # Tokens are shorter than this on average, so the rest of a long text need not be read.
    encoding = tokenizer.encode(text[: 64 * length], add_special_tokens=False)
    ends = [end for _, end in encoding.offsets[:length]]
    return [start_id, *encoding.ids[:length]], count_bytes_before(text, ends)


def count_bytes_before(text: str, ends: Sequence[int]) -> list[int]:
    """UTF-8 bytes before each of these places in a text, which are not falling."""
    sizes, total = [], 0
    for begin, end in pairwise([0, *ends]):
        total += len(text[begin:end].encode())
        sizes.append(total)
    return sizes


def measure_stretches(scorer: Scorer, streams: Sequence[Stream], length: int) -> list[dict[str, float]]:
    """One row a stretch of positions, summed over the streams. A stretch counts the tokens after its positions."""
    borders = [length * number // STRETCHES for number in range(STRETCHES + 1)]
    costs = [scorer.score_tokens(ids) for ids, _ in streams]
    return [
        {
            "begin": begin,
            "end": end,
            "tokens": (end - begin) * len(streams),
            "nats": sum(sum(cost[begin:end]) for cost in costs),
            "bytes": sum(sizes[end - 1] - (sizes[begin - 1] if begin else 0) for _, sizes in streams),
        }
        for begin, end in pairwise(borders)
        if end > begin
    ]
