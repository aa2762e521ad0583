"""The trainings of a home by the names of their runs: `RUN` for what one ended with, `RUN@400` for a checkpoint of it.

Another training can start from them (`train.from`), and `emma export-checkpoint` writes them for other tools.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from emma.config.extras import need
from emma.errors import RecipeError
from emma.models.folder import TRAINING, read_model_json
from emma.pipeline.home import Home
from emma.pipeline.recipe import Recipe
from emma.store import remote
from emma.store.address import address
from emma.store.artifact import Artifact, commit, staging
from emma.train.begun import NOTE_FILE, TrainingNote, list_checkpoints, read_note
from emma.work.work import SCRATCH

STAGE = "start"
"""Name of the artifacts that hold the model of a checkpoint, and of the input of train that they are."""
VERSION = 1


@dataclass(frozen=True)
class NamedTraining:
    """A training of a run, done or not."""

    stage: ClassVar[str] = "train"

    home: Home
    run: str
    key: str
    result: Artifact | None
    """What it ended with; None where it is under way or was stopped."""

    @property
    def scratch(self) -> Path:
        """The folder with its checkpoints, while it is not done."""
        return self.home.store / SCRATCH / f"{self.stage}-{self.key}"

    @property
    def checkpoints(self) -> dict[int, Path]:
        """Its checkpoints by step; when it is done they are gone."""
        return {} if self.result is not None else list_checkpoints(self.scratch)

    @property
    def note(self) -> TrainingNote | None:
        """What its checkpoints are of, while it is not done."""
        return read_note(self.scratch) if (self.scratch / NOTE_FILE).is_file() else None

    @property
    def result_step(self) -> int | None:
        """The step whose weights it ended with: `train.keep_best` takes earlier ones. None while it is not done."""
        if self.result is None:
            return None
        chosen = read_model_json(self.result.file("model") / TRAINING).get("validation", {})
        return int(chosen.get("result_step", self.result.counts["steps"]))

    def is_result(self, step: int | None) -> bool:
        """Whether the weights after that step (None: the last that count) are what it ended with."""
        return self.result is not None and step in (None, self.result_step)


def find_training(home: Home, run: str) -> NamedTraining:
    """The training whose weights a run's name stands for: the last, or the one that is done while a later one has no
    checkpoint yet. Raises as `last_training`."""
    training = last_training(home, run)
    done = home.run(run).addresses.get("train")
    if training.result is not None or training.checkpoints or done is None:
        return training
    result = home.load("train", done)
    return training if result is None else NamedTraining(home, run, done, result)


def last_training(home: Home, run: str) -> NamedTraining:
    """The training that a run began last. Raises RecipeError where there is no such run, or it has begun none."""
    record = home.choose_run(run)
    key = record.begun.get("train") or record.addresses.get("train")
    if key is None:
        raise RecipeError(f"The run '{run}' in {home.path} has begun no training yet; 'emma status' shows it.")
    # One that is done in the store is done, whatever the run's record was kept from noting.
    return NamedTraining(record.home, record.name, key, record.home.load("train", key))


def parse_name(text: str) -> tuple[str, int | None]:
    """The run and the step of `RUN` or `RUN@400`. Raises RecipeError for what is neither."""
    run, at, step = text.partition("@")
    if not run or (at and not step.isdecimal()):
        raise RecipeError(f"'{text}' names no training: write RUN, or RUN@STEP with the step of a checkpoint.")
    return run, int(step) if at else None


def find_checkpoint(training: NamedTraining, step: int) -> Path:
    """The checkpoint after a step. Raises RecipeError, with those that there are, where it is not kept."""
    if (path := training.checkpoints.get(step)) is None:
        raise RecipeError(f"{training.run}@{step}: there is no checkpoint of that step. {describe_kept(training)}")
    return path


def describe_kept(training: NamedTraining) -> str:
    """What of a training there is, in a sentence."""
    if training.result is not None:
        return f"That training is done: there is {describe_result(training)}; its checkpoints are gone."
    kept = [f"{training.run}@{step}" for step in training.checkpoints]
    there_are = f"Of that training there are {', '.join(kept)}."
    return there_are if kept else "The training that this run began last has no checkpoint yet."


def describe_result(training: NamedTraining) -> str:
    """What a training that is done ended with, by its name."""
    assert training.result is not None
    steps, chosen = training.result.counts["steps"], training.result_step
    return f"{training.run}@{chosen}, " + ("its end" if chosen == steps else f"the best of its {steps} steps")


def start_address(recipe: Recipe, home: Home) -> tuple[NamedTraining, int | None, str] | None:
    """The training that a recipe starts from, the step (None: its end) and the artifact's address; None without one.

    Raises RecipeError for a name that stands for nothing, or for more than one thing.
    """
    if recipe.train.start is None:
        return None
    run, step = parse_name(recipe.train.start)
    if run == recipe.name:
        raise RecipeError(f"train.from = '{recipe.train.start}' is this run itself: give the recipe another `name`.")
    training = find_training(home, run)
    if training.is_result(step):
        return training, None, training.key
    if step is None:
        # Its newest checkpoint is another one tomorrow, and what was begun from it would begin anew.
        raise RecipeError(
            f"train.from = '{run}': that training is not done. {describe_kept(training)} Name one, or let it end."
        )
    return training, step, address(STAGE, VERSION, training.key, step)


def open_start(recipe: Recipe, home: Home, say: Callable[[str], None]) -> Artifact | None:
    """The model that a recipe's training starts from, as an artifact; made from the checkpoint where it is missing.

    Once made it stays, whatever becomes of the checkpoint. Raises RecipeError as `start_address` and
    `find_checkpoint` do.
    """
    if (found := start_address(recipe, home)) is None:
        return None
    training, step, key = found
    if step is None:
        return training.result
    if (existing := home.load(STAGE, key)) is not None:
        return existing
    checkpoint = find_checkpoint(training, step)
    say(f"{recipe.name}: takes the weights out of {checkpoint}")
    return _make_start(checkpoint, training, key)


def _make_start(checkpoint: Path, training: NamedTraining, key: str) -> Artifact:
    need("torch", "train")
    from emma.train.save.snapshot import write_snapshot

    home, path = training.home, training.home.store / STAGE / key
    step = int(checkpoint.name.rpartition("-")[2])
    made_by = {"stage": STAGE, "version": VERSION, "training": training.key, "step": step}
    with staging(path) as out:
        tokens = write_snapshot(checkpoint, out / "model")
        url = remote.join_url(home.url, STAGE, key)
        counts = {"steps": step, "tokens": tokens}
        return commit(out, path, root=home.store, made_by=made_by, key=key, counts=counts, url=url)


def find_start(recipe: Recipe, home: Home) -> Artifact | None:
    """The model that a recipe's training starts from where it is there already; nothing is made, nothing raised."""
    try:
        found = start_address(recipe, home)
    except RecipeError:
        return None
    if found is None:
        return None
    training, step, key = found
    return training.result if step is None else home.load(STAGE, key)
