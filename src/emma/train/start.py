"""Where a training starts: the adapted base, or the weights of another training of this home (`train.from`)."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from emma.errors import RecipeError
from emma.models.folder import ORIGIN, TRAINING, Json, read_model_json
from emma.store.address import file_digest
from emma.store.artifact import Artifact
from emma.store.files import read_json_lines
from emma.tokens.samples import Samples
from emma.train.batch import StepPlan, check_tokenizer
from emma.train.begun import StartedFrom, write_note
from emma.train.config import TrainConfig
from emma.train.ranks import is_rank_zero
from emma.work.work import Work


@dataclass(frozen=True)
class Start:
    """The model before the first step."""

    artifact: Artifact
    started_from: StartedFrom | None = None
    """The training that made it; None for the adapted base."""

    @property
    def folder(self) -> Path:
        """The model's folder."""
        return self.artifact.file("model")

    def facts(self) -> dict[str, object]:
        """What the record of the trained model says of where it is from."""
        started = {"started_from": self.started_from} if self.started_from else {}
        return {"changed_from_base": read_changes(self.folder), **started}

    def note(self, section: TrainConfig, steps: StepPlan, samples: Samples, work: Work) -> None:
        """Say what is taken over from another training and what is left for the last step, and write beside the
        checkpoints what they will be of."""
        if not is_rank_zero():
            return
        if self.started_from is not None:
            say_start(self.started_from, int(samples.facts["seed"]), work.reporter.say)
        if (rest := steps.describe_rest()) is not None:
            work.reporter.say(f"  train: {rest}")
        settings = section.model_dump(mode="json")
        write_note(
            work.scratch,
            {"steps": len(steps), "train": settings, "model": str(self.folder), "started_from": self.started_from},
        )


def choose_start(section: TrainConfig, adapt: Artifact, start: Artifact | None, samples: Samples) -> Start:
    """The model that training starts from: that of `adapt`, unless the recipe names another training.

    Raises RecipeError where its tokenizer is not that of the shards.
    """
    if start is None:
        if section.start is not None:
            raise RecipeError(f"train.from = '{section.start}' names a run of a home: here give its train as start=….")
        check_tokenizer(samples, adapt.file("model"))
        return Start(adapt)
    name, packed = section.start or start.key, str(samples.facts["tokenizer"])
    own = file_digest(start.file("model") / "tokenizer.json")
    if packed != own:
        raise RecipeError(
            f"train.from = '{name}': its tokenizer (SHA-256 {own[:12]}…) is not the one that this recipe's "
            f"text was packed with ({packed[:12]}…), so the same ids mean other pieces. Take that run's sources and "
            'settings up to [vocab], or make that run the base: base = "ITS-RECIPE.toml".'
        )
    record = read_model_json(start.file("model") / TRAINING)
    step, tokens = count_trained(start, record)
    started: StartedFrom = {"run": name.partition("@")[0], "step": step, "tokens": tokens, "artifact": start.key}
    if "started_from" in record:
        started["started_from"] = record["started_from"]
    return Start(start, started)


def count_trained(start: Artifact, record: Json) -> tuple[int, int]:
    """Steps and tokens after which a training had the weights that it gave: earlier ones may have been chosen."""
    chosen = record.get("validation", {}).get("result_step", record["steps"])
    if chosen == record["steps"]:
        return chosen, record["tokens"]
    # Every evaluation has a row, but the one before the first step.
    rows = {row["step"]: row["tokens"] for row in read_json_lines(start.file("metrics.jsonl"))}
    return chosen, rows.get(chosen, 0)


def say_start(started: StartedFrom, seed: int, say: Callable[[str], None]) -> None:
    """Say what a training takes over from another, and what begins anew."""
    say(
        f"  train: starts from the weights of {started['run']} after step {started['step']} ({started['tokens']:,} "
        f"tokens). The optimiser's moments, the rates' schedule and the order of the data (mix.seed = {seed}) begin "
        "anew"
    )


def read_changes(model: Path) -> dict[str, str]:
    """Fields of the base's configuration that adapting changed, with the reason of each: from what adapt says beside a
    model of its own, or a training beside one of its."""
    if (model.parent / ORIGIN).is_file():
        changes: dict[str, str] = read_model_json(model.parent / ORIGIN).get("changed", {})
    else:
        changes = read_model_json(model / TRAINING).get("changed_from_base", {})
    return changes
