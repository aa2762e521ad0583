"""The backend for tests: the same answers whatever the order, right ones where they are known."""

from dataclasses import replace

import pytest

from emma.evaluate.backends.fake import Fake
from emma.evaluate.engine.requests import GenerateRequest, Prompt, Request, ScoreAnswer, ScoreRequest, TextAnswer
from tests.conftest import TEXTS

SCORE = ScoreRequest(Prompt("Topic:", shots=("one\n", "two\n")), (" sport", " health", " travel"))
REQUESTS: list[Request] = [SCORE, *(GenerateRequest(Prompt(text), 500) for text in TEXTS.values())]


def answer(backend: Fake, *requests: Request) -> list[ScoreAnswer | TextAnswer]:
    return backend.answer(backend.prepare(requests))


def test_answers_do_not_depend_on_order_and_differ_by_name() -> None:
    forwards, backwards = answer(Fake(), *REQUESTS), answer(Fake(), *reversed(REQUESTS))
    assert forwards == backwards[::-1]
    assert answer(Fake("other"), *REQUESTS) != forwards


def test_every_choice_has_its_own_cost_and_shots_are_told() -> None:
    (scored,) = answer(Fake(), SCORE)
    assert isinstance(scored, ScoreAnswer)
    assert len(set(scored.nats)) == 3
    assert scored.tokens == (6, 7, 7)
    assert scored.shots == 2


@pytest.mark.parametrize("text", TEXTS.values(), ids=list(TEXTS))
def test_it_writes_the_characters_of_the_question(text: str) -> None:
    (written,) = answer(Fake(), GenerateRequest(Prompt(text), 500))
    assert isinstance(written, TextAnswer)
    assert sorted(written.text) == sorted(text)
    assert written.finish == "stop"


def test_what_is_known_is_answered_right() -> None:
    fake = Fake(known={SCORE.prompt.text: "health", "2 + 2 =": " 4\nNext"})
    request = GenerateRequest(Prompt("2 + 2 ="), 5, stop=("\n",))
    scored, written, cut = answer(fake, SCORE, request, replace(request, max_tokens=1))
    assert isinstance(scored, ScoreAnswer)
    assert scored.nats[1] == 0.0 == min(scored.nats)
    assert scored.greedy == (False, True, False)
    assert written == TextAnswer(" 4", 2, "stop")
    assert cut == TextAnswer(" ", 1, "length")


def test_seeds_matter_only_where_answers_are_drawn() -> None:
    greedy = [GenerateRequest(Prompt("a long question"), 20, seed=seed) for seed in (1, 2)]
    drawn = [replace(request, temperature=1.0) for request in greedy]
    assert len({str(each) for each in answer(Fake(), *greedy)}) == 1
    assert len({str(each) for each in answer(Fake(), *drawn)}) == 2
