"""What the kernel tests share: texts as Arrow buffers, random Unicode, and 64-bit arithmetic in plain Python."""

import random
import unicodedata
from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st
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

POOL = sorted({*"".join(TEXTS.values()), *"一丁龍ーア가ㄱ٣३๓1,.\n\n    aA€+", "\u200b", "\u0301"})
"""Characters of every script of the fixtures, and such as kernels treat in their own ways."""
texts = st.text(st.sampled_from(POOL) | st.characters(exclude_categories=["Cs"]), max_size=80)
"""Short text in any mixture of scripts."""


def to_arrays(texts: Sequence[str]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
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


def polynomial(values: Sequence[int]) -> int:
    """The rolling hash of a gram, before the last mixing."""
    return sum(value * pow(GOLDEN, len(values) - 1 - at, 1 << 64) for at, value in enumerate(values)) & WORD


def is_space(char: str) -> bool:
    return char.isspace() or char in "\u1361\u200b"


def category(char: str) -> str:
    return "M" if char in "\u200c\u200d\u180e" else "Z" if is_space(char) else unicodedata.category(char)


def form(char: str) -> str:
    """The character without its case, nothing where it does not count, a space for white space."""
    if is_space(char):
        return " "
    if category(char)[0] not in "LMN" or char in "\u200c\u200d\u180e":
        return ""
    forms = ("i" if char == "İ" else char.casefold(), char.lower(), char)
    return next(each for each in forms if len(each) == 1)


def normal_words(text: str) -> list[str]:
    return [word for word in "".join(map(form, text)).split(" ") if word]


def normal(text: str) -> str:
    return "".join(normal_words(text))


def hash_word(word: str) -> int:
    return mix(chain([ord(char) for char in word], GOLDEN))


def exact_hash(text: str) -> int:
    points = [ord(char) for char in normal(text) or text]
    return mix(chain(points, 0) + len(points) & WORD) ^ (0 if normal(text) else GOLDEN)
