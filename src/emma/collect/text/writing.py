"""The script of many short texts, decided from all of them: one label of a button says little, a thousand do."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from emma.collect.records import RawDocument
from emma.collect.text.naming import Naming
from emma.lang.codes import MIN_LETTERS, MIN_SCRIPT_SHARE, SAMPLE_CHARS
from emma.lang.scripts import Evidence, strip_markup, written_evidence

HELD, HELD_CHARS = 10_000, 8_000_000
"""Texts, one after the other in a file, that decide together, at most."""
LONG = 10 * MIN_LETTERS
"""Letters from which a text that is clearly in one script is in that one, whatever the others are in."""
EAST_ASIAN = ("Hans", "Hant", "Jpan", "Kore")
"""Scripts that texts of Han characters alone may be in."""
SOME = 0.1
"""Share of all letters from which a script is one of those that a code's texts are in."""


@dataclass(frozen=True)
class Whole:
    """What all texts of a code say together."""

    clear: Evidence | None
    """The script of nearly all letters; None where there is no such script."""
    scripts: frozenset[str]
    """Those that SOME of the letters are in."""

    def of(self, own: Evidence) -> Evidence:
        """What a text is written in, whose letters say `own`.

        Where texts are in several scripts, as Serbian is, even a word tells in which of them it is.
        """
        script, share, count = own
        if count >= LONG and share >= MIN_SCRIPT_SHARE:
            return own
        if self.clear is not None:
            return self.clear
        return script, share, max(count, MIN_LETTERS) if script in self.scripts else count


Decided = dict[tuple[str, bool], Whole | None]
"""By code and side, what the last texts said that were enough; None where there was one only."""


def decided(units: Iterable[RawDocument], naming: Naming) -> Iterator[RawDocument]:
    """The units of a file, in order; those with few letters take the script of most of their code's.

    Only codes that leave the script to the text are looked at. In a longer file every HELD texts decide for themselves,
    since it may have one script after the other; where these are too few for that, the ones before them do.
    """
    known: Decided = {}
    batch: list[RawDocument] = []
    chars = 0
    for unit in units:
        batch.append(unit)
        chars += len(unit.text) + len(unit.text2 or "")
        if len(batch) >= HELD or chars >= HELD_CHARS:
            yield from _settled(batch, known, naming)
            batch, chars = [], 0
    yield from _settled(batch, known, naming)


def _settled(batch: list[RawDocument], known: Decided, naming: Naming) -> list[RawDocument]:
    for is_second in (False, True):
        groups: dict[str, list[RawDocument]] = {}
        for unit in batch:
            if not is_second or unit.text2 is not None:
                groups.setdefault(unit.code2 if is_second else unit.code, []).append(unit)
        for code, group in groups.items():
            if naming.asks_text(code, is_second):
                _settle(group, known, (code, is_second))
    return batch


def _settle(units: Sequence[RawDocument], known: Decided, key: tuple[str, bool]) -> None:
    """Note what each text of one code is written in, its own or what most are."""
    if key not in known and len(units) == 1:
        known[key] = None
        return
    seen = [_evidence(unit, key[1]) for unit in units]
    if key not in known or sum(weight(each) for each in seen) >= MIN_LETTERS:
        known[key] = whole(seen)
    together = known[key]
    for unit, own in zip(units, seen, strict=True):
        chosen = own if together is None else together.of(own)
        if key[1]:
            unit.seen2 = chosen
        else:
            unit.seen = chosen


def _evidence(unit: RawDocument, is_second: bool) -> Evidence:
    text, seen = (unit.text2 or "", unit.seen2) if is_second else (unit.text, unit.seen)
    return seen or written_evidence(strip_markup(text, SAMPLE_CHARS))


def weight(seen: Evidence) -> int:
    """How many letters of a text count: none has more weight than LONG."""
    return min(seen[2], LONG)


def whole(seen: Iterable[Evidence]) -> Whole:
    """What all texts together say of their script."""
    found: Counter[str] = Counter()
    total = 0
    for each in seen:
        found[each[0]] += round(each[1] * weight(each))
        total += weight(each)
    scripts = frozenset(script for script, count in found.items() if total and count >= SOME * total)
    return Whole(clear(found, total), scripts)


def clear(found: Counter[str], total: int) -> Evidence | None:
    """The script of nearly all letters, given how many are in which; Han characters alone go with the form of most."""
    if "Hani" in found and (eastern := max(EAST_ASIAN, key=lambda script: found[script])) in found:
        found[eastern] += found.pop("Hani")
    script, count = min(found.items(), key=lambda item: (-item[1], item[0]), default=("Zyyy", 0))
    return (script, count / total, total) if total >= MIN_LETTERS and count >= MIN_SCRIPT_SHARE * total else None
