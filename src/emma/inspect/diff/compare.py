"""What differs between two compiled corpora: what they were made of, and what became of every language."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from emma.errors import RecipeError
from emma.pipeline.corpus import Corpus, made_by
from emma.pipeline.home import Home, Run
from emma.schemas import SPLITS
from emma.store import shards

STAGES = ("collect", "annotate", "curate")
NAMED = ("sources", "benchmarks")
"""Lists of a section whose tables have a name each."""

Sizes = Mapping[str, Mapping[str, tuple[int, int]]]
"""Language, then outcome: documents and bytes."""


def find_run(home: Home, name: str) -> Run:
    """A run of this home by its name, or of any home by the path of its folder. RecipeError where it is neither."""
    names = [run.name for run in home.runs()]
    if name in names:
        return home.run(name)
    path = Path(name)
    if (path / "lock.json").exists():
        return Home(path.parent).run(path.name)
    listed = ", ".join(names) or "none yet"
    raise RecipeError(f"'{name}' is no run in {home.path}, which has: {listed}; nor is it the folder of a run.")


def diff(before: Run, after: Run) -> dict[str, Any]:
    """Everything that differs, as plain values.

    `settings`; `sources` added, removed or changed; `languages`, the most changed first; how many are `unchanged`.
    """
    one, two = Corpus.of(before), Corpus.of(after)
    first, second = sizes(one), sizes(two)
    rows = [compare(lang, first.get(lang, {}), second.get(lang, {})) for lang in sorted({*first, *second})]
    changed = [row for row in rows if row["outcomes"]]
    return {
        "before": before.name,
        "after": after.name,
        "settings": list(settings(one, two)),
        "sources": sources(one, two),
        "languages": sorted(changed, key=lambda row: (-row["change"], -abs(row["bytes"][1] - row["bytes"][0]))),
        "unchanged": len(rows) - len(changed),
    }


def sizes(corpus: Corpus) -> Sizes:
    """Documents and bytes of every language by outcome, over domains and sources."""
    documents: dict[str, Counter[str]] = {}
    bytes_: dict[str, Counter[str]] = {}
    for row in shards.read(corpus.curate.file("languages.parquet")).to_pylist():
        documents.setdefault(row["lang"], Counter())[row["outcome"]] += row["documents"]
        bytes_.setdefault(row["lang"], Counter())[row["outcome"]] += row["bytes"]
    return {
        lang: {outcome: (count, bytes_[lang][outcome]) for outcome, count in counts.items()}
        for lang, counts in documents.items()
    }


def compare(lang: str, first: Mapping[str, tuple[int, int]], second: Mapping[str, tuple[int, int]]) -> dict[str, Any]:
    """One language before and after: kept documents and bytes, and every outcome that differs."""
    outcomes = [
        {"outcome": name, "documents": [pair[0][0], pair[1][0]], "bytes": [pair[0][1], pair[1][1]]}
        for name in sorted({*first, *second})
        if (pair := (first.get(name, (0, 0)), second.get(name, (0, 0))))[0] != pair[1]
    ]
    documents, size = (
        [sum(each.get(name, (0, 0))[at] for name in SPLITS) for each in (first, second)] for at in (0, 1)
    )
    change = abs(size[1] - size[0]) / max(*size, 1)
    return {"lang": lang, "change": change, "documents": documents, "bytes": size, "outcomes": outcomes}


def sources(one: Corpus, two: Corpus) -> dict[str, list[str]]:
    """Sources that only one has, and those of which files were added, removed or changed."""
    first, second = (made_by(each.collect)["raw"] for each in (one, two))
    return {
        "added": sorted({*second} - {*first}),
        "removed": sorted({*first} - {*second}),
        "changed": sorted(name for name in {*first} & {*second} if first[name] != second[name]),
    }


def settings(one: Corpus, two: Corpus) -> Iterator[dict[str, Any]]:
    """Settings and versions of the stages that differ."""
    for stage in STAGES:
        first, second = (made_by(getattr(each, stage)) for each in (one, two))
        flat = [{"version": facts["version"], **flatten(facts["config"])} for facts in (first, second)]
        for name in sorted({*flat[0], *flat[1]}):
            values = [each.get(name) for each in flat]
            if values[0] != values[1]:
                yield {"setting": f"{stage}.{name}", "before": values[0], "after": values[1]}


def flatten(config: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """A section as dotted names and values; named tables of a list by their names."""
    found: dict[str, Any] = {}
    for name, value in config.items():
        inner = {each["name"]: each for each in value} if name in NAMED and isinstance(value, Sequence) else value
        if isinstance(inner, Mapping) and inner:
            found |= flatten(inner, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = value
    return found
