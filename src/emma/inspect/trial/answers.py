"""What models write behind a text: a prompt of one's own, or the beginning of text that no model was trained on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from emma.errors import RecipeError
from emma.evaluate.backends.backend import Backend
from emma.evaluate.continuations import Opening, choose_openings, make_request
from emma.evaluate.engine.requests import TextAnswer
from emma.evaluate.likelihood.documents import EvalDocument
from emma.inspect.lookup import find_corpus_language
from emma.pipeline.home import Run
from emma.schemas import Row
from emma.store import shards

PROMPTS = 3
"""Beginnings that are shown of a language."""
MAX_READ = 1000
"""Held-out documents that prompts are chosen from: those of a large language need not all be read."""
HELD_OUT = ("test", "validation")
"""Splits that no model was trained on."""


@dataclass(frozen=True)
class Trial:
    """A text and what each model went on with."""

    prompt: str
    texts: Mapping[str, str]
    """By model: base, where there is one, and adapted."""
    lang: str | None = None
    reference: str | None = None
    """What follows the prompt in the document that it begins."""
    id: str | None = None
    """Of that document."""


def answer_prompts(
    models: Mapping[str, Callable[[], Backend]], prompts: Sequence[str], tokens: int, lang: str | None = None
) -> list[Trial]:
    """Let each model go on with each prompt, by its likeliest tokens."""
    requests = [make_request(prompt, tokens) for prompt in prompts]
    texts: list[dict[str, str]] = [{} for _ in prompts]
    for name, open_model in models.items():
        backend = open_model()
        for row, answer in zip(texts, backend.answer(backend.prepare(requests)), strict=True):
            assert isinstance(answer, TextAnswer)
            row[name] = answer.text
    return [Trial(prompt, row, lang) for prompt, row in zip(prompts, texts, strict=True)]


def answer_openings(
    models: Mapping[str, Callable[[], Backend]], openings: Sequence[Opening], tokens: int
) -> list[Trial]:
    """Let each model go on with the beginnings of held-out documents."""
    trials = answer_prompts(models, [each["prompt"] for each in openings], tokens)
    return [
        Trial(trial.prompt, trial.texts, opening["lang"], opening["reference"], opening["id"])
        for trial, opening in zip(trials, openings, strict=True)
    ]


def find_language(run: Run, name: str) -> str:
    """The label of a language of a run's corpus by a label, code or English name. Raises as `find_corpus_language`."""
    return find_corpus_language(name, run.languages["lang"].to_pylist()).label


def read_measured(run: Run, lang: str) -> list[Trial]:
    """What the evaluation of the run let both models write in a language; empty where it did not."""
    if "evaluate" not in run.addresses or (path := run.artifact("evaluate").find("samples.parquet")) is None:
        return []
    rows = [row for row in shards.read(path).to_pylist() if row["lang"] == lang]
    return [read_trial(row) for row in rows]


def read_trial(row: Row) -> Trial:
    """A row of schemas.SAMPLES."""
    texts = {name: row[name] for name in ("base", "adapted") if row[name] is not None}
    return Trial(row["prompt"], texts, row["lang"], row["reference"], row["id"])


def draw_openings(run: Run, lang: str, seed: int) -> list[Opening]:
    """Beginnings of held-out documents of a language. Raises RecipeError where it has none."""
    for split in HELD_OUT:
        if openings := list(choose_openings(read_split(run, lang, split), PROMPTS, seed)):
            return openings
    raise RecipeError(
        f"The run '{run.name}' has no held-out text of {lang} that is long enough to begin with. Write a beginning "
        f"yourself: emma try {run.name} '…'."
    )


def read_split(run: Run, lang: str, split: str) -> list[EvalDocument]:
    """The first documents of a language in a split."""
    rows = (row for batch in run.documents(lang, split, ("id", "domain", "text")) for row in batch.to_pylist())
    return [
        EvalDocument(id=row["id"], lang=lang, domain=row["domain"], text=row["text"], bytes=len(row["text"].encode()))
        for row in islice(rows, MAX_READ)
    ]
