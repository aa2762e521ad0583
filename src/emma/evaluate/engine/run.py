"""Answering all that is asked: every model in turn, chunk by chunk, each chunk kept before the next one begins."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from emma.evaluate.backends.backend import Backend
from emma.evaluate.engine.answers import AnswerStore
from emma.evaluate.engine.plan import plan_requests
from emma.evaluate.engine.ranks import ALONE, Ranks
from emma.evaluate.engine.requests import Request, count_characters, request_key
from emma.work import interrupt
from emma.work.progress import Reporter, Track

KILO = 1000
OpenBackend = Callable[[], Backend]


def answer_requests(
    models: Iterable[OpenBackend],
    requests: Iterable[Request],
    root: Path,
    reporter: Reporter,
    ranks: Ranks = ALONE,
) -> None:
    """Ask every model what it has not answered yet, under one bar; a kill costs the chunk that is being answered.

    Answers are kept below `root`. Of several ranks each takes its share of the chunks.
    """
    keyed = {request_key(request): request for request in requests}
    # By key: a model that goes by two names is one.
    distinct = {open_model().key: open_model for open_model in models}
    missing = {key: set(keyed) - AnswerStore(root, key).find_keys(keyed) for key in distinct}
    costs = [count_characters(keyed[name]) for names in missing.values() for name in names]
    # In characters and not in answers: the longest are asked first, so answers would promise too late an end.
    with reporter.track("evaluate: benchmarks, kB of text", sum(costs) // KILO) as track:
        progress = _Progress(track, len(costs))
        for key, open_model in distinct.items():
            if missing[key]:
                answer_missing(open_model(), keyed, missing[key], root, progress=progress, ranks=ranks)


def answer_missing(
    backend: Backend,
    keyed: Mapping[str, Request],
    missing: set[str],
    root: Path,
    *,
    progress: "_Progress",
    ranks: Ranks = ALONE,
) -> None:
    """Ask one model what is missing, in chunks of all that is asked of it."""
    store = AnswerStore(root, backend.key)
    for chunk in plan_requests(backend, keyed.values())[ranks.rank :: ranks.world_size]:
        interrupt.check()
        asked = [each for each in chunk if request_key(each.request) in missing]
        if asked:
            answers = backend.answer(asked)
            keys = [request_key(each.request) for each in asked]
            store.add(dict(zip(keys, answers, strict=True)))
            progress.advance([each.request for each in asked])


class _Progress:
    """Counts characters for the time that is left, and answers for whoever watches."""

    def __init__(self, track: Track, answers: int) -> None:
        self._track, self._answers, self._done, self._characters = track, answers, 0, 0

    def advance(self, requests: Sequence[Request]) -> None:
        """Count what these requests cost."""
        before, self._done = self._characters // KILO, self._done + len(requests)
        self._characters += sum(map(count_characters, requests))
        steps = self._characters // KILO - before
        self._track.advance(steps, f"{self._done:,} of {self._answers:,} answers")
