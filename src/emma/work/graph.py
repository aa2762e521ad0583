"""The graph of stages: what each needs, its address, and running what is missing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from emma.config.section import Section
from emma.errors import ArtifactError
from emma.store import remote
from emma.store.address import address
from emma.store.artifact import Artifact, commit, load, staging
from emma.work import interrupt, lean
from emma.work.compiled import tell_of_compiling, tell_what_was_compiled
from emma.work.local import Executor
from emma.work.progress import Reporter
from emma.work.task import Usage, since, spent
from emma.work.work import Made, Work

LOSSES = ("rejected", "dropped")
"""How counts of rows that do not come out begin."""


@dataclass(frozen=True)
class Step:
    """One stage of a recipe, ready to run once its inputs are there."""

    name: str
    section: Section
    inputs: tuple[str, ...]
    """Names of the steps, or given artifacts, that it reads."""
    raw: Mapping[str, Any] | None = None
    """What it reads from outside the store, by content (hashes of source files, say)."""


@dataclass(frozen=True)
class Outcome:
    """What became of one step."""

    step: Step
    artifact: Artifact
    reused: bool
    usage: Usage
    chosen: Mapping[str, str] = field(default_factory=dict)
    """What the stage chose for settings that the recipe leaves open, and why."""


def key_of(step: Step, inputs: Mapping[str, Artifact]) -> tuple[str, dict[str, Any]]:
    """The step's address and what it is made of."""
    made_by = {
        "stage": step.name,
        "version": type(step.section).version,
        "config": step.section.semantic(),
        "raw": step.raw or {},
        "inputs": {name: inputs[name].key for name in step.inputs if name in inputs},
    }
    return address(made_by), made_by


def run(
    steps: Sequence[Step],
    given: Mapping[str, Artifact],
    *,
    root: Path,
    executor: Executor,
    reporter: Reporter,
    store_url: str | None = None,
    logs: Path | None = None,
) -> Iterator[Outcome]:
    """Run the steps in order, reusing what the store has, and yield each as it is done.

    `given` holds artifacts from elsewhere, such as the base model; `store_url` is the object store of which `root` is
    the cache, if there is one; `logs` is a folder for what is watched while stages run.
    """
    done = dict(given)
    for step in steps:
        interrupt.check()
        outcome = _run_step(step, done, root, store_url, executor=executor, reporter=reporter, logs=logs)
        done[step.name] = outcome.artifact
        yield outcome


def _run_step(
    step: Step,
    done: Mapping[str, Artifact],
    root: Path,
    store_url: str | None,
    *,
    executor: Executor,
    reporter: Reporter,
    logs: Path | None,
) -> Outcome:
    key, made_by = key_of(step, done)
    path, url = root / step.name / key, remote.join_url(store_url, step.name, key)
    if (before := load(path, url, root)) is not None:
        return Outcome(step, before, True, Usage())
    stage = getattr(import_module(f"emma.{step.name}.run"), step.name)
    inputs = {name: done.get(name) for name in step.inputs}
    start = spent()
    tell_of_compiling(reporter)
    lean.slim()
    with staging(path) as out:
        version = type(step.section).version
        work = Work(root, step.name, version, key, out, executor, reporter, store_url=store_url, logs=logs)
        work.bytes_in = bytes_of(done.get("collect") if "collect" in step.inputs else None)
        made: Made = stage(step.section, **inputs, work=work)
        check_balance(step.name, made.counts)
        parts = {name: tuple(shards) for name, shards in made.parts.items()}
        artifact = commit(out, path, root=root, made_by=made_by, key=key, counts=made.counts, parts=parts, url=url)
    work.clear_scratch()
    usage = _total(since(start), work.usage)
    tell_what_was_compiled(usage, reporter)
    return Outcome(step, artifact, False, usage, work.chosen)


def bytes_of(corpus: Artifact | None) -> int | None:
    """Bytes of text in a corpus, benchmarks included; None where there is no corpus or nobody counted."""
    parts = [part for of_kind in (corpus.parts if corpus else {}).values() for part in of_kind]
    counted = parts and all("bytes" in part.counts for part in parts)
    return sum(part.counts["bytes"] for part in parts) if counted else None


def _total(own: Usage, tasks: Sequence[Usage]) -> Usage:
    every = [own, *tasks]
    return Usage(
        own.wall_s,
        sum(each.cpu_s for each in every),
        max(each.peak_bytes for each in every),
        sum(each.compiled for each in every),
        sum(each.compile_s for each in every),
    )


def check_balance(stage: str, counts: Mapping[str, int]) -> None:
    """Nothing is lost in silence: rows in = rows out + rejects + drops by reason. Raises ArtifactError."""
    if "rows_in" not in counts:
        return
    lost = {name: count for name, count in counts.items() if name.startswith(LOSSES)}
    if counts["rows_in"] != counts["rows_out"] + sum(lost.values()):
        raise ArtifactError(
            f"{stage} read {counts['rows_in']} rows but accounts for {counts['rows_out']} kept and {lost}. "
            "This is a bug in EMMA: please report it with the recipe."
        )
