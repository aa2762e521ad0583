"""How likely the choices of an item are: prompts and continuations as token ids, and their costs."""

from collections.abc import Sequence
from dataclasses import dataclass

from emma.evaluate.backends.backend import Prepared
from emma.evaluate.backends.model import LanguageModel
from emma.evaluate.backends.prompts import fit_prompts
from emma.evaluate.backends.windows import OwnedWindow, Window, cost_windows
from emma.evaluate.engine.requests import ScoreAnswer, ScoreRequest


@dataclass(frozen=True)
class ScoreRow:
    """A request as token ids."""

    context: list[int]
    """The prompt, the beginning-of-text token first."""
    choices: tuple[list[int], ...]
    shots: int
    truncated: bool


def prepare_scores(model: LanguageModel, requests: Sequence[ScoreRequest]) -> list[Prepared]:
    """Tokenise the requests, all at once."""
    choices = [
        [encoded[len(context) :] for encoded in model.encode([text + choice for choice in request.choices])]
        for request in requests
        for text in [request.prompt.text.rstrip()]
        for context in model.encode([text])
    ]
    rooms = [max(len(ids) for ids in each) - 1 for each in choices]
    prompts = fit_prompts(model, [request.prompt for request in requests], rooms, strip=True)
    return [
        Prepared(
            request,
            len(prompt.ids) + sum(len(ids) for ids in each),
            payload=ScoreRow(prompt.ids, tuple(each), len(prompt.prompt.shots), prompt.truncated),
        )
        for request, prompt, each in zip(requests, prompts, choices, strict=True)
    ]


def score_prepared(model: LanguageModel, prepared: Sequence[Prepared]) -> list[ScoreAnswer]:
    """Answer requests that `prepare_scores` made ready, in their order."""
    rows: list[ScoreRow] = [each.payload for each in prepared]
    sequences = [[*row.context, *choice] for row in rows for choice in row.choices]
    starts = [len(row.context) - 1 for row in rows for _ in row.choices]
    windows: list[OwnedWindow] = [
        (number, Window(0, start, len(ids) - 1))
        for number, (ids, start) in enumerate(zip(sequences, starts, strict=True))
    ]
    costs = iter(zip(*cost_windows(model, sequences, windows), strict=True))
    return [answer_row(row, [next(costs) for _ in row.choices]) for row in rows]


def answer_row(row: ScoreRow, costs: Sequence[tuple[float, bool]]) -> ScoreAnswer:
    """The answer of a row with the nats of each of its choices, and whether they are the likeliest tokens."""
    nats, greedy = zip(*costs, strict=True)
    return ScoreAnswer(nats, tuple(len(choice) for choice in row.choices), greedy, row.shots, row.truncated)
