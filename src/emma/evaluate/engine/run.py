"""Answering all that is asked: every model in turn, chunk by chunk, each chunk kept before the next one begins."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from pathlib import Path

from emma.evaluate.backends.backend import Backend
from emma.evaluate.engine.answers import AnswerStore
from emma.evaluate.engine.plan import plan_requests
from emma.evaluate.engine.ranks import ALONE, Ranks
from emma.evaluate.engine.requests import Request, count_characters, request_key
from emma.work import interrupt
from emma.work.progress import Reporter

KILO = 1000
OpenBackend = Callable[[], Backend]


def answer_requests(
    models: Iterable[OpenBackend],
    requests: Iterable[Request],
    root: Path,
    reporter: Reporter,
    *,
    ranks: Ranks = ALONE,
    label: str = "benchmarks",
) -> None:
    """Ask every model what it has not answered yet, under one bar; a kill costs the chunk that is being answered.

    Answers are kept below `root`. Of several ranks each takes its share of the chunks. `label` says what is asked.
    """
    keyed = {request_key(request): request for request in requests}
    # By key: a model that goes by two names is one.
    distinct = {open_model().key: open_model for open_model in models}
    missing = {key: set(keyed) - AnswerStore(root, key).find_keys(keyed) for key in distinct}
    costs = [count_characters(keyed[name]) for names in missing.values() for name in names]
    # In characters and not in answers: the longest are asked first, so answers would promise too late an end.
    with reporter.track(f"evaluate: {label}, kB of text", sum(costs) // KILO // ranks.world_size) as track:
        done = characters = 0
        for key, open_model in distinct.items():
            for answered in answer_missing(open_model, keyed, missing[key], AnswerStore(root, key), ranks):
                before, done = characters, done + len(answered)
                characters += sum(map(count_characters, answered))
                track.advance(characters // KILO - before // KILO, f"{done:,} of {len(costs):,} answers")


def answer_missing(
    open_model: OpenBackend, keyed: Mapping[str, Request], missing: Set[str], store: AnswerStore, ranks: Ranks
) -> Iterator[list[Request]]:
    """Ask one model what is missing, in chunks of all that is asked of it; yields what was answered and kept."""
    if not missing:
        return  # the model is not opened for it
    backend = open_model()
    for chunk in plan_requests(backend, keyed.values())[ranks.rank :: ranks.world_size]:
        interrupt.check()
        asked = [each for each in chunk if request_key(each.request) in missing]
        if asked:
            answers = backend.answer(asked)
            keys = [request_key(each.request) for each in asked]
            store.add(dict(zip(keys, answers, strict=True)))
            yield [each.request for each in asked]
