"""Trials of one recipe with some settings changed, as `--set` would: the ordinary stages, one store, measured alike.

The store takes up trials where they were stopped. What a model makes of the texts is kept beside it as JSON lines.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.proof.texts import Texts, change_bits, draw_gains, is_kept
from benchmarks.train.study import flops
from emma.pipeline.base import find_base
from emma.pipeline.home import Home, Run
from emma.pipeline.recipe import Recipe
from emma.pipeline.run import run_stages
from emma.work.local import Local
from emma.work.progress import Reporter

Nats = dict[str, list[float]]
"""Nats of every text, by language."""


@dataclass(frozen=True)
class Outcome:
    """A model against the base, in bits per byte."""

    name: str
    changes: dict[str, float]
    """Bits per byte against the base's, less one, by language: below zero is better."""
    draws: NDArray[np.float64]
    """The mean gain, each time the sentences are drawn."""
    tokens: int = 0
    cpu_seconds: float = 0.0

    @property
    def gain(self) -> float:
        """Mean over the languages but English and code of what they save."""
        saved = [-change for lang, change in self.changes.items() if not is_kept(lang)]
        return sum(saved) / len(saved)

    @property
    def better(self) -> tuple[int, int]:
        """Languages that save anything, and all."""
        saved = [-change for lang, change in self.changes.items() if not is_kept(lang)]
        return sum(each > 0 for each in saved), len(saved)

    @property
    def forgetting(self) -> float:
        """What English or code costs more, whichever does more."""
        return max(change for lang, change in self.changes.items() if is_kept(lang))


@dataclass(frozen=True)
class Trials:
    """All trials share a home, so that they share all stages that a change leaves as they were."""

    home: Home
    recipe: Path
    settings: tuple[str, ...]
    """Changes of all trials."""

    def run(self, name: str, *changes: str, until: str = "train") -> Run:
        """A trial of this name with further changes; of two changes of one setting the last holds."""
        run = self.find(name)
        recipe = Recipe.read(self.recipe, [*self.settings, f"name={run.name}", *changes])
        with Local(2) as executor, self.home.locked():
            run_stages(recipe, until, home=self.home, executor=executor, reporter=Reporter())
        return run

    def find(self, name: str) -> Run:
        """The record of a trial of this name."""
        return self.home.run("".join(letter if letter.isalnum() else "-" for letter in name))

    @cached_property
    def base(self) -> Path:
        """The base's folder."""
        base = find_base(Recipe.read(self.recipe, self.settings), self.home)
        assert base is not None and not isinstance(base, Recipe)
        return base.path

    def compare(self, name: str, run: Run, texts: Texts) -> Outcome:
        """A trained run against the base."""
        trained = run.artifact("train")
        after = self.score(trained.key, trained.file("model"), texts)
        return self.outcome(name, after, texts, int(trained.counts["tokens"]), cpu_seconds(run, trained.key))

    def outcome(self, name: str, after: Nats, texts: Texts, tokens: int = 0, cpu: float = 0.0) -> Outcome:
        """Scores against the base's."""
        before = self.score("base", self.base, texts)
        return Outcome(name, change_bits(texts, before, after), draw_gains(before, after), tokens, cpu)

    def score(self, key: str, folder: Path, texts: Texts) -> Nats:
        """Nats of every text under a model; measured once for each key."""
        path = self.home.path / "proof-nats.jsonl"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        known = {(row["model"], row["texts"]): row["nats"] for row in map(json.loads, lines)}
        if (key, texts.key) not in known:
            known[key, texts.key] = texts.measure(folder)
            with path.open("a", encoding="utf-8") as out:
                out.write(json.dumps({"model": key, "texts": texts.key, "nats": known[key, texts.key]}) + "\n")
        found: Nats = known[key, texts.key]
        return found

    def operations(self, name: str, *changes: str) -> float:
        """Operations to train on one token, of the model that these changes make."""
        return flops(self.run(name, *changes, until="adapt").artifact("adapt"), self.sequence_length)

    @cached_property
    def sequence_length(self) -> int:
        """Tokens of a training sample."""
        return Recipe.read(self.recipe, self.settings).mix.sequence_length


def cpu_seconds(run: Run, key: str) -> float:
    """What training this artifact took in this home, over all tries."""
    events = run.home.path.glob("*/events.jsonl")
    rows = [json.loads(line) for path in events for line in path.read_text(encoding="utf-8").splitlines()]
    return float(sum(row["cpu_s"] for row in rows if row["key"] == key))


def setting(name: str, values: Sequence[str]) -> str:
    """A change to a list in a recipe, as `--set` has it."""
    return f"{name}={json.dumps(list(values))}"
