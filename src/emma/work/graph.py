"""The graph of stages: what each needs, its address, and running what is missing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TypeAlias

from emma.config.section import Section
from emma.errors import ArtifactError
from emma.store import remote
from emma.store.address import address
from emma.store.artifact import Artifact, commit, load, staging
from emma.work import interrupt
from emma.work.local import Executor
from emma.work.process import Usage, add_usage, slim_process, usage_since, usage_so_far
from emma.work.progress import Reporter, announce_compiling, report_compiling
from emma.work.work import StageOutput, Work

LOSS_PREFIXES = ("rejected", "dropped")
"""Beginnings of the names of counts of rows that do not come out."""


Raw: TypeAlias = Mapping[str, object] | Callable[[Mapping[str, Artifact]], Mapping[str, object]] | None
"""JSON values by name, or how to tell them from artifacts; None: nothing."""


@dataclass(frozen=True)
class Step:
    """One stage of a recipe, ready to run once its inputs are there."""

    name: str
    section: Section
    inputs: tuple[str, ...]
    """Names of the steps, or artifacts from elsewhere, that it reads."""
    raw: Raw = None
    """Content that it reads from outside the store, as hashes of source files, say; or a function that tells it from
    the artifacts that are there by then."""


@dataclass(frozen=True)
class Outcome:
    """The result of one step."""

    step: Step
    artifact: Artifact
    reused: bool
    usage: Usage
    chosen: Mapping[str, str] = field(default_factory=dict)
    """Values that the stage chose for settings that the recipe leaves open, and why."""


def step_address(step: Step, inputs: Mapping[str, Artifact]) -> tuple[str, dict[str, object]]:
    """The step's address and what it is made of."""
    # No software versions: a new release of a library would make every corpus again. They stand in the manifest.
    made_by = {
        "stage": step.name,
        "version": type(step.section).version,
        "config": step.section.semantic(),
        "raw": (step.raw(inputs) if callable(step.raw) else step.raw) or {},
        "inputs": {name: inputs[name].key for name in step.inputs if name in inputs},
    }
    return address(made_by), made_by


def run_steps(
    steps: Sequence[Step],
    external: Mapping[str, Artifact],
    *,
    root: Path,
    executor: Executor,
    reporter: Reporter,
    store_url: str | None = None,
    logs: Path | None = None,
    begin: Callable[[str, str], None] = lambda _stage, _key: None,
) -> Iterator[Outcome]:
    """Run the steps in order, reusing what the store has, and yield each as it is done.

    `external` holds artifacts from elsewhere, such as the base model; `store_url` is the object store of which `root`
    is the cache, if there is one; `logs` is a folder for what is watched while stages run; `begin` is told stage and
    address before a stage runs.
    """
    done, usages = dict(external), list[Usage]()
    for step in steps:
        interrupt.check()
        outcome = _run_step(step, done, root, store_url, executor=executor, reporter=reporter, logs=logs, begin=begin)
        done[step.name] = outcome.artifact
        usages.append(outcome.usage)
        yield outcome
    report_compiling(usages, reporter)


def _run_step(
    step: Step,
    done: Mapping[str, Artifact],
    root: Path,
    store_url: str | None,
    *,
    executor: Executor,
    reporter: Reporter,
    logs: Path | None,
    begin: Callable[[str, str], None],
) -> Outcome:
    key, made_by = step_address(step, done)
    path, url = root / step.name / key, remote.join_url(store_url, step.name, key)
    if (existing := load(path, url, root)) is not None:
        return Outcome(step, existing, True, Usage())
    # By name: stages import this module's room, and heavy libraries are loaded only for stages that run.
    stage = getattr(import_module(f"emma.{step.name}.run"), step.name)
    inputs = {name: done.get(name) for name in step.inputs}
    begin(step.name, key)
    start = usage_so_far()
    announce_compiling(reporter)
    slim_process()
    with staging(path) as out:
        version = type(step.section).version
        work = Work(root, step.name, version, key, out, executor, reporter, store_url=store_url, logs=logs)
        work.bytes_in = count_text_bytes(done.get("collect") if "collect" in step.inputs else None)
        output: StageOutput = stage(step.section, **inputs, work=work)
        check_balance(step.name, output.counts)
        parts = {name: tuple(shards) for name, shards in output.parts.items()}
        artifact = commit(out, path, root=root, made_by=made_by, key=key, counts=output.counts, parts=parts, url=url)
    # Only now that the artifact stands: a run that is killed before goes on from the scratch folder.
    work.clear_scratch()
    usage = add_usage(usage_since(start), work.usage)
    return Outcome(step, artifact, False, usage, work.chosen)


def count_text_bytes(corpus: Artifact | None) -> int | None:
    """Bytes of text in a corpus, benchmarks included; None where there is no corpus or nobody counted."""
    parts = [part for of_kind in (corpus.parts if corpus else {}).values() for part in of_kind]
    # An artifact of before bytes were counted: nothing is known of its size.
    counted = parts and all("bytes" in part.counts for part in parts)
    return sum(part.counts["bytes"] for part in parts) if counted else None


def check_balance(stage: str, counts: Mapping[str, int]) -> None:
    """Nothing is lost in silence: rows in = rows out + rejects + drops by reason. Raises ArtifactError."""
    if "rows_in" not in counts:
        return
    lost = {name: count for name, count in counts.items() if name.startswith(LOSS_PREFIXES)}
    if counts["rows_in"] != counts["rows_out"] + sum(lost.values()):
        raise ArtifactError(
            f"{stage} read {counts['rows_in']} rows but accounts for {counts['rows_out']} kept and {lost}. "
            "This is a bug in EMMA: please report it with the recipe."
        )
