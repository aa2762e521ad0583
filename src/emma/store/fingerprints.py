"""Content hashes of raw files, remembered by size and modification time so that they are computed once."""

import json
import os
from pathlib import Path

from emma.store.address import file_digest

CACHE = "fingerprints.json"
"""Name of the cache, in the store's root."""


class Fingerprints:
    """SHA-256 of files outside the store. `cache` is a JSON file; losing it costs time, nothing else."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._known = _read(cache)
        self._changed = False

    def of(self, path: Path) -> str:
        """The file's hash, as hexadecimal digits."""
        facts = path.stat()
        name, seen = str(path.absolute()), [facts.st_size, facts.st_mtime_ns]
        known = self._known.get(name)
        if not isinstance(known, list) or known[:2] != seen:
            known = self._known[name] = [*seen, file_digest(path)]
            self._changed = True
        return str(known[2])

    def save(self) -> None:
        """Write the cache, if anything new was learnt."""
        if not self._changed:
            return
        self._cache.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._cache.with_name(f"{self._cache.name}.{os.getpid()}.tmp")
        temporary.write_text(json.dumps(self._known, indent=0, sort_keys=True), encoding="utf-8")
        temporary.replace(self._cache)
        self._changed = False


def _read(cache: Path) -> dict[str, list[object]]:
    try:
        known = json.loads(cache.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}
