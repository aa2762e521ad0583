"""How far the training of a run is: steps, checkpoints by the names that other commands take, and where they lie."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import orjson

from emma.pipeline.home import Home, Run
from emma.pipeline.trainings import NamedTraining, find_training, last_training
from emma.store.files import read_json
from emma.train.begun import LOG_FILE, SETUP_FILE, StartedFrom
from emma.ui.terminal import format_table
from emma.wording import plural


@dataclass(frozen=True)
class TrainingState:
    """The last training of a run."""

    run: str
    is_done: bool
    step: int
    """The last step that its log or a checkpoint has; where it is done, the last of all."""
    steps: int | None
    """Steps in all; None where a training of an earlier version of EMMA was stopped."""
    model: str | None
    """Folder of the model that the run's name stands for, once there is one: an earlier training's, while this one has
    no checkpoint."""
    checkpoints: Mapping[str, str] = field(default_factory=dict)
    """Folder of each checkpoint by its name, such as `demo@400`."""
    started_from: StartedFrom | None = None
    """Another run whose weights it started from."""


def find_state(home: Home, run: str) -> TrainingState | None:
    """How far the training of a run is; None where it has begun none."""
    record = home.run(run)
    if "train" not in {*record.begun, *record.addresses}:
        return None
    training, result = last_training(home, run), find_training(home, run).result
    model = None if result is None else str(result.path / "model")
    if training.result is not None:
        steps = training.result.counts["steps"]
        return TrainingState(run, True, steps, steps, model)
    note, checkpoints = training.note, training.checkpoints
    return TrainingState(
        run,
        is_done=False,
        step=max(last_logged_step(record, training), *checkpoints, 0),
        steps=note["steps"] if note is not None else None,
        model=model,
        checkpoints={f"{run}@{step}": str(path) for step, path in checkpoints.items()},
        started_from=note["started_from"] if note is not None else None,
    )


def last_logged_step(run: Run, training: NamedTraining) -> int:
    """The last step in a run's log, 0 where that is of another training, or not there yet."""
    logs = run.path / "logs"
    try:
        is_own = read_json(logs / SETUP_FILE)["key"] == training.key
        last = (logs / LOG_FILE).read_bytes().splitlines()[-1]
        return int(orjson.loads(last)["step"]) if is_own else 0
    except (OSError, ValueError, LookupError):  # none yet, or a row that is being written
        return 0


def render_training(state: TrainingState) -> Iterator[str]:
    """Describe a training: its model, or how far it is and its checkpoints."""
    if state.is_done:
        yield f"{state.run}: trained in {plural(state.step, 'step')}, the model is {state.model}"
        return
    steps = f" of {state.steps:,}" if state.steps is not None else ""
    start = state.started_from
    begun = f", from the weights of {start['run']} after step {start['step']:,}" if start is not None else ""
    yield f"{state.run}: training has come to step {state.step:,}{steps}{begun}"
    if not state.checkpoints:
        yield "It has no checkpoint yet: it makes one every train.checkpoint_every steps."
        if state.model is not None:
            yield f"Until then '{state.run}' stands for the training before it, whose model is {state.model}"
        return
    yield from format_table([("checkpoint", "folder"), *state.checkpoints.items()])
    yield f"`emma export-checkpoint {[*state.checkpoints][-1]} OUT` writes one as a Hugging Face folder."
