"""Plans do not depend on who asks, in which order, or what is there already."""

from random import Random

import pytest

from emma.evaluate.backends.backend import Prepared
from emma.evaluate.engine.plan import (
    FULL_TOKENS,
    MIN_WIDTH,
    order_requests,
    plan_requests,
    split_batches,
    split_chunks,
)
from emma.evaluate.engine.requests import GenerateRequest, Prompt, ScoreRequest


class Counting:
    """A backend that takes a character for a token, and groups by prefix."""

    key = "counting"

    def prepare(self, requests):
        assert len(set(requests)) == len(requests)
        return [Prepared(each, len(each.prompt.query), each.prompt.prefix) for each in requests]


REQUESTS = [
    *(
        ScoreRequest(Prompt("x" * length, header=header), ("a",))
        for length in range(1, 60)
        for header in ("", "g", "h")
    ),
    *(GenerateRequest(Prompt("y" * length), 5) for length in range(1, 9)),
]


def test_order_and_repeats_do_not_matter() -> None:
    shuffled = [*REQUESTS, *REQUESTS]
    Random(0).shuffle(shuffled)
    assert plan_requests(Counting(), shuffled) == plan_requests(Counting(), REQUESTS)


def test_the_longest_come_first_and_groups_stay_together() -> None:
    ordered = order_requests(Counting().prepare(REQUESTS))
    assert len(ordered) == len(REQUESTS)
    for kind in (ScoreRequest, GenerateRequest):
        alone = [each.tokens for each in ordered if isinstance(each.request, kind) and not each.group]
        assert alone == sorted(alone, reverse=True)
    for group in ("g", "h"):
        places = [place for place, each in enumerate(ordered) if each.group == group]
        assert places == list(range(places[0], places[0] + 59))


def test_chunks_are_of_one_kind_and_a_size() -> None:
    ordered = order_requests(Counting().prepare(REQUESTS))
    chunks = list(split_chunks(ordered, 100))
    assert [each for chunk in chunks for each in chunk] == ordered
    for chunk in chunks:
        assert len({type(each.request) for each in chunk}) == 1
        assert sum(each.tokens for each in chunk[:-1]) < 100
    assert list(split_chunks([], 100)) == []


@pytest.mark.parametrize("tokens", [1, 60, 700, 10_000])
def test_batches_have_every_row_once_and_hold_to_the_budget(tokens: int) -> None:
    widths = [1 + number * number % 61 for number in range(300)]
    batches = list(split_batches(widths, tokens))
    found = [widths[number] for batch in batches for number in batch]
    assert sorted(number for batch in batches for number in batch) == list(range(300))
    assert found == sorted(widths, reverse=True)
    for batch in batches:
        size = widths[batch[0]] * len(batch)
        assert len(batch) == 1 or size <= tokens
        assert size <= FULL_TOKENS + 61 or widths[batch[-1]] >= MIN_WIDTH * widths[batch[0]]
