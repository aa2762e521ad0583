"""A model of ours as the `LM` of lm-evaluation-harness, and its requests and responses as ours:

lm_eval.simple_evaluate(EmmaModel(open_backend("folder", EvaluateConfig())), tasks=["xcopa_sw"])
"""

# ruff: noqa: E402 - a missing extra is to be named before the module that needs it is imported

from emma.config.extras import need

need("lm_eval", "lm-eval")

from collections.abc import Iterator, Sequence
from itertools import count, groupby
from typing import Any

from lm_eval.api.model import LM

from emma.evaluate.backends.backend import Backend
from emma.evaluate.engine.plan import plan_requests
from emma.evaluate.engine.requests import Answer, GenerateRequest, Prompt, Request, ScoreRequest, TextAnswer

MAX_TOKENS = 256
"""Tokens that the harness lets a model write where a task does not say (`max_gen_toks`)."""


class EmmaModel(LM):  # type: ignore[misc]
    """A backend that the harness can ask: choices as trees, equal requests once, the longest first."""

    def __init__(self, backend: Backend) -> None:
        super().__init__()
        self.backend = backend

    def loglikelihood(self, requests: list[Any]) -> list[tuple[float, bool]]:
        """Log-likelihood of each continuation, and whether it is the likeliest."""
        return self._respond(requests)

    def loglikelihood_rolling(self, requests: list[Any]) -> list[float]:
        """Log-likelihood of each text, in windows where it is longer than the context."""
        return self._respond(requests)

    def generate_until(self, requests: list[Any]) -> list[str]:
        """The text behind each prompt; a request that the harness repeats is a sample with another seed."""
        return self._respond(requests)

    def _respond(self, instances: Sequence[Any]) -> list[Any]:
        asked, answers = list(to_requests(instances)), dict[Request, Answer]()
        for chunk in plan_requests(self.backend, asked):
            answers |= zip((each.request for each in chunk), self.backend.answer(chunk), strict=True)
        return list(to_responses(instances, [answers[request] for request in asked]))


def to_requests(instances: Sequence[Any]) -> Iterator[Request]:
    """Our requests for the harness's. Neighbours with one context are choices of one request, or samples of it."""
    for (kind, context), group in groupby(instances, lambda each: (each.request_type, each.args[0])):
        if kind == "loglikelihood":
            yield ScoreRequest(Prompt(context), tuple(each.args[1] for each in group))
        elif kind == "loglikelihood_rolling":
            yield from (ScoreRequest(Prompt(""), (context,)) for _ in group)
        else:
            yield from map(_to_generation, group, count())


def _to_generation(instance: Any, seed: int) -> GenerateRequest:
    context, settings = instance.args[:2]
    until, heat = settings.get("until") or (), float(settings.get("temperature") or 0)
    is_greedy = not settings.get("do_sample") or not heat
    return GenerateRequest(
        Prompt(context),
        int(settings.get("max_gen_toks", MAX_TOKENS)),
        (until,) if isinstance(until, str) else tuple(until),
        0.0 if is_greedy else heat,
        float(settings.get("top_p") or 1),
        0 if is_greedy else seed,
    )


def to_responses(instances: Sequence[Any], answers: Sequence[Answer]) -> Iterator[Any]:
    """What the harness expects for each of its requests, from the answers to `to_requests` of the same ones."""
    parts = (part for answer in answers for part in _split(answer))
    for each, part in zip(instances, parts, strict=True):
        yield part[0] if each.request_type == "loglikelihood_rolling" else part


def _split(answer: Answer) -> Sequence[Any]:
    if isinstance(answer, TextAnswer):
        return [answer.text]
    return [(-nats, greedy) for nats, greedy in zip(answer.nats, answer.greedy, strict=True)]
