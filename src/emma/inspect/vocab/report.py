"""The report: tokenizers, languages, what was left out, and what more pieces would save."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from emma.errors import RecipeError, SourceError
from emma.inspect.vocab.files import read_files
from emma.inspect.vocab.held_out import read_run
from emma.inspect.vocab.measure import Language, Measurer
from emma.inspect.vocab.meters import Meter, open_meters
from emma.inspect.vocab.savings import Savings, savings
from emma.inspect.vocab.texts import Found, Skipped
from emma.lang.language import ENGLISH
from emma.lang.tables import Scheme
from emma.pipeline.home import Home

LINES = 10_000
"""Lines or pairs that are read of each language in each file, unless another number is named."""

NAMED = 8
"""Languages that a note names."""


@dataclass(frozen=True)
class Asked:
    """What the report is asked for."""

    tokenizers: Sequence[str]
    text: Sequence[Path] = ()
    run: str | None = None
    """A run whose held-out text is measured too."""
    pieces: Sequence[int] = ()
    """Numbers of pieces; what they would save is told of the first tokenizer."""
    scheme: Scheme = "any"
    lines: int = LINES
    aligned: bool = True


@dataclass(frozen=True)
class Report:
    """Everything that is shown."""

    tokenizers: Sequence[Meter]
    languages: Sequence[Language]
    """The highest premium of the first tokenizer first; those without one follow, by tokens per byte."""
    skipped: Sequence[Skipped]
    notes: Sequence[str]
    savings: Savings | None = field(default=None)


def report(asked: Asked, home: Home) -> Report:
    """Measure. Raises RecipeError for a tokenizer that cannot be opened, SourceError for text that cannot be read."""
    if not asked.text and asked.run is None:
        raise RecipeError("There is no text to measure on: name files or folders with --text, or a run with --run.")
    meters = open_meters(asked.tokenizers, home)
    found = _read(asked, home)
    measurer = Measurer(meters)
    for block in found.blocks:
        measurer.add(block)
    languages = sorted(measurer.languages(), key=_dearest)
    if not languages:
        raise SourceError("All texts are empty: there is nothing to measure.")
    saved = savings(meters[0], found.blocks, sorted(set(asked.pieces))) if asked.pieces else None
    return Report(meters, languages, found.skipped, _notes(languages), saved)


def _read(asked: Asked, home: Home) -> Found:
    found = read_files(asked.text, asked.scheme, asked.lines, asked.aligned)
    if asked.run is not None:
        found.extend(read_run(home.run(asked.run)))
    return found


def _dearest(row: Language) -> tuple[bool, float, str]:
    first = row.costs[0]
    return first.premium is None, -(first.premium or first.tokens_per_byte), row.lang


def _notes(languages: Sequence[Language]) -> list[str]:
    alone = [row.lang for row in languages if not row.parallel_texts]
    if len(alone) == len(languages):
        return [f"No text stands beside English ({ENGLISH.label}), so there are no premiums."]
    more = ", …" if len(alone) > NAMED else ""
    named = f"{', '.join(alone[:NAMED])}{more}"
    return [f"No premium for {len(alone):,}, of which no text stands beside English: {named}"] if alone else []


def as_json(found: Report) -> dict[str, Any]:
    """The report as plain values. `costs` and `saved` are lists in the order of `tokenizers` and `asked`."""
    saved = found.savings
    rows = [asdict(row) | ({"saved": saved.saved(row.lang)} if saved else {}) for row in found.languages]
    return {
        "tokenizers": [{"name": each.name, "pieces": each.pieces} for each in found.tokenizers],
        "languages": rows,
        "savings": saved and {"tokenizer": saved.tokenizer, "asked": saved.asked, "made": saved.made},
        "skipped": [asdict(each) for each in found.skipped],
        "notes": list(found.notes),
    }
