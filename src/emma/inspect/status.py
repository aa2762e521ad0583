"""`emma status`: the state of runs and recipes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from emma.collect.losses import Loss, find_losses
from emma.inspect.trainings import TrainingState, find_state, render_training
from emma.pipeline.home import Home, Run
from emma.pipeline.recipe import INPUTS, Recipe
from emma.pipeline.run import describe_counts, stage_states
from emma.pipeline.storage.folders import StoreFolders, size_artifact
from emma.pipeline.storage.holdings import sum_own
from emma.store import manifest
from emma.store.artifact import Artifact
from emma.store.losses import format_percent
from emma.ui.numerals import MISSING, format_bytes
from emma.ui.terminal import format_table


@dataclass(frozen=True)
class StageState:
    """One stage of a recipe."""

    stage: str
    is_done: bool
    counts: Mapping[str, int] = field(default_factory=dict)
    changed_software: Sequence[str] = ()
    """Differences between the software that made the artifact and today's, such as `pyarrow 18.0 → 23.0`."""
    losses: Sequence[str] = ()
    """Losses of sources when they were collected."""
    bytes: int = 0
    """What it holds on this disk; another run may hold the same."""


@dataclass(frozen=True)
class RecipeStatus:
    """Every stage of a recipe, in order."""

    recipe: str
    stages: Sequence[StageState]
    training: TrainingState | None = None
    """The last training of its run; None where none has begun."""


@dataclass(frozen=True)
class RunState:
    """One run of a home, and the stages that are done."""

    name: str
    stages: Sequence[str]
    bytes: int = 0
    """What its stages hold on this disk; other runs may hold some of the same."""


@dataclass(frozen=True)
class HomeStatus:
    """The runs of a home, and what stages that were stopped have left."""

    home: str
    runs: Sequence[RunState]
    unfinished: Mapping[str, int]
    """Scratch folder to bytes."""
    trainings: Sequence[TrainingState] = ()
    """The last training of each run that has begun one."""


def list_stages(home: Home, recipe: Recipe) -> RecipeStatus:
    """The state of every stage of a recipe."""
    stages = [_stage_state(stage, artifact, recipe) for stage, artifact in stage_states(recipe, home)]
    return RecipeStatus(str(recipe.path), stages, find_state(home, recipe.name))


def list_made(run: Run) -> RecipeStatus:
    """The state of every stage as the run was last made; which of them are up to date, only a recipe tells."""
    keys = run.addresses
    made = {stage: run.home.load(stage, keys[stage]) for stage in INPUTS if stage in keys}
    stages = [_stage_state(stage, made.get(stage)) for stage in INPUTS]
    return RecipeStatus(f"{run.path} as last made", stages, find_state(run.home, run.name))


def _stage_state(stage: str, artifact: Artifact | None, recipe: Recipe | None = None) -> StageState:
    if artifact is None:
        return StageState(stage, is_done=False)
    made_with = manifest.version_changes(manifest.read(artifact.path, artifact.url))
    losses = find_losses(recipe.collect, artifact) if recipe and stage == "collect" else []
    described = [_describe_loss(loss) for loss in losses]
    return StageState(stage, True, artifact.counts, made_with, described, size_artifact(artifact))


def _describe_loss(loss: Loss) -> str:
    """Describe what a source lost, and whether the run stops for it."""
    return f"{loss}" + (f": more than max_reject, {format_percent(loss.allowed)}" if loss.is_too_much else "")


def list_runs(home: Home) -> HomeStatus:
    """Every run of a home, and how far it is."""
    folders = StoreFolders(home)
    runs = [RunState(run.name, list(run.addresses), sum_own(run, folders)) for run in home.list_runs()]
    unfinished = {str(path): size for path, size in home.list_unfinished()}
    trainings = [state for run in home.list_runs() if (state := find_state(home, run.name)) is not None]
    return HomeStatus(str(home.path), runs, unfinished, trainings)


def render_stages(status: RecipeStatus) -> Iterator[str]:
    """Each stage of a recipe: done, or to do."""
    rows = [
        (state.stage, "done", format_bytes(state.bytes), describe_counts(state.counts))
        if state.is_done
        else (state.stage, "to do", "", "")
        for state in status.stages
    ]
    yield status.recipe
    yield from format_table([("stage", "state", "size", "counts"), *rows], right=(2,))
    for state in status.stages:
        if state.changed_software:
            yield f"{state.stage} was made with other versions: {', '.join(state.changed_software)}"
        yield from state.losses
    if status.training is not None:
        yield from render_training(status.training)


def render_runs(status: HomeStatus) -> Iterator[str]:
    """Every run of a home, its number of finished stages and the last of them."""
    rows = [
        (run.name, str(len(run.stages)), format_bytes(run.bytes), run.stages[-1] if run.stages else MISSING)
        for run in status.runs
    ]
    yield status.home
    if rows:
        yield from format_table([("run", "stages done", "size", "last"), *rows], right=(1, 2))
    else:
        yield f"There is no run in {status.home} yet: `emma run RECIPE` makes one, --home names another."
    for training in status.trainings:
        yield from render_training(training) if not training.is_done else ()
    for path, size in status.unfinished.items():
        yield (
            f"{path} ({format_bytes(size)}) is what a stage had done when it was stopped. The same recipe goes on "
            "from there; if no run will, `emma clean` deletes it."
        )
