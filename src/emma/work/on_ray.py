"""The Ray executor: the same tasks, scheduled by Ray, on one machine or on a cluster that shares the store.

A cluster shares it through a common file system, or through an object store of which each machine has a cache.
"""

import os
import socket
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Any

from emma.config.extras import need
from emma.errors import ArtifactError
from emma.store.artifact import Artifact
from emma.store.manifest import MANIFEST
from emma.work.local import THREADS, TRIES, TaskResult, killed_error, print_error
from emma.work.process import Usage, claim_process
from emma.work.task import Task, run_task

TASKS_PER_CORE = 4
"""Tasks handed out for each core of the cluster: enough that it never waits, and that Ray sees a queue to grow for."""
DEATHS_ALONE = TRIES - 1
"""Deaths after which a task gets all cores of a machine."""
ANSWER_S = 10.0
"""Seconds to wait for the cluster's first answer."""
OBJECT_STORE_BYTES = 128 * 2**20
"""Ray's shared memory where we start it: only arguments and results pass, all data goes through the store."""
QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",  # Ray reports its use to its makers otherwise
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_DEDUP_LOGS": "0",
}


class OnRay:
    """Runs every task as a Ray task of one core.

    `address`: a cluster's, or None to take RAY_ADDRESS, or else to start Ray on this machine with `workers` cores.
    Raises ArtifactError when there is no cluster at the address.
    """

    def __init__(
        self, address: str | None = None, workers: int | None = None, say: Callable[[str], None] = print_error
    ) -> None:
        os.environ.update({name: os.environ.get(name, value) for name, value in QUIET.items()})
        self._ray: Any = need("ray", "ray")
        self._say = say
        address = address or os.environ.get("RAY_ADDRESS")
        check_listening(address or "")
        # Only where we start Ray: a cluster has its own number of cores and its own dashboard.
        here = {"num_cpus": workers, "include_dashboard": False, "object_store_memory": OBJECT_STORE_BYTES}
        try:
            self._ray.init(
                address=address or "local",
                **({} if address else here),
                log_to_driver=False,
                logging_level="error",
                runtime_env={"env_vars": THREADS},
            )
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise ray_error(address or "this machine", error) from None
        self._run = self._ray.remote(run_on_worker)

    def run(self, tasks: Sequence[Task]) -> Iterator[TaskResult]:
        """Yield each task as it is done.

        Raises ArtifactError for a task whose worker or machine was lost TRIES times.
        """
        left = deque(range(len(tasks)))
        deaths: Counter[int] = Counter()
        running: dict[Any, int] = {}
        try:
            while left or running:
                while left and len(running) < TASKS_PER_CORE * self._cores():
                    index = left.popleft()
                    running[self._submit(tasks[index], deaths[index])] = index
                (ready,), _ = self._ray.wait(list(running), num_returns=1)
                index = running.pop(ready)
                if (result := self._get(ready)) is not None:
                    yield (index, *check_shared(tasks[index], result))
                else:
                    deaths[index] += 1
                    # At the front, so that a task that cannot be done stops the run before the others are done.
                    left.appendleft(index)
                    self._report_death(tasks[index], deaths[index])
        finally:
            for reference in running:
                self._ray.cancel(reference)

    def _submit(self, task: Task, deaths: int) -> Any:
        """Hand a task out; one that died again gets a machine for itself."""
        cpus = self._largest() if deaths >= DEATHS_ALONE else 1
        # Ray's own retries would run a task that kills its worker beside all others once more.
        return self._run.options(num_cpus=cpus, max_retries=0).remote(task)

    def _get(self, reference: Any) -> tuple[Artifact, Usage] | None:
        """The result of a task, its own error, or None when its worker or machine was lost."""
        try:
            result: tuple[Artifact, Usage] = self._ray.get(reference)
        except self._ray.exceptions.RayTaskError as error:
            raise error.cause from None
        except self._ray.exceptions.RayError:
            return None
        return result

    def _report_death(self, task: Task, deaths: int) -> None:
        if deaths >= TRIES:
            raise killed_error(task, "run the same command again where machines have more memory")
        self._say(f"  A Ray worker was lost, most likely for lack of memory. Tried again: {task.name}")

    def _cores(self) -> int:
        return max(1, int(self._ray.cluster_resources().get("CPU", 1)))

    def _largest(self) -> float:
        """Cores of the largest machine."""
        return max((node["Resources"].get("CPU", 1.0) for node in self._ray.nodes() if node["Alive"]), default=1.0)

    def __enter__(self) -> "OnRay":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ray.shutdown()


def check_listening(address: str) -> None:
    """ArtifactError when nobody answers at `host:port` or `ray://host:port`: Ray itself would try for minutes."""
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if colon and port.isdigit():
        try:
            socket.create_connection((host, int(port)), timeout=ANSWER_S).close()
        except OSError as error:
            raise ray_error(address, error) from None


def ray_error(where: str, error: Exception) -> ArtifactError:
    """The error for a Ray that is not there."""
    return ArtifactError(
        f"Ray cannot be used at {where}: {error}. Give --on the address that `ray start --head` printed, such as "
        "head:6379, from a machine of that cluster; or run with --on local."
    )


def run_on_worker(task: Task) -> tuple[Artifact, Usage]:
    """Run one task in a worker of Ray's; the pool is the parallelism, so with one thread."""
    import pyarrow as pa

    pa.set_cpu_count(1)
    claim_process()
    return run_task(task)


def check_shared(task: Task, result: tuple[Artifact, Usage]) -> tuple[Artifact, Usage]:
    """The result, if it can be seen from here. Raises ArtifactError when another machine keeps it for itself."""
    if task.store_url is None and not (task.path / MANIFEST).exists():
        raise ArtifactError(
            f"{task.name} was made on another machine, but {task.root} here does not have it. Put --home on a file "
            "system that all machines of the cluster share, or give them an object store with --store."
        )
    return result
