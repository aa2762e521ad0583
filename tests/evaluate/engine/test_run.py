"""Every request is asked once of each model, whoever asks and however often the process is killed."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from emma.evaluate.backends.backend import Prepared
from emma.evaluate.backends.fake import Fake
from emma.evaluate.engine import plan
from emma.evaluate.engine.answers import AnswerStore
from emma.evaluate.engine.ranks import Ranks
from emma.evaluate.engine.requests import Answer, GenerateRequest, Prompt, Request, ScoreRequest, request_key
from emma.evaluate.engine.run import answer_requests
from emma.work.progress import Reporter
from tests.conftest import TEXTS

REQUESTS: list[Request] = [ScoreRequest(Prompt(text), (text[:3], text[3:])) for text in TEXTS.values()]
REQUESTS += [GenerateRequest(Prompt(text), 10) for text in TEXTS.values()]
KEYS = [request_key(request) for request in REQUESTS]
QUIET = Reporter(quiet=True)


class Counting(Fake):
    """Counts what it is asked, and is killed after so many chunks."""

    asked: list[str]
    left: int

    def answer(self, prepared: Sequence[Prepared]) -> list[Answer]:
        if not self.left:
            raise KeyboardInterrupt
        type(self).left -= 1
        self.asked.extend(request_key(each.request) for each in prepared)
        return super().answer(prepared)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan.split_chunks, "__defaults__", (100,))
    Counting.asked, Counting.left = [], 1000


def files(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*.parquet"))}


def test_each_request_is_asked_once(tmp_path: Path) -> None:
    models = [lambda: Counting("one"), lambda: Counting("one"), lambda: Counting("two")]
    answer_requests(models, REQUESTS * 2, tmp_path, QUIET)
    assert sorted(Counting.asked) == sorted(KEYS * 2)  # of two models that differ
    answer_requests(models, REQUESTS, tmp_path, QUIET)
    assert len(Counting.asked) == 2 * len(KEYS)
    answer_requests(models, [*REQUESTS, ScoreRequest(Prompt("ⵜ"), ("a",))], tmp_path, QUIET)
    assert len(Counting.asked) == 2 * len(KEYS) + 2


def test_killed_and_gone_on_is_uninterrupted(tmp_path: Path) -> None:
    models = [lambda: Counting("one")]
    answer_requests(models, REQUESTS, tmp_path / "whole", QUIET)
    chunks = len(files(tmp_path / "whole"))
    assert chunks > 5
    Counting.asked.clear()
    for _ in range(chunks):
        Counting.left = 1
        with pytest.raises(KeyboardInterrupt):
            answer_requests(models, REQUESTS, tmp_path / "killed", QUIET)
            raise KeyboardInterrupt  # the last one had nothing left to be killed at
    assert sorted(Counting.asked) == sorted(KEYS)
    assert files(tmp_path / "whole") == files(tmp_path / "killed")


def test_processes_share_the_chunks(tmp_path: Path) -> None:
    models = [lambda: Counting("one")]
    answer_requests(models, REQUESTS, tmp_path / "alone", QUIET)
    for number in range(3):
        answer_requests(models, reversed(REQUESTS), tmp_path / "shared", QUIET, ranks=Ranks(number, 3))
    assert sorted(Counting.asked) == sorted(KEYS * 2)
    assert files(tmp_path / "alone") == files(tmp_path / "shared")
    found = AnswerStore(tmp_path / "shared", "fake-one").find(KEYS)
    assert set(found) == set(KEYS)
