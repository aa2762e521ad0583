"""What is found out about a client: comparisons, each with the largest difference and the one allowed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from emma.inspect.clients.released import Released

Status = Literal["passed", "failed", "skipped"]


class SkippedError(Exception):
    """A client that cannot be asked here. The message is the reason, as a sentence."""


@dataclass(frozen=True)
class Comparison:
    """One thing that a client has found, beside what EMMA finds."""

    what: str
    """What was compared, and how much of it: `token ids of 15 texts`."""
    difference: float
    """The largest difference; the number of those that differ where only equality counts."""
    limit: float = 0.0
    """The largest difference that passes."""
    detail: str = ""
    """Where they differ, where they do."""

    @property
    def holds(self) -> bool:
        """Whether the difference passes; NaN does not."""
        return self.difference <= self.limit


@dataclass(frozen=True)
class Opened:
    """What a client found in a release."""

    version: str
    comparisons: Sequence[Comparison]


@dataclass(frozen=True)
class ClientCheck:
    """The verdict on a client."""

    client: str
    status: Status
    version: str = ""
    comparisons: Sequence[Comparison] = field(default_factory=tuple)
    reason: str = ""
    """Why it was skipped, or how it failed to open the release."""


@dataclass(frozen=True)
class Client:
    """A program that people open releases with. `verify` raises SkippedError or ClientError; it may write into a
    folder."""

    name: str
    verify: Callable[[Released, Path], Opened]


def compare_lists(
    what: str, expected: Sequence[object], found: Sequence[object], names: Sequence[str] = ()
) -> Comparison:
    """How many elements differ, and the first that does; `names` say what each is of."""
    pairs = list(zip(expected, found, strict=False))
    differ = [number for number, (one, other) in enumerate(pairs) if one != other]
    count = len(differ) + abs(len(expected) - len(found))
    if not count:
        return Comparison(what, 0)
    if not differ:
        return Comparison(what, count, detail=f"{len(found)} instead of {len(expected)}")
    first = differ[0]
    place = f"of {names[first]!r}: " if names else ""
    return Comparison(what, count, detail=f"{place}{show(found[first])} instead of {show(expected[first])}")


def compare_maps(what: str, expected: Mapping[str, object], found: Mapping[str, object]) -> Comparison:
    """How many values differ, those included that only one of the two has."""
    names = sorted({*expected, *found})
    return compare_lists(what, [expected.get(name) for name in names], [found.get(name) for name in names], names)


def show(value: object, most: int = 100) -> str:
    """A value in at most so many characters."""
    text = repr(value)
    return text if len(text) <= most else f"{text[: most - 1]}…"
