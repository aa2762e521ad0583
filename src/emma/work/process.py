"""The usage of this process so far, and libraries that EMMA's own processes leave unloaded."""

import gc
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec

from emma.kernels.compile_lock import compile_lock

COLLECTOR_THRESHOLDS = (50_000, 20, 20)
"""Objects made since the last look at the youngest of them, and how many such looks to one at the older ones."""
_claims: list[bool] = []
_slimmed: list[bool] = []


@dataclass(frozen=True)
class Usage:
    """The cost of running something."""

    wall_s: float = 0.0
    cpu_s: float = 0.0
    peak_bytes: int = 0
    """Largest resident set of the process that ran it, so far."""
    compiled: int = 0
    """Kernels that had to be compiled first."""
    compile_s: float = 0.0


def usage_so_far() -> Usage:
    """The usage of this process since it began."""
    return Usage(time.perf_counter(), time.process_time(), peak_memory(), compile_lock.compiled, compile_lock.seconds)


def usage_since(start: Usage) -> Usage:
    """The usage of this process since an earlier `usage_so_far`."""
    now = usage_so_far()
    return Usage(
        now.wall_s - start.wall_s,
        now.cpu_s - start.cpu_s,
        now.peak_bytes,
        now.compiled - start.compiled,
        now.compile_s - start.compile_s,
    )


def add_usage(own: Usage, tasks: Sequence[Usage]) -> Usage:
    """The cost of a stage: its own wall time, and the processor time of its process and its tasks."""
    usages = [own, *tasks]
    return Usage(
        own.wall_s,  # tasks run side by side, so their wall times overlap
        sum(usage.cpu_s for usage in usages),
        max(usage.peak_bytes for usage in usages),
        sum(usage.compiled for usage in usages),
        sum(usage.compile_s for usage in usages),
    )


def peak_memory() -> int:
    """Largest resident set of this process so far, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # Linux counts in kibibytes


def claim_process() -> None:
    """Say that this process is EMMA's own: its command line or a worker, and nobody's notebook."""
    _claims.append(True)


def slim_process() -> None:
    """Before the first work of a process that was claimed: no pandas in pyarrow, few looks for garbage.

    Once, however often it is claimed: what is left of earlier tasks must not count as loaded for good.
    """
    if _claims and not _slimmed:
        _slimmed.append(True)
        spare_pandas()
        spare_collections()


def spare_pandas() -> None:
    """Keep pyarrow from importing pandas, where it is installed, only to ask whether a list is one of its series.

    pyarrow asks once a process, at its first array, and importing pandas takes as long as all else that a worker
    starts with. Whoever calls `to_pandas` later still gets pandas. In a process of somebody else's it would be wrong,
    since they may hand pyarrow such series.
    """
    if "pandas" in sys.modules:
        return
    import pyarrow as pa

    hidden = _HiddenPackage("pandas")
    sys.meta_path.insert(0, hidden)
    try:
        pa.array([0])
    finally:
        sys.meta_path.remove(hidden)


def spare_collections() -> None:
    """Look for garbage in cycles seldom, and never among what is loaded by now: tables of languages, modules.

    Rows and documents are in no cycles, but every 700 of them made the collector start, which took a seventh of the
    time.
    """
    gc.freeze()
    gc.set_threshold(*COLLECTOR_THRESHOLDS)


class _HiddenPackage:
    """An import hook for which a package is not there."""

    def __init__(self, package: str) -> None:
        self._package = package

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        """ImportError for the package, None for all others."""
        if name == self._package:
            raise ImportError(name)
        return None
