"""`emma status` and the end of `emma run`: the state of runs and recipes, and the headline of a finished run."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from emma.collect.losses import Loss, find_losses
from emma.inspect.trainings import TrainingState, find_state, render_training
from emma.pipeline.home import Home, Run
from emma.pipeline.recipe import Recipe
from emma.pipeline.run import describe_counts, stage_states
from emma.pipeline.storage.folders import StoreFolders, size_artifact
from emma.pipeline.storage.holdings import sum_own
from emma.store import manifest
from emma.store.artifact import Artifact
from emma.store.files import read_json
from emma.store.losses import format_percent
from emma.ui.numerals import MISSING, format_bytes, format_signed
from emma.ui.terminal import format_table
from emma.wording import plural

if TYPE_CHECKING:
    from emma.report.summary import Headline
    from emma.report.task_summary import TaskSummary


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


@dataclass(frozen=True)
class RunResults:
    """The results of a run, and where they are."""

    headline: "Headline | None"
    """`report.json`, where the run has a report."""
    places: Mapping[str, str]
    """Files and folders to open, by name."""
    differences: Sequence[str] = ()
    """Why the release has not the languages that the run has."""


def list_stages(home: Home, recipe: Recipe) -> RecipeStatus:
    """The state of every stage of a recipe."""
    stages = [_stage_state(stage, artifact, recipe) for stage, artifact in stage_states(recipe, home)]
    return RecipeStatus(str(recipe.path), stages, find_state(home, recipe.name))


def _stage_state(stage: str, artifact: Artifact | None, recipe: Recipe) -> StageState:
    if artifact is None:
        return StageState(stage, is_done=False)
    made_with = manifest.version_changes(manifest.read(artifact.path, artifact.url))
    losses = find_losses(recipe.collect, artifact) if stage == "collect" else []
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


def read_results(run: Run, until: str = "release") -> RunResults:
    """The headline of a finished run and where its results are; of a part of a run, where the stage's files are."""
    if until not in ("report", "release"):
        return RunResults(None, {until: str(run.artifact(until).path)})
    headline = read_json(run.artifact("report").file("report.json"))
    places = {"report": str(run.path / "report" / "index.html")}
    if until == "report":
        return RunResults(headline, places)
    checks = read_json(run.artifact("release").file("checks.json"))
    places |= {name: str(run.path / "release" / name) for name in ("model", "corpus")}
    return RunResults(headline, places, checks["languages"]["differences"])


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
        yield "There is no run yet: `emma run RECIPE` makes one."
    for training in status.trainings:
        yield from render_training(training) if not training.is_done else ()
    for path, size in status.unfinished.items():
        yield (
            f"{path} ({format_bytes(size)}) is what a stage had done when it was stopped. The same recipe goes on "
            "from there; if no run will, `emma clean` deletes it."
        )


def render_results(results: RunResults) -> Iterator[str]:
    """The headline, what to know before believing it, and where the results are."""
    if results.headline is None:
        yield from (f"{name}: {place}" for name, place in results.places.items())
        return
    yield from render_gains(results.headline)
    yield from list_warnings(results.headline)
    if benchmarks := results.headline.get("benchmarks"):
        yield from ("", *render_benchmarks(benchmarks))
    if results.headline["english"] or results.headline["code"]:
        yield ""
        yield from render_forgetting(results.headline)
    yield ""
    places = [f"{name:<8} {place}" for name, place in results.places.items()]
    yield places[0]
    yield from results.differences
    yield from places[1:]


def render_gains(headline: "Headline") -> Iterator[str]:
    """Bits per byte and tokens per byte, before and after, by size band."""
    yield (
        f"languages: {headline['languages_trained']:,} trained, {headline['languages_measured']:,} measured, "
        f"{headline['languages_improved']:,} improved, {headline['languages_worse']:,} worse"
    )
    rows = [
        (
            row["size_band"],
            str(row["languages"]),
            str(row["languages_measured"]),
            str(row["languages_improved"]),
            str(row["languages_worse"]),
            _format_change(row["bpb_base"], row["bpb_adapted"]),
            _format_change(row["tokens_per_byte_base"], row["tokens_per_byte"]),
        )
        for row in headline["by_size_band"]
    ]
    heads = ("text", "languages", "measured", "improved", "worse", "bits/byte", "tokens/byte")
    yield from _numbers_table(heads, rows)


def list_warnings(headline: "Headline") -> list[str]:
    """List what a reader should know before believing the gains."""
    above = headline["languages_base_above_8"]
    # There any training gains much, whatever it is worth.
    unread = f"The base had not learnt to read {above} of them (over 8 bits per byte, worse than guessing)."
    return [*headline["differences"], *([unread] if above else [])]


def render_benchmarks(summary: "TaskSummary") -> Iterator[str]:
    """How many comparisons are better or worse, and the mean gain over all languages in points."""
    yield f"benchmarks: {summary['comparisons']:,} compared, {summary['better']:,} better, {summary['worse']:,} worse"
    for mean in summary["means"]:
        if mean["group_by"] == "all" and not mean["clean"] and mean["gain"] is not None:
            kind = "native" if mean["native"] else "translated"
            gain, low, high = (format_signed(value, 1) for value in (mean["gain"], mean["low"], mean["high"]))
            yield f"{kind}: {gain} points [{low}, {high}], {plural(mean['languages'], 'language')}"


def render_forgetting(headline: "Headline") -> Iterator[str]:
    """Render what English and code lost or gained."""
    rows = []
    for name, probe in (("english", headline["english"]), ("code", headline["code"])):
        if probe is not None:
            before, after = probe["bpb_base"], probe["bpb_adapted"]
            gain = f"{100 * (1 - after / before):+.1f} %" if before and after else MISSING
            rows.append((name, _format_score(before), _format_score(after), gain))
    yield "what the base model knew"
    yield from _numbers_table(("", "bits/byte before", "after", "gain"), rows)


def _numbers_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A table whose columns but the first stand to the right; an empty last column lets the last of them do so."""
    return format_table([(*row, "") for row in (heads, *rows)], right=range(1, len(heads)))


def _format_change(before: float | None, after: float | None) -> str:
    return f"{_format_score(before)} → {_format_score(after)}"


def _format_score(value: float | None) -> str:
    return MISSING if value is None else f"{value:.3f}"
