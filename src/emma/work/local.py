"""The local executor: tasks in this process, or in a pool of others. Same tasks, same bytes, any number of workers."""

import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from types import TracebackType
from typing import Protocol

from emma.errors import ArtifactError
from emma.store.artifact import Artifact
from emma.work.task import Task, Usage, run_task

Done = tuple[int, Artifact, Usage]
"""Index of the task, its output, what it cost."""


class Executor(Protocol):
    """Runs tasks in any order and any number at once."""

    def run(self, tasks: Sequence[Task]) -> Iterator[Done]:
        """Yield each task as it is done."""
        ...


class Local:
    """Up to `workers` processes, started when first needed and kept for the whole run."""

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or cores()
        self._pool: ProcessPoolExecutor | None = None

    def run(self, tasks: Sequence[Task]) -> Iterator[Done]:
        """Yield each task as it is done. One task, or one worker, needs no other process."""
        if self.workers == 1 or len(tasks) == 1:
            for index, task in enumerate(tasks):
                made, usage = run_task(task)
                yield index, made, replace(usage, cpu_s=0.0)  # this process counts its own CPU time
            return
        yield from self._run_in_pool(tasks)

    def _run_in_pool(self, tasks: Sequence[Task]) -> Iterator[Done]:
        if self._pool is None:
            spawn = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self.workers, mp_context=spawn, initializer=_start_worker)
        futures = {self._pool.submit(run_task, task): index for index, task in enumerate(tasks)}
        try:
            for future in as_completed(futures):
                yield (futures[future], *future.result())
        except BrokenProcessPool:
            raise ArtifactError(
                "A worker process was killed, most likely for lack of memory. Nothing finished is lost: "
                "run the same command again with --workers 1."
            ) from None
        finally:
            for future in futures:
                future.cancel()

    def __enter__(self) -> "Local":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)


def cores() -> int:
    """Cores that this process may use; where the system does not say (macOS), all that there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _start_worker() -> None:
    """Workers leave Ctrl-C to the parent, and use one thread each: the pool is the parallelism."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "RAYON_NUM_THREADS", "TOKENIZERS_PARALLELISM"):
        os.environ[name] = "false" if name.startswith("TOKENIZERS") else "1"
    import pyarrow as pa

    pa.set_cpu_count(1)
