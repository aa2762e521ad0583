"""Bits per UTF-8 byte, and how sure one can be of them: bootstrap over documents (Efron, Ann. Statist. 7, 1979).

Documents are drawn again with replacement, as tokens of one document are not independent. Two models are compared on
the same draws, so what makes a document easy for both cancels out.
"""

import hashlib
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LEVELS = (0.025, 0.975)
"""Quantiles that bound a 95 % interval."""


def bits_per_byte(nats: Any, bytes_utf8: Any) -> Any:
    """Bits per UTF-8 byte of text that costs `nats`; scalars or arrays."""
    return nats / (math.log(2) * bytes_utf8)


def draws(documents: int, times: int, *key: str | int) -> npt.NDArray[np.int64]:
    """How often each document is drawn: (times, documents); rows sum to `documents`. The key names the draws."""
    text = "\x1f".join(str(each) for each in key)
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")
    chances = np.full(documents, 1 / documents)
    return np.random.default_rng(seed).multinomial(documents, chances, size=times)


def interval(
    numerators: Sequence[float] | Floats, sizes: Sequence[int] | npt.NDArray[np.int64], drawn: npt.NDArray[np.int64]
) -> tuple[float | None, float | None]:
    """The 95 % interval of the bits per byte, where `numerators` are nats (or differences of nats) a document.

    None and None for a single document: there is nothing to draw from.
    """
    if len(sizes) < 2:
        return None, None
    found = bits_per_byte(drawn @ np.asarray(numerators), drawn @ np.asarray(sizes))
    low, high = np.quantile(found, LEVELS)
    return float(low), float(high)
