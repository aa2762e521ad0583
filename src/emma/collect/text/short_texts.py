"""The script of many short texts, decided from all of them: one label of a button says little, a thousand do."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from emma.collect.records import CleanDocument
from emma.collect.text.naming import Naming
from emma.collect.text.survey import Surveyed
from emma.lang.codes import MIN_LETTERS, MIN_SCRIPT_SHARE, SAMPLE_CHARS
from emma.lang.scripts import Evidence, strip_markup, written_evidence

MAX_TEXTS, MAX_CHARS = 10_000, 8_000_000
"""Texts, one after the other in a file, that decide together, at most."""
LONG_LETTERS = 10 * MIN_LETTERS
"""Letters from which a text that is clearly in one script is in that one, whatever the others are in."""
EAST_ASIAN = ("Hans", "Hant", "Jpan", "Kore")
"""Scripts that texts of Han characters alone may be in."""
USED_SHARE = 0.1
"""Share of all letters from which a script is one of those that a code's texts are in."""


@dataclass(frozen=True)
class CodeScripts:
    """The scripts of all texts of a code, taken together."""

    clear: Evidence | None
    """The script of nearly all letters; None where there is no such script."""
    scripts: frozenset[str]
    """The scripts that USED_SHARE of the letters are in."""

    def decide(self, own: Evidence) -> Evidence:
        """Decide what a text is written in, whose own letters say `own`.

        Where texts are in several scripts, as Serbian is, even a word tells in which of them it is.
        """
        script, share, count = own
        if count >= LONG_LETTERS and share >= MIN_SCRIPT_SHARE:
            return own
        if self.clear is not None:
            return self.clear
        return script, share, max(count, MIN_LETTERS) if script in self.scripts else count


Decisions = dict[tuple[str, bool], CodeScripts | None]
"""Scripts by code and side, from the last texts that were enough; None where there was one text only."""


def decide_scripts(documents: Iterable[Surveyed[CleanDocument]], naming: Naming) -> Iterator[Surveyed[CleanDocument]]:
    """The documents of a file, in order; those with few letters take the script of most of their code's.

    Only codes that leave the script to the text are looked at. In a longer file every MAX_TEXTS texts decide for
    themselves, since it may have one script after the other; where these are too few, the ones before them do.
    """
    known: Decisions = {}
    batch = TextBatch()
    for document, evidence, evidence2 in documents:
        batch.documents.append(document)
        batch.first.append(evidence)
        batch.second.append(evidence2)
        batch.chars += len(document.text) + len(document.text2 or "")
        if len(batch.documents) >= MAX_TEXTS or batch.chars >= MAX_CHARS:
            yield from _decide_batch(batch, known, naming)
            batch = TextBatch()
    yield from _decide_batch(batch, known, naming)


@dataclass(slots=True)
class TextBatch:
    """Documents that decide together, and the evidence of both sides of each.

    In lists of their own: ten thousand tuples of them would be gone through by every garbage collection.
    """

    documents: list[CleanDocument] = field(default_factory=list)
    first: list[Evidence | None] = field(default_factory=list)
    second: list[Evidence | None] = field(default_factory=list)
    chars: int = 0


def _decide_batch(batch: TextBatch, known: Decisions, naming: Naming) -> Iterator[Surveyed[CleanDocument]]:
    documents = batch.documents
    for code, places in _group_by_code((document.code for document in documents), naming, is_second=False):
        _decide_code([documents[place].text for place in places], places, batch.first, known, (code, False))
    pairs = [place for place, document in enumerate(documents) if document.text2 is not None]
    for code, numbers in _group_by_code((documents[place].code2 for place in pairs), naming, is_second=True):
        places = [pairs[number] for number in numbers]
        _decide_code([documents[place].text2 or "" for place in places], places, batch.second, known, (code, True))
    return zip(documents, batch.first, batch.second, strict=True)


def _group_by_code(codes: Iterable[str], naming: Naming, *, is_second: bool) -> list[tuple[str, list[int]]]:
    """The places of each code, as far as its script is left to the text."""
    groups: dict[str, list[int]] = {}
    for place, code in enumerate(codes):
        groups.setdefault(code, []).append(place)
    return [(code, places) for code, places in groups.items() if naming.is_script_open(code, is_second=is_second)]


def _decide_code(
    texts: Sequence[str],
    places: Sequence[int],
    evidence: list[Evidence | None],
    known: Decisions,
    key: tuple[str, bool],
) -> None:
    """Set at its place in `evidence` what each text of one code is written in: its own script, or that of most."""
    if key not in known and len(texts) == 1:  # nothing to compare it with: its own letters decide, when it is named
        known[key] = None
        return
    own = [
        evidence[place] or written_evidence(strip_markup(text, SAMPLE_CHARS))
        for place, text in zip(places, texts, strict=True)
    ]
    if key not in known or sum(map(count_letters, own)) >= MIN_LETTERS:
        known[key] = combine_evidence(own)
    together = known[key]
    for place, alone in zip(places, own, strict=True):
        evidence[place] = alone if together is None else together.decide(alone)


def count_letters(evidence: Evidence) -> int:
    """Count the letters of a text, LONG_LETTERS at most: one long text must not outweigh all others."""
    return min(evidence[2], LONG_LETTERS)


def combine_evidence(texts: Iterable[Evidence]) -> CodeScripts:
    """Combine the evidence of texts of one code."""
    letters: Counter[str] = Counter()
    total = 0
    for evidence in texts:
        script, share, _ = evidence
        letters[script] += round(share * count_letters(evidence))
        total += count_letters(evidence)
    scripts = frozenset(script for script, count in letters.items() if total and count >= USED_SHARE * total)
    return CodeScripts(find_clear_script(letters, total), scripts)


def find_clear_script(letters: Counter[str], total: int) -> Evidence | None:
    """The script of nearly all letters, given how many are in which; None where there is none.

    Han characters alone go with the form of most.
    """
    if "Hani" in letters and (eastern := max(EAST_ASIAN, key=lambda script: letters[script])) in letters:
        letters[eastern] += letters.pop("Hani")
    script, count = min(letters.items(), key=lambda item: (-item[1], item[0]), default=("Zyyy", 0))
    return (script, count / total, total) if total >= MIN_LETTERS and count >= MIN_SCRIPT_SHARE * total else None
