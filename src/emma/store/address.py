"""Hashes: addresses of what was made, digests of files, and uniform numbers that are the same on every machine."""

import hashlib
import json
from pathlib import Path

from emma.store.files import replace_file

KEY_LENGTH = 20
"""Hexadecimal digits of an address: 80 bits, so 10^9 artifacts collide with probability below 10^-6."""
CACHE = "fingerprints.json"
"""Name of the cache of digests, in the store's root."""


def address(*made_of: object) -> str:
    """The address of something made of these JSON values. Object keys are sorted; NaN is refused."""
    # By the standard library: orjson spells some floats otherwise, and every address would be another.
    text = json.dumps(made_of, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:KEY_LENGTH]


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes, as hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def hash64(*parts: int | str) -> int:
    """A uniform number of 64 bits that depends on nothing but `parts`, such as a seed and an id."""
    # BLAKE2b and not `hash`, which Python salts for each process. U+001F keeps ("a", "bc") apart from ("ab", "c").
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


class Fingerprints:
    """SHA-256 of raw files outside the store, remembered by size and modification time, so computed once.

    `cache` is a JSON file; losing it costs time, nothing else.
    """

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._digests = _read_cache(cache)
        self._is_changed = False

    def of(self, path: Path) -> str:
        """The file's hash, as hexadecimal digits."""
        status = path.stat()
        name, version = str(path.absolute()), [status.st_size, status.st_mtime_ns]
        entry = self._digests.get(name)
        # A file that was changed within one tick of the clock and kept its size goes unnoticed, as with make and git.
        if not isinstance(entry, list) or entry[:2] != version:
            entry = self._digests[name] = [*version, file_digest(path)]
            self._is_changed = True
        return str(entry[2])

    def find_names(self, name: str) -> list[Path]:
        """The files of this name that are remembered; they need not be there any more."""
        return [path for path in map(Path, sorted(self._digests)) if path.name == name]

    def save(self) -> None:
        """Write the cache, if anything new was learnt."""
        if not self._is_changed:
            return
        with replace_file(self._cache) as temporary:
            # By the standard library: names of files need not be UTF-8, which orjson refuses.
            temporary.write_text(json.dumps(self._digests, indent=0, sort_keys=True), encoding="utf-8")
        self._is_changed = False


def _read_cache(cache: Path) -> dict[str, list[object]]:
    """Name to size, modification time and digest; empty for a cache that is missing or damaged."""
    try:
        digests = json.loads(cache.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return digests if isinstance(digests, dict) else {}
