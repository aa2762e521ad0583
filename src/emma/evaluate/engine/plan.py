"""What is to be asked, in which order, and in which pieces.

A chunk is what a kill may cost. Its requests are chosen from all of a run and not from those that are missing, so that
a run that goes on asks in the same batches as one that was never interrupted, and gets the same bits.
"""

from collections.abc import Iterable, Iterator, Sequence

from emma.evaluate.backends.backend import Backend, Prepared
from emma.evaluate.engine.requests import Request, request_key

CHUNK_TOKENS = 1 << 16
"""Tokens of a chunk: some seconds of a small model."""
FULL_TOKENS = 512
"""Tokens from which a batch is large enough to end where rows get shorter."""
MIN_WIDTH = 0.9
"""Share of a batch's width that its rows have at least, once it is large enough: the rest is padding."""


def plan_requests(backend: Backend, requests: Iterable[Request]) -> list[list[Prepared]]:
    """Every distinct request once, prepared, in chunks, the longest first. Their order and number do not matter."""
    distinct = list(dict.fromkeys(requests))
    return list(split_chunks(order_requests(backend.prepare(distinct))))


def order_requests(prepared: Iterable[Prepared]) -> list[Prepared]:
    """Kind by kind and the longest first; those that share work stand together, where their longest would."""
    keyed = [(request_key(each.request), each) for each in prepared]
    longest: dict[str, int] = {}
    for key, each in keyed:
        longest[each.group or key] = max(longest.get(each.group or key, 0), each.tokens)

    def place(key: str, each: Prepared) -> tuple[str, int, str, int, str]:
        name = each.group or key
        # By key at last: the order in which tasks came must not show.
        return type(each.request).__name__, -longest[name], name, -each.tokens, key

    return [each for _, each in sorted(keyed, key=lambda pair: place(*pair))]


def split_chunks(prepared: Sequence[Prepared], tokens: int = CHUNK_TOKENS) -> Iterator[list[Prepared]]:
    """Pieces of at least this many tokens, the last of each kind of request excepted."""
    chunk: list[Prepared] = []
    size = 0
    for each in prepared:
        if chunk and (size >= tokens or type(each.request) is not type(chunk[0].request)):
            yield chunk
            chunk, size = [], 0
        chunk.append(each)
        size += each.tokens
    if chunk:
        yield chunk


def split_batches(widths: Sequence[int], tokens: int) -> Iterator[list[int]]:
    """Numbers of rows of like width together, the widest first; at most `tokens` a batch, but at least one row."""
    batch: list[int] = []
    for number in sorted(range(len(widths)), key=lambda number: -widths[number]):
        if batch:
            width, size = widths[batch[0]], widths[batch[0]] * len(batch)
            if size + width > tokens or (size >= FULL_TOKENS and widths[number] < MIN_WIDTH * width):
                yield batch
                batch = []
        batch.append(number)
    if batch:
        yield batch
