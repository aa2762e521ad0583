"""What the kernel tests share: texts as Arrow buffers, random Unicode, and 64-bit arithmetic in plain Python."""

import random
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tests.conftest import TEXTS

WORD = (1 << 64) - 1
GOLDEN, FIRST, SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB

EDGES = (
    "",
    " ",
    "\n",
    "\n\n\n",
    "a",
    "我",
    "ߡ",
    "🙂",
    "!!",
    "a\u00a0b\u2003c",
    "ab\u200dcd",
    "\U0010ffff\x00",
    "İΣς ǅ",
)


def buffers(texts: Sequence[str]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    encoded = [text.encode() for text in texts]
    offsets = np.cumsum([0, *map(len, encoded)], dtype=np.int64)
    return np.frombuffer(b"".join(encoded), np.uint8), offsets


def random_text(seed: int, length: int = 60) -> str:
    """Code points from all planes, with many spaces, newlines and repeats."""
    chance = random.Random(seed)
    pool = [
        chr(chance.choice((0x20, 0x0A, 0x61, chance.randrange(0xD800), chance.randrange(0xE000, 0x110000))))
        for _ in range(12)
    ]
    return "".join(chance.choice(pool) for _ in range(chance.randrange(length)))


def corpus() -> list[str]:
    """Every script of the fixtures, alone and repeated, the edges, and random Unicode."""
    repeated = ["\n".join([text, text, text[::-1]]) for text in TEXTS.values()]
    long = [" ".join([text] * 40) for text in TEXTS.values()]
    return [*TEXTS.values(), *repeated, *long, *EDGES, *(random_text(seed) for seed in range(200))]


def mix(value: int) -> int:
    value = (value ^ (value >> 30)) * FIRST & WORD
    value = (value ^ (value >> 27)) * SECOND & WORD
    return value ^ (value >> 31)


def chain(values: Sequence[int], start: int) -> int:
    """The running hash that the kernels keep over code points or bytes, before the last mixing."""
    for value in values:
        start = (start + value + GOLDEN) * FIRST & WORD
        start ^= start >> 32
    return start
