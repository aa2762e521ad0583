"""`emma why`: what was decided about one document, by which rule, and what it was measured against."""

from collections.abc import Iterator, Mapping, Sequence
from math import isnan
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from emma.curate.quality.agreement import known_labels, score_side
from emma.curate.quality.rules import PAIR_FEATURES, SCORE, pair_label
from emma.inspect.finding import EXAMPLES, find, find_reject
from emma.pipeline.corpus import made_by, read_row
from emma.pipeline.home import Run
from emma.schemas import FEATURES
from emma.store import shards
from emma.store.artifact import Artifact

ABOUT = ("id", "lang", "lang2", "source_code", "rule", "domain", "licence", "file", "row", "url", "repair")
"""Columns of the document that are shown as they are, where they say anything."""
SIZES = ("bytes", "chars", "words", "lines")
NOT_YET = "not made yet: {} has not finished"
DASH = "–"

Row = Mapping[str, Any]
Said = Iterator[tuple[str, object]]


def why(run: Run, document: str) -> Said:
    """Rows of (what, value) about one document id. Raises RecipeError when no document has that id."""
    collect = run.artifact("collect")
    if (reject := find_reject(collect, document)) is not None:
        yield from (("id", document), ("decision", f"rejected: {reject['reason']}"), ("units", reject["units"]))
        if reject["unread"]:
            yield "bytes not read after it", reject["unread"]
        yield "raw", _short(bytes(reject["raw"] or b"").decode("utf-8", "replace"))
        return
    shard, row = find(collect, document)
    found = read_row(collect.parts["documents"][shard], "documents", row)
    yield from ((name, found[name]) for name in ABOUT if found[name] is not None)
    yield from source(collect, found)
    yield from ((name, _short(found[name])) for name in ("text", "text2") if found[name] is not None)
    annotate = _made_from(collect, run, "annotate")
    if annotate is None:
        yield "decision", NOT_YET.format("annotate")
        return
    curate = _made_from(annotate, run, "curate")  # its guard may stop it, and names documents to look at
    limits = [] if curate is None else shards.read(curate.file("limits.parquet")).to_pylist()
    yield from measured(annotate, shard, row, found, limits)
    if curate is None:
        yield "decision", NOT_YET.format("curate")
        return
    yield from decided(collect, curate, shard, row, found)


def source(collect: Artifact, found: Row) -> Said:
    """What the recipe declares of the document's source."""
    for row in shards.read(collect.file("sources.parquet")).to_pylist():
        if row["source"] == found["source"]:
            declared = ((name, row.get(name)) for name in ("redistribution", "priority"))
            yield (
                "source",
                ", ".join([row["source"], *(f"{name} {value}" for name, value in declared if value is not None)]),
            )


def measured(annotate: Artifact, shard: int, row: int, found: Row, limits: Sequence[Row]) -> Said:
    """Everything that was measured, each beside the limits of its language or pair."""
    notes = read_row(annotate.parts["annotations"][shard], "annotations", row)
    yield from ((name, notes[name]) for name in SIZES)
    agrees = "as the label says" if notes["script_agrees"] else "not as the label says"
    yield "script", f"{notes['script']} {_number(notes['script_share'])}, written {notes['written']}: {agrees}"
    pair = pair_label(found["lang"], found["lang2"]) if found["lang2"] else None
    for name in FEATURES:
        label = pair if name in PAIR_FEATURES else found["lang"]
        if label is not None:
            yield name, _against(notes[name], _rules(limits, label, name))
    if "identified" in annotate.parts:
        yield from identified(annotate, shard, row, found, limits)
    if "contamination" in annotate.parts:
        yield "benchmarks", met(read_row(annotate.parts["contamination"][shard], "contamination", row))


def identified(annotate: Artifact, shard: int, row: int, found: Row, limits: Sequence[Row]) -> Said:
    """What language ID says of each side, and the score of the label beside its limit."""
    said, known = read_row(annotate.parts["identified"][shard], "identified", row), known_labels(annotate)
    for side in ("", "2"):
        lang, labels, scores = found[f"lang{side}"], said[f"labels{side}"], said[f"scores{side}"]
        if lang is not None:
            pairs = (f"{label} {_number(score)}" for label, score in zip(labels, scores, strict=True))
            yield f"identified{side}", ", ".join(pairs) or DASH
            first, second, third = (pa.chunked_array([pa.array([each])]) for each in (labels, scores, lang))
            score = float(score_side(first, second, third, known)[0])
            yield f"{SCORE}{side}", _against(None if isnan(score) else score, _rules(limits, lang, SCORE))


def met(hits: Row) -> str:
    """What a document shares with benchmarks."""
    if not hits["benchmark_grams"]:
        return "none"
    names = ", ".join(hits["benchmarks"])
    return f"{hits['benchmark_grams']} grams, {_number(hits['benchmark_share'])} of its own, are in {names}"


def decided(collect: Artifact, curate: Artifact, shard: int, row: int, found: Row) -> Said:
    """The decision, and what else stays of its cluster."""
    choice = read_row(curate.parts["selection"][shard], "selection", row)
    yield "cluster", f"{choice['cluster']} ({choice['cluster_size']} documents)"
    if choice["cluster_size"] > 1:
        others = [each for each in kept_in(collect, curate, choice["cluster"], found["lang"]) if each != found["id"]]
        yield "kept of it", ", ".join(others[:EXAMPLES]) or "no other"
    if choice["drop_lines"]:
        lines = found["text"].split("\n")
        for number in choice["drop_lines"]:
            yield "left out", f"line {number + 1}: {_short(lines[number], 80)}"
    yield "decision", choice["split"] or f"dropped: {choice['reason']}"


def kept_in(collect: Artifact, curate: Artifact, cluster: str, lang: str) -> Iterator[str]:
    """Ids of the documents of a cluster and language that stay."""
    for documents, selection in zip(collect.parts["documents"], curate.parts["selection"], strict=True):
        chosen = shards.read(selection.file("selection.parquet"), ["cluster", "split"])
        mine = pc.and_(pc.equal(chosen["cluster"], cluster), pc.is_valid(chosen["split"]))
        if pc.any(mine).as_py():
            table = shards.read(documents.file("documents.parquet"), ["id", "lang"]).filter(mine)
            yield from table.filter(pc.equal(table["lang"], lang))["id"].to_pylist()


def _made_from(before: Artifact, run: Run, stage: str) -> Artifact | None:
    """The run's artifact of a stage, or None where there is none, or it is of an older run that read something else."""
    if stage not in run.addresses:
        return None
    artifact = run.artifact(stage)
    return artifact if before.key in made_by(artifact)["inputs"].values() else None


def _rules(limits: Sequence[Row], label: str, feature: str) -> list[Row]:
    return [each for each in limits if (each["lang"], each["feature"]) == (label, feature)]


def _against(value: object, rules: Sequence[Row] = ()) -> str:
    """A measured value beside the limits its language had for it, and whose distribution they came from."""
    stated = [f"{each['side']} limit {_number(each['limit'], 'none')} from {each['level']}" for each in rules]
    return f"{_number(value)}  ({', '.join(stated)})" if stated else _number(value)


def _number(value: object, nothing: str = DASH) -> str:
    return f"{value:.3f}" if isinstance(value, float) else nothing


def _short(text: object, length: int = 200) -> str:
    shown = str(text).replace("\n", " ⏎ ")
    return shown if len(shown) <= length else f"{shown[:length]}…"
