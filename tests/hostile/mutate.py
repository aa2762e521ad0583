"""Damage to a file, the same for the same number: what disks, networks, programs and ill will do to bytes."""

import random
from collections.abc import Callable

from tests.hostile.forms import FORMS, Form

EDGES = (
    b"\x00", b"\xff", b"\x7f", b"\x80", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\x00\x00\x00\x80",
    b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xff\xfe", b"\x1a", b"\r", b"\xe2\x80\xa8", b"\xf4\x90\x80\x80", b"\xc0\x80",
)  # fmt: skip
"""Bytes at the borders of what numbers, encodings and lines hold."""
SIGNS = b"<>&\"'{}[](),:;\\/|=-#*\n\t\0$%@!"


def _flip(rng: random.Random, data: bytearray) -> None:
    for _ in range(rng.choice((1, 1, 1, 4, 16))):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def _truncate(rng: random.Random, data: bytearray) -> None:
    del data[rng.randrange(len(data)) :]


def _remove(rng: random.Random, data: bytearray) -> None:
    start, stop = _span(rng, data)
    del data[start:stop]


def _insert(rng: random.Random, data: bytearray) -> None:
    place = rng.randrange(len(data) + 1)
    data[place:place] = rng.randbytes(rng.choice((1, 4, 64)))


def _double(rng: random.Random, data: bytearray) -> None:
    start, stop = _span(rng, data)
    data[stop:stop] = data[start:stop]


def _repeat(rng: random.Random, data: bytearray) -> None:
    start = rng.randrange(len(data))
    data[start:start] = bytes(data[start : start + rng.randint(1, 12)]) * rng.choice((50, 500, 5000))


def _swap(rng: random.Random, data: bytearray) -> None:
    first, second = sorted((_span(rng, data), _span(rng, data)))
    if first[1] <= second[0]:
        one, other = bytes(data[slice(*first)]), bytes(data[slice(*second)])
        data[slice(*second)], data[slice(*first)] = one, other


def _edge(rng: random.Random, data: bytearray) -> None:
    for _ in range(rng.choice((1, 3))):
        edge, place = rng.choice(EDGES), rng.randrange(len(data))
        data[place : place + len(edge) * rng.randrange(2)] = edge


def _sign(rng: random.Random, data: bytearray) -> None:
    for _ in range(rng.choice((1, 3, 30))):
        data[rng.randrange(len(data))] = rng.choice(SIGNS)


def _number(rng: random.Random, data: bytearray) -> None:
    digits = [place for place, byte in enumerate(data) if 48 <= byte < 58]
    if digits:
        place = rng.choice(digits)
        data[place : place + 1] = rng.choice((b"-1", b"9" * 20, b"0", b"4294967296", b"1e999"))


def _graft(rng: random.Random, data: bytearray) -> None:
    other = FORMS[rng.choice(sorted(FORMS))].content
    start, stop = _span(rng, bytearray(other))
    place = rng.randrange(len(data))
    data[place:place] = other[start:stop]


def _span(rng: random.Random, data: bytearray) -> tuple[int, int]:
    start = rng.randrange(len(data))
    return start, min(len(data), start + rng.choice((1, 8, 64, 512)))


KINDS: tuple[Callable[[random.Random, bytearray], None], ...] = (
    _flip, _truncate, _remove, _insert, _double, _repeat, _swap, _edge, _sign, _number, _graft,
)  # fmt: skip


def mutate_form(form: Form, number: int) -> bytes:
    """The file of a form with its damage number `number`: in what is packed, in how it is packed, or in both."""
    rng = random.Random(f"{form.name} {number}")
    inside = form.pack is not bytes and rng.random() < 0.5
    data = bytearray(form.content if inside else form.pack(form.content))
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        if data:
            rng.choice(KINDS)(rng, data)
    return form.pack(bytes(data)) if inside else bytes(data)
