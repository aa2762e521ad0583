"""Addresses: the hash of what made a thing, in a canonical form that is the same on every machine."""

import hashlib
import json
from pathlib import Path
from typing import Any

KEY_LENGTH = 20
"""Hexadecimal digits of an address: 80 bits, so 10^9 artifacts collide with probability below 10^-6."""


def address(*made_of: Any) -> str:
    """The address of something made of these JSON values. Object keys are sorted; NaN is refused."""
    text = json.dumps(made_of, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:KEY_LENGTH]


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes, as hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
