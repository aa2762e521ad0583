"""The local executor: tasks in this process, or in a pool of others. Same tasks, same bytes, any number of workers."""

import multiprocessing
import os
import signal
import sys
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from types import TracebackType
from typing import Protocol

from emma.errors import ArtifactError
from emma.store.artifact import Artifact
from emma.work.process import Usage, claim_process
from emma.work.task import Task, run_task

TaskResult = tuple[int, Artifact, Usage]
"""Index of the task, its output, and its cost."""
Running = Future[tuple[Artifact, Usage]]

TRIES = 3
"""Times that a task's worker may be killed: once beside others, then alone."""
THREADS = {
    "OMP_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
"""A worker's environment: one thread each, since the workers are the parallelism."""


class Executor(Protocol):
    """Runs tasks in any order and any number at once."""

    def run(self, tasks: Sequence[Task]) -> Iterator[TaskResult]:
        """Yield each task as it is done."""
        ...


def print_error(text: str) -> None:
    """Say something to whoever watches, on standard error."""
    print(text, file=sys.stderr, flush=True)


class Local:
    """Up to `workers` processes, started when first needed and kept for the whole run.

    A task whose worker is killed, for lack of memory say, is tried again, which `say` says.
    """

    def __init__(self, workers: int | None = None, say: Callable[[str], None] = print_error) -> None:
        self.workers = workers or count_cores()
        self._say = say
        self._pool: ProcessPoolExecutor | None = None

    def run(self, tasks: Sequence[Task]) -> Iterator[TaskResult]:
        """Yield each task as it is done. One task, one worker, or light tasks need no other process.

        Raises ArtifactError for a task whose worker was killed TRIES times.
        """
        if self.workers == 1 or len(tasks) == 1 or all(task.light for task in tasks):
            for index, task in enumerate(tasks):
                output, usage = run_task(task)
                yield index, output, replace(usage, cpu_s=0.0, compiled=0, compile_s=0.0)  # this process counts its own
            return
        yield from self._run_in_pool(tasks)

    def _run_in_pool(self, tasks: Sequence[Task]) -> Iterator[TaskResult]:
        """All tasks side by side. When a worker is killed, what was running is tried one by one, the rest by fewer."""
        left, suspects = deque(range(len(tasks))), deque[int]()
        deaths: Counter[int] = Counter()
        width = self.workers
        while left or suspects:
            running: dict[Running, int] = {}
            try:
                yield from self._hand_out(suspects or left, tasks, running, 1 if suspects else width)
            except BrokenProcessPool:
                self._stop()
                # Which of them took the memory is not known: each is tried alone, the rest with half as many beside.
                deaths.update(running.values())
                suspects.extendleft(sorted(running.values(), reverse=True))
                width = max(1, width // 2)
                self._report_deaths([tasks[index] for index in suspects], max(deaths.values(), default=0))
            finally:
                for future in running:
                    future.cancel()

    def _hand_out(
        self, queue: deque[int], tasks: Sequence[Task], running: dict[Running, int], limit: int
    ) -> Iterator[TaskResult]:
        """Run a queue, at most `limit` tasks at once; `running` has those handed out, also after an error."""
        while queue or running:
            # No more than can run: what is handed out when a worker dies is tried again, one by one.
            while queue and len(running) < limit:
                running[self._started().submit(run_task, tasks[queue[0]])] = queue[0]
                queue.popleft()
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                output, usage = future.result()
                yield running.pop(future), output, usage

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # Not forked: Arrow and torch have threads by now, whose locks a forked process would inherit taken.
            spawn = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self.workers, mp_context=spawn, initializer=_start_worker)
        return self._pool

    def _report_deaths(self, suspects: Sequence[Task], deaths: int) -> None:
        if deaths >= TRIES:
            raise killed_error(
                suspects[0], "run the same command again with fewer --workers, or where there is more memory"
            )
        self._say(
            "  A worker process was killed, most likely for lack of memory. What was running is tried again one by "
            f"one: {', '.join(task.name for task in suspects)}"
        )

    def _stop(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def __enter__(self) -> "Local":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()


def killed_error(task: Task, remedy: str) -> ArtifactError:
    """The error for a task that cannot be brought to its end."""
    return ArtifactError(
        f"The worker of {task.name} was killed {TRIES} times, most likely for lack of memory, the last times with "
        f"nothing beside it; if it wrote an error above, that is why. Nothing finished is lost: {remedy}."
    )


def count_cores() -> int:
    """Cores that this process may use; where the system does not say (macOS), all that there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _start_worker() -> None:
    """Workers leave Ctrl-C to the parent, and use one thread each: the pool is the parallelism."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends Ctrl-C to every process of the group
    os.environ.update(THREADS)
    import pyarrow as pa

    pa.set_cpu_count(1)
    claim_process()
