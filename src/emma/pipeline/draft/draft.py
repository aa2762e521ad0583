"""Draft a recipe's sources from a place: look, guess, read a sample, and say what is unsure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from emma.collect.config import BenchmarkConfig, SourceConfig
from emma.collect.readers.registry import load_reader
from emma.errors import SourceError
from emma.pipeline.draft.finish import finish_source, make_name
from emma.pipeline.draft.groups import Group, group_files
from emma.pipeline.draft.guesses import Guess
from emma.pipeline.draft.licences import LICENCE_NAMES, UNKNOWN
from emma.pipeline.draft.patterns import find_member_pattern, find_patterns
from emma.pipeline.draft.places import Place
from emma.pipeline.draft.rows import find_unit
from emma.pipeline.draft.settle import settle_languages
from emma.pipeline.draft.sources import Draft, DraftSource, Identify
from emma.pipeline.draft.trials import choose_source, read_sample

TABLE_SETTINGS = ("fields", "keep", "options", "encoding")
"""Settings that plain text does not have."""
KEPT = frozenset({
    "author", "date", "doc_id", "id", "publisher", "source", "timestamp", "url", "warc_record_id", *LICENCE_NAMES,
})  # fmt: skip
"""Names of columns that say where a text comes from, and travel with it."""


def draft_sources(place: Place, identify: Identify | None = None, language: str = "") -> Draft:
    """Draft the sources of a place.

    `identify` labels texts by a language-identification model; `language` is the label that unnamed text has where a
    person said so.
    """
    draft = Draft(place, [], _list_unread(groups := group_files(place)))
    beside = [file.inner for file in place.files]
    for group in groups:
        if group.guess.why:
            continue
        try:
            source = _draft_source(place, group, [source.name for source in draft.sources])
        except SourceError as error:
            draft.unread.append((group.names[0], len(group.files), str(error)))
            continue
        for each in (source, *_read_more(source, place.root)):
            settle_languages(each, place.root, beside, identify, language)
            finish_source(each, place)
            draft.sources.append(each)
    _doubt_benchmarks(draft)
    return draft


def _read_more(source: DraftSource, root: Path) -> Iterator[DraftSource]:
    """A source for each further column of a table that has a language in each column; the first gets its name."""
    more = source.group.guess.choice.more
    name = source.name
    for column, label in more:
        fields = {**source.config.fields, "text": column}
        other = DraftSource(source.config, source.group, source.sample, dict(source.reasons))
        other.change("a column for each language", name=f"{name}-{label}", fields=fields, lang=label)
        other.sample = read_sample(other.config, root)
        yield other
    if more:
        source.change("by the names of the columns", name=f"{name}-{source.config.lang}")


def _list_unread(groups: Sequence[Group]) -> list[tuple[str, int, str]]:
    counts: Counter[str] = Counter()
    examples: dict[str, str] = {}
    for group in groups:
        if group.guess.why:
            counts[group.guess.why] += len(group.files)
            examples.setdefault(group.guess.why, group.names[0])
    return [(examples[why], count, why) for why, count in counts.items()]


def _draft_source(place: Place, group: Group, taken: Sequence[str]) -> DraftSource:
    """The source of a group with the reader that reads it best, its language aside."""
    guess = group.guess
    paths, others = _find_paths(place, group)
    found = {
        "fields": guess.choice.fields,
        "lang": guess.choice.lang,
        "lang2": guess.choice.lang2,
        "options": dict(guess.options),
        "keep": find_kept(guess),
        "encoding": guess.encoding,
        "scheme": guess.scheme if guess.scheme != "any" else None,
    }
    settings = {"name": make_name(place, group, taken), "reader": guess.readers[0], "licence": UNKNOWN, **paths}
    settings |= {name: value for name, value in found.items() if value}
    kind = BenchmarkConfig if group.split else SourceConfig
    candidates = [kind.model_validate(values) for values in _vary(settings, guess.readers, place, group)]
    config, sample = choose_source(candidates, place.root)
    source = DraftSource(config, group, sample)
    source.reasons |= _first_reasons(source)
    for setting, text in guess.choice.doubts:
        source.doubt(setting, text)
    if others:
        source.doubt(
            "member", f"Files of another kind in the archive match it too, and are read with the others: {others:,}."
        )
    return source


def find_kept(guess: Guess) -> tuple[str, ...]:
    """Columns beside text and language that say where a text comes from."""
    used = {name for names in guess.choice.fields.values() for name in ([names] if isinstance(names, str) else names)}
    return tuple(sorted(name for name in guess.columns - used if name.lower() in KEPT))


def _find_paths(place: Place, group: Group) -> tuple[dict[str, Any], int]:
    """`path`, and `member` of an archive; with the number of other members that the latter matches."""
    first = group.files[0]
    if first.member:
        inside = [file.member for file in group.files]
        all_members = {file.member for file in place.files if file.name == first.name}
        all_members |= {name.removeprefix(f"{first.name}/") for name, _ in place.about}
        pattern, others = find_member_pattern(inside, sorted(all_members - set(inside)))
        return {"path": find_patterns([first.name], [])[0], "member": pattern}, others
    names = [file.name for file in group.files]
    patterns = find_patterns(names, [*(file.name for file in place.files), *(name for name, _ in place.about)])
    return {"path": patterns[0] if len(patterns) == 1 else patterns}, 0


def _vary(settings: dict[str, Any], readers: Sequence[str], place: Place, group: Group) -> list[dict[str, Any]]:
    """The settings for each reader that may do, and for tables with quotes either way."""
    varied = []
    for reader in readers:
        values = {**settings, "reader": reader}
        if reader == "text":
            values = {key: value for key, value in values.items() if key not in TABLE_SETTINGS}
            if (unit := find_unit(place, group.files)) != "document":
                values["options"] = {"unit": unit}
        varied.append(values)
        if reader == "csv":
            varied += [
                {**values, "options": {**values.get("options", {}), "quotes": quotes}} for quotes in (True, False)
            ]
    return varied


def _first_reasons(source: DraftSource) -> dict[str, str]:
    """Why settings are what they are, of those that are there."""
    config, options = source.config, source.config.options
    known = {"line": "each line is a text of its own", "paragraph": "empty lines divide the texts"}
    of_options = "where the records are in the file" if "records" in options else "as its rows look"
    reasons = {
        "reader": load_reader(config.reader).summary,
        "fields": "by the names of the columns and what is in them",
        "keep": "what the files say of each text, to travel with it",
        "options": known.get(str(options.get("unit")), of_options),
        "encoding": "its bytes are no UTF-8, and read as text in this",
        "scheme": "how its codes are written",
    }
    return {setting: why for setting, why in reasons.items() if getattr(config, setting) not in ({}, (), None, "any")}


def _doubt_benchmarks(draft: Draft) -> None:
    """Say of sources named like tests that they are not trained on, and how they would be."""
    for source in draft.sources:
        if source.is_benchmark:
            source.doubt(
                "benchmarks",
                "Its files are called after a test or validation split, so it is read as a benchmark: never trained "
                "on, and looked for in the rest. Write [[collect.sources]] to train on it.",
            )
