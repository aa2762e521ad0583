"""Run a recipe: its base first, then the stages that are missing, each noted in the run's record."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from emma.collect.files.inputs import fingerprint_sources
from emma.collect.losses import MAX_SOURCES_SHOWN, find_losses, guard_losses
from emma.config.section import Section
from emma.evaluate.config import EvaluateConfig
from emma.evaluate.inputs import resolve_benchmarks
from emma.models.places import HUB_ID
from emma.pipeline.base import check_base_once, find_base, make_base, refuse_circular_base, trained_base
from emma.pipeline.home import Home, Run
from emma.pipeline.origins import refuse_private_origins
from emma.pipeline.recipe import ELSEWHERE, INPUTS, Recipe
from emma.pipeline.refusals import (
    check_extras,
    refuse_call,
    refuse_keeping_nothing,
    refuse_part_of_step,
    stages_until,
)
from emma.pipeline.removals import resolve_identification, withdraw_documents
from emma.pipeline.trainings import find_start, open_start
from emma.release.config import ReleaseConfig
from emma.store.address import CACHE
from emma.store.artifact import Artifact
from emma.wording import plural
from emma.work import graph
from emma.work.graph import LOSS_PREFIXES, Outcome, Raw, Step
from emma.work.local import Executor, Local
from emma.work.progress import Reporter

if TYPE_CHECKING:
    from emma.work.on_ray import OnRay

HIDDEN_ZEROS = ("units_", "bytes_")
"""Beginnings of names of counts that are not shown where they are 0."""


def run_recipe(
    recipe: Recipe | Path | str,
    until: str = "release",
    home: Home | Path | str = "emma-runs",
    *,
    workers: int | None = None,
    on: str = "local",
    quiet: bool = False,
    strict: bool = False,
) -> Run:
    """Run a recipe up to and with the stage `until`, alone in its home; stages that are done are not run again.

    `on` is `local`, `ray` or the address of a Ray cluster; `workers` is the number of processes (default: one per
    core). Raises as `run_stages` does, RecipeError for a call that cannot be, and ArtifactError where another run holds
    the home's store.
    """
    refuse_call(until, workers)
    recipe = recipe if isinstance(recipe, Recipe) else Recipe.read(recipe)
    home = home if isinstance(home, Home) else Home(Path(home))
    reporter = Reporter(quiet)
    with home.locked(), open_executor(on, workers, reporter.say) as executor:
        return run_stages(recipe, until, home=home, executor=executor, reporter=reporter, strict=strict)


def open_executor(on: str, workers: int | None, say: Callable[[str], None]) -> "Local | OnRay":
    """Open the executor that runs tasks, to be used in a `with` statement."""
    if on == "local":
        return Local(workers, say)
    from emma.work.on_ray import OnRay

    return OnRay(None if on == "ray" else on, workers, say)


def run_stages(
    recipe: Recipe, until: str, *, home: Home, executor: Executor, reporter: Reporter, strict: bool = False
) -> Run:
    """Run a recipe up to and with the stage `until`, and the recipe of its base before it.

    Raises SourceError when more of a source was lost than the recipe allows, with `strict` when anything was.
    """
    check_extras(until)
    refuse_circular_base(recipe)
    refuse_part_of_step(recipe, until)
    refuse_keeping_nothing(recipe, until)
    reporter.say(f"{recipe.name}: {recipe.path}")
    base = find_base(recipe, home) if needs_base(until) else None
    if isinstance(base, Recipe):
        run_stages(base, "train", home=home, executor=executor, reporter=reporter, strict=strict)
        base = trained_base(base, home)
        reporter.say(f"{recipe.name}: base is {recipe.base}")
    record = home.run(recipe.name)
    start = open_start(recipe, home, reporter.say) if "train" in stages_until(until) else None
    inputs = {name: found for name, found in (("base", base), ("start", start)) if found is not None}
    if until == "release":
        refuse_private_origins(home, inputs.values())
    if base is not None:
        make_base(recipe, base, home, reporter.say)
        check_base_once(recipe, base, home.store, reporter.say)
    outcomes = graph.run_steps(
        list_steps(recipe, home, until),
        inputs,
        root=home.store,
        executor=executor,
        reporter=reporter,
        store_url=home.url,
        logs=record.path.absolute() / "logs",
        begin=record.begin,
    )
    for outcome in outcomes:
        record_outcome(record, outcome)
        reporter.say(describe_outcome(outcome))
        if outcome.step.name == "collect":
            # Asked of an artifact that was there before too: what may be lost is no part of its address.
            for loss in find_losses(recipe.collect, outcome.artifact)[:MAX_SOURCES_SHOWN]:
                reporter.say(f"  collect: {loss}")
            guard_losses(recipe.collect, outcome.artifact, strict=strict)
    return record


def record_outcome(run: Run, outcome: Outcome) -> None:
    """Note in the run's record what a stage gave, what it cost, and what it chose for settings left open."""
    chosen = {"chosen": dict(outcome.chosen)} if outcome.chosen else {}
    run.record(outcome.step.name, outcome.artifact, {"reused": outcome.reused, **asdict(outcome.usage), **chosen})


def needs_base(until: str) -> bool:
    """Whether any stage up to `until` reads the base model: a corpus can be compiled without one."""
    return any("base" in INPUTS[stage] for stage in stages_until(until))


def list_steps(recipe: Recipe, home: Home, until: str = "release") -> list[Step]:
    """The recipe as steps, each with its section, its inputs and the raw files it reads."""
    root, cache = Path(recipe.data), home.store / CACHE
    collect = recipe.collect.model_copy(update={"root": str(root.absolute())})
    stages = stages_until(until)
    # These read files that no stage has made, so what is in them is part of their addresses; or what stands elsewhere.
    with_files: dict[str, tuple[Section, Raw]] = {
        "collect": (collect, fingerprint_sources(recipe.collect, root, cache)),
        "annotate": resolve_identification(recipe, home, root, cache),
        "curate": withdraw_documents(recipe, home),
        "release": (name_base(recipe), None),
        **({"evaluate": resolve_benchmarks(share_lid(recipe), root, cache)} if "evaluate" in stages else {}),
    }
    return [
        Step(name, section, INPUTS[name], raw)
        for name in stages
        for section, raw in [with_files.get(name, (recipe.section(name), None))]
    ]


def share_lid(recipe: Recipe) -> EvaluateConfig:
    """The section of evaluate, with the corpus's model of language identification where it names none."""
    corpus = recipe.annotate.lid
    if recipe.evaluate.lid or corpus is None:
        return recipe.evaluate
    return recipe.evaluate.model_copy(update={"lid": corpus.model})


def name_base(recipe: Recipe) -> ReleaseConfig:
    """The section of release, with the base's id on the hub where the recipe names it by that."""
    match = HUB_ID.fullmatch(recipe.base or "")
    if recipe.release.base_model or match is None:
        return recipe.release
    return recipe.release.model_copy(update={"base_model": match[1]})


def stage_states(recipe: Recipe, home: Home) -> Iterator[tuple[str, Artifact | None]]:
    """Each stage with its artifact; None where it is to do: it or something before it is missing or has changed."""
    refuse_circular_base(recipe)
    base, start = find_base(recipe, home), find_start(recipe, home)
    waiting: set[str] = {"start"} if recipe.train.start is not None and start is None else set()
    if isinstance(base, Recipe):
        key = home.run(base.name).addresses.get("train")
        base = trained_base(base, home) if key is not None and home.load("train", key) is not None else None
        waiting |= {"base"} if base is None else set()
    done = {name: found for name, found in (("base", base), ("start", start)) if found is not None}
    for step in list_steps(recipe, home):
        if any(name in waiting or (name not in done and name not in ELSEWHERE) for name in step.inputs):
            yield step.name, None
            continue
        artifact = home.load(step.name, graph.step_address(step, done)[0])
        if artifact is not None:
            done[step.name] = artifact
        yield step.name, artifact


def describe_outcome(outcome: Outcome) -> str:
    """Describe the outcome of one stage, in one line."""
    if outcome.reused:
        return f"  {outcome.step.name:<9} as before"
    usage, counts = outcome.usage, outcome.artifact.counts
    return f"  {outcome.step.name:<9} {usage.wall_s:6.1f} s  {describe_counts(counts)}"


def describe_counts(counts: Mapping[str, int], most: int = 6) -> str:
    """A stage's counts in words: what went in and came out, then what was lost, the most first."""
    rows = [f"{plural(counts['rows_in'], 'row')} → {counts['rows_out']:,}"] if "rows_in" in counts else []
    lost = {name: count for name, count in counts.items() if name.startswith(LOSS_PREFIXES) and count}
    others = [name for name in counts if name not in ("rows_in", "rows_out") and not name.startswith(LOSS_PREFIXES)]
    others = [name for name in others if counts[name] or not name.startswith(HIDDEN_ZEROS)]
    # A count of one model, as "tokens, base", must not read as two in a line that commas part.
    rows += [f"{counts[name]:,} {name.replace('_', ' ').replace(', ', ' of ')}" for name in others[:most]]
    return ", ".join(rows + [f"{lost[name]:,} {name}" for name in sorted(lost, key=lambda name: -lost[name])])
