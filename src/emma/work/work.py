"""The tools of a stage: three verbs that spread tasks, a folder to write, and progress.

`each` turns shards into shards, `gather` turns shards into one small table, `scatter` sends rows into hash buckets.
"""

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from emma.config.section import FROM_RECIPE
from emma.store.artifact import Artifact, find_all
from emma.store.manifest import read, version_changes
from emma.work import interrupt
from emma.work.local import Executor
from emma.work.process import Usage
from emma.work.progress import Reporter
from emma.work.task import Function, Task, load_outputs

LIGHT_BYTES = 1_000_000
"""Text that is read in the second that a process takes to start, and too little to run out of memory on."""
SCRATCH = "scratch"
"""Name of the folder in the store's root with the checkpoints of stages that are under way."""


@dataclass(frozen=True)
class StageOutput:
    """The counts of a stage and its named lists of shards. Its files it has written to `work.out`."""

    counts: Mapping[str, int] = field(default_factory=dict)
    parts: Mapping[str, Sequence[Artifact]] = field(default_factory=dict)


@dataclass
class Work:
    """One stage's run."""

    root: Path
    """The store."""
    stage: str
    version: int
    key: str
    out: Path
    """The folder for files of the stage's own; becomes the artifact when the stage returns."""
    executor: Executor
    reporter: Reporter
    usage: list[Usage] = field(default_factory=list)
    """The cost of each task, for the run's record."""
    store_url: str | None = None
    """The object store of which `root` is the cache, if there is one."""
    chosen: dict[str, str] = field(default_factory=dict)
    """Values that were chosen here for settings that the recipe leaves to machine or model, and why."""
    logs: Path | None = None
    """The run's folder for what is watched while it runs and is no part of the result: times, curves, speed."""

    bytes_in: int | None = None
    """Bytes of text that the stage reads, where that is known."""

    @property
    def is_light(self) -> bool:
        """Whether the stage reads so little that spreading its work takes longer than doing it."""
        return self.bytes_in is not None and self.bytes_in < LIGHT_BYTES

    @property
    def scratch(self) -> Path:
        """A folder that survives a kill, for checkpoints; deleted when the stage is done."""
        path = self.root / SCRATCH / f"{self.stage}-{self.key}"
        path.mkdir(parents=True, exist_ok=True)
        return path

    def record_choice(self, setting: str, choice: tuple[str, str, bool]) -> None:
        """Keep for the run's record what was chosen for a setting and why, and say it, unless the recipe says it.

        `choice` is the value, the reason, and whether it is a bad choice here, which is said as a warning.
        """
        value, reason, is_bad = choice
        self.chosen[setting] = f"{value}: {reason}"
        if is_bad or reason != FROM_RECIPE:
            name = f"{'warning: ' if is_bad else ''}{setting.replace('_', ' ')}"
            self.reporter.say(f"  {self.stage}: {name} {value}, {reason}")

    def clear_scratch(self) -> None:
        """Remove the scratch folder, if the stage used one."""
        shutil.rmtree(self.root / SCRATCH / f"{self.stage}-{self.key}", ignore_errors=True)

    def each(self, function: Function, items: Iterable[object], *shared: object, label: str = "") -> list[Artifact]:
        """Run `function(out, item, *shared)` for every item, each into its own folder; results in item order."""
        tasks = [self._task(function, (item, *shared)) for item in items]
        results = load_outputs(tasks)  # in item order, whatever order the missing ones end in
        missing = [index for index, result in enumerate(results) if result is None]
        name = f"{self.stage}: {label or function.__name__.replace('_', ' ')}"
        self._report_mixed_versions(name, [result for result in results if result is not None], len(missing))
        with self.reporter.track(name, len(missing)) as track:
            for position, output, usage in self.executor.run([tasks[index] for index in missing]):
                results[missing[position]] = output
                self.usage.append(usage)
                track.advance()
                interrupt.check()
        return [result for result in results if result is not None]

    def _task(self, function: Function, arguments: tuple[object, ...]) -> Task:
        return Task(self.root, self.stage, self.version, function, arguments, self.store_url, self.is_light)

    def _report_mixed_versions(self, name: str, reused: Sequence[Artifact], missing: int) -> None:
        """Say so where some outputs are taken over from other versions of the software, and some are made now."""
        if not reused or not missing:
            return
        others = [changes for output in reused if (changes := version_changes(read(output.path, output.url)))]
        if others:
            self.reporter.say(
                f"  {name}: {len(others)} of {len(reused) + missing} were made with other versions "
                f"({', '.join(others[0])}) and are kept; to have all alike, delete {reused[0].path.parent}"
            )

    def gather(self, function: Function, items: Sequence[object], *shared: object, label: str = "") -> Artifact:
        """Run `function(out, items, *shared)` once over all items."""
        return self.each(function, [tuple(items)], *shared, label=label)[0]

    def scatter(
        self, function: Function, items: Iterable[object], buckets: int, *shared: object, label: str = ""
    ) -> list[tuple[int, tuple[Artifact, ...]]]:
        """Run `function(out, item, buckets, *shared)`, which writes `0000.parquet`… one file a bucket.

        Returns for every bucket its number and all the artifacts that hold a file of it: the items of a next `each`.
        """
        parts = tuple(self.each(function, items, buckets, *shared, label=label))
        return [(bucket, parts) for bucket in range(buckets)]


def bucket_files(bucket: tuple[int, tuple[Artifact, ...]]) -> list[Path]:
    """The files of one bucket of a scatter, in shard order; shards that put nothing in it are left out."""
    number, parts = bucket
    return [path for path in find_all(parts, f"{number:04}.parquet") if path is not None]
