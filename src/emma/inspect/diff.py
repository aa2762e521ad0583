"""`emma diff`: how two compiled corpora differ, in what they were made of and in what became of every language."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypedDict

from emma.pipeline.corpus import Corpus, read_provenance
from emma.pipeline.home import Run
from emma.schemas import SPLITS
from emma.store import shards
from emma.ui.numerals import format_bytes, format_count
from emma.ui.terminal import format_table
from emma.wording import plural

STAGES = ("collect", "annotate", "curate")
NAMED_TABLES = ("sources", "benchmarks")
"""Lists of a section whose tables have a name each."""
MAX_PRINTED = 40
"""Languages that a terminal shows; JSON has all."""

Outcomes = Mapping[str, tuple[int, int]]
"""Documents and bytes of one language by outcome: a split or a drop reason."""


class SettingChange(TypedDict):
    """A setting, or the version of a stage, that differs."""

    setting: str
    before: object
    after: object


class SourceChanges(TypedDict):
    """Names of sources that only one corpus has, and of those whose files differ."""

    added: list[str]
    removed: list[str]
    changed: list[str]


class OutcomeChange(TypedDict):
    """An outcome that other documents have than before; both lists are before and after."""

    outcome: str
    documents: list[int]
    bytes: list[int]


class LanguageChange(TypedDict):
    """One language: kept documents and bytes, before and after, and every outcome that differs."""

    lang: str
    change: float
    """Share of the larger of both sizes, in kept bytes."""
    documents: list[int]
    bytes: list[int]
    outcomes: list[OutcomeChange]


class Difference(TypedDict):
    """Everything in which two corpora differ."""

    before: str
    after: str
    settings: list[SettingChange]
    sources: SourceChanges
    languages: list[LanguageChange]
    """Those that changed, the most first."""
    unchanged: int
    """Number of languages that are the same."""


def compare_runs(before: Run, after: Run) -> Difference:
    """Everything in which the corpora of two runs differ."""
    one, two = Corpus.of(before), Corpus.of(after)
    first, second = read_outcomes(one), read_outcomes(two)
    rows = [compare_language(lang, first.get(lang, {}), second.get(lang, {})) for lang in sorted({*first, *second})]
    changed = [row for row in rows if row["outcomes"]]
    return {
        "before": before.name,
        "after": after.name,
        "settings": list(compare_settings(one, two)),
        "sources": compare_sources(one, two),
        "languages": sorted(changed, key=lambda row: (-row["change"], -abs(row["bytes"][1] - row["bytes"][0]))),
        "unchanged": len(rows) - len(changed),
    }


def read_outcomes(corpus: Corpus) -> dict[str, Outcomes]:
    """Documents and bytes of every language by outcome, over domains and sources."""
    documents: dict[str, Counter[str]] = {}
    sizes: dict[str, Counter[str]] = {}
    for row in shards.read(corpus.curate.file("languages.parquet")).to_pylist():
        documents.setdefault(row["lang"], Counter())[row["outcome"]] += row["documents"]
        sizes.setdefault(row["lang"], Counter())[row["outcome"]] += row["bytes"]
    return {
        lang: {outcome: (count, sizes[lang][outcome]) for outcome, count in counts.items()}
        for lang, counts in documents.items()
    }


def compare_language(lang: str, before: Outcomes, after: Outcomes) -> LanguageChange:
    """One language before and after: kept documents and bytes, and every outcome that differs."""
    outcomes: list[OutcomeChange] = []
    for name in sorted({*before, *after}):
        (documents, size), (other_documents, other_size) = before.get(name, (0, 0)), after.get(name, (0, 0))
        if (documents, size) != (other_documents, other_size):
            outcomes.append({"outcome": name, "documents": [documents, other_documents], "bytes": [size, other_size]})
    documents_kept, bytes_kept = (
        [sum(outcome.get(split, (0, 0))[at] for split in SPLITS) for outcome in (before, after)] for at in (0, 1)
    )
    # Of the larger one, so that a language that came or went has changed by 1.
    change = abs(bytes_kept[1] - bytes_kept[0]) / max(*bytes_kept, 1)
    return {"lang": lang, "change": change, "documents": documents_kept, "bytes": bytes_kept, "outcomes": outcomes}


def compare_sources(one: Corpus, two: Corpus) -> SourceChanges:
    """Sources that only one has, and those of which files were added, removed or changed."""
    before, after = (read_provenance(corpus.collect)["raw"] for corpus in (one, two))
    return {
        "added": sorted({*after} - {*before}),
        "removed": sorted({*before} - {*after}),
        "changed": sorted(name for name in {*before} & {*after} if before[name] != after[name]),
    }


def compare_settings(one: Corpus, two: Corpus) -> Iterator[SettingChange]:
    """Settings and versions of the stages that differ."""
    for stage in STAGES:
        facts = [read_provenance(getattr(corpus, stage)) for corpus in (one, two)]
        before, after = ({"version": made_by["version"], **flatten_section(made_by["config"])} for made_by in facts)
        for name in sorted({*before, *after}):
            if before.get(name) != after.get(name):
                yield {"setting": f"{stage}.{name}", "before": before.get(name), "after": after.get(name)}


def flatten_section(config: Mapping[str, Any], prefix: str = "") -> dict[str, object]:
    """A section as dotted names and values; named tables of a list by their names."""
    flat: dict[str, object] = {}
    for name, value in config.items():
        is_named = name in NAMED_TABLES and isinstance(value, Sequence)
        # Sources are compared by name: one more in the list would else shift all others.
        inner = {table["name"]: table for table in value} if is_named else value
        if isinstance(inner, Mapping) and inner:
            flat |= flatten_section(inner, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = value
    return flat


def render_text(difference: Difference) -> Iterator[str]:
    """The difference, line by line."""
    yield f"{difference['before']} → {difference['after']}"
    for setting in difference["settings"]:
        yield f"{setting['setting']}: {setting['before']} → {setting['after']}"
    if not difference["settings"]:
        yield "the same settings and versions"
    sources = difference["sources"]
    for kind, names in (("added", sources["added"]), ("removed", sources["removed"]), ("changed", sources["changed"])):
        if names:
            yield f"sources {kind}: {', '.join(names)}"
    yield ""
    yield from render_languages(difference["languages"], difference["unchanged"])


def render_languages(rows: Sequence[LanguageChange], unchanged: int) -> Iterator[str]:
    """The languages that changed, the most first, with the drop reasons that changed."""
    if rows:
        heads = ["language", "documents", "→", "bytes", "→", "dropped otherwise"]
        yield from format_table([heads, *map(format_language, rows[:MAX_PRINTED])], right=(1, 2, 3, 4))
    if len(rows) > MAX_PRINTED:
        yield f"changed too: {plural(len(rows) - MAX_PRINTED, 'language')}; --json has all"
    yield f"the same: {plural(unchanged, 'language')}"


def format_language(row: LanguageChange) -> list[str]:
    """Label, documents and bytes before and after, and the drop reasons that took more or fewer documents."""
    drops = (
        f"{outcome['outcome']} {outcome['documents'][1] - outcome['documents'][0]:+d}"
        for outcome in row["outcomes"]
        if outcome["outcome"] not in SPLITS and outcome["documents"][0] != outcome["documents"][1]
    )
    sizes = (*map(format_count, row["documents"]), *map(format_bytes, row["bytes"]))
    return [row["lang"], *sizes, ", ".join(drops) or "–"]
