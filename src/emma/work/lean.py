"""What EMMA's own processes leave unloaded."""

import gc
import sys
from importlib.machinery import ModuleSpec

ALLOCATIONS = (50_000, 20, 20)
"""Objects made since the last look at the youngest of them, and how many such looks to one at the older ones."""
_claims: list[bool] = []
_slimmed: list[bool] = []


def claim() -> None:
    """Say that this process is EMMA's own: its command line or a worker, and nobody's notebook."""
    _claims.append(True)


def slim() -> None:
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

    absent = _Absent("pandas")
    sys.meta_path.insert(0, absent)
    try:
        pa.array([0])
    finally:
        sys.meta_path.remove(absent)


def spare_collections() -> None:
    """Look for garbage in cycles seldom, and never among what is loaded by now: tables of languages, modules.

    Rows and units are in no cycles, but every 700 of them made the collector start, which took a seventh of the time.
    """
    gc.freeze()
    gc.set_threshold(*ALLOCATIONS)


class _Absent:
    """An import hook for which a package is not there."""

    def __init__(self, package: str) -> None:
        self._package = package

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        """ImportError for the package, None for all others."""
        if name == self._package:
            raise ImportError(name)
        return None
