"""The Ray executor: the same tasks, scheduled by Ray, on one machine or a cluster that shares the store."""

from collections.abc import Iterator, Sequence
from types import TracebackType

from emma.errors import ArtifactError
from emma.extras import need
from emma.store.artifact import Artifact
from emma.work.local import Done
from emma.work.task import Task, Usage, run_task


class OnRay:
    """Runs every task as a Ray task. `address`: a cluster's, or None to start Ray on this machine."""

    def __init__(self, address: str | None = None, workers: int | None = None) -> None:
        self._ray = need("ray", "ray")
        quiet = {"include_dashboard": False, "log_to_driver": False, "logging_level": "error"}
        if address is None:
            self._ray.init(num_cpus=workers, **quiet)
        else:
            self._ray.init(address=address, **quiet)

    def run(self, tasks: Sequence[Task]) -> Iterator[Done]:
        """Yield each task as it is done. Ray itself retries a task whose worker died."""
        remote = self._ray.remote(run_task)
        waiting = {remote.remote(task): index for index, task in enumerate(tasks)}
        try:
            while waiting:
                (ready,), _ = self._ray.wait(list(waiting), num_returns=1)
                yield (waiting.pop(ready), *self._get(ready))
        finally:
            for reference in waiting:
                self._ray.cancel(reference)

    def _get(self, reference: object) -> tuple[Artifact, Usage]:
        try:
            result: tuple[Artifact, Usage] = self._ray.get(reference)
        except self._ray.exceptions.RayTaskError as error:
            raise error.cause from None
        except self._ray.exceptions.WorkerCrashedError:
            raise ArtifactError(
                "A Ray worker died again and again, most likely for lack of memory. Nothing finished is lost: "
                "give the tasks fewer cores at once with --workers, and run the same command again."
            ) from None
        return result

    def __enter__(self) -> "OnRay":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ray.shutdown()
