"""`emma why`: what was decided about one document, by which rule, and what it was measured against."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isnan

import pyarrow as pa
import pyarrow.compute as pc

from emma.curate.quality.agreement import known_labels, score_side
from emma.curate.quality.limits import LimitRow
from emma.curate.quality.rules import PAIR_FEATURES, SCORE
from emma.inspect.lookup import MAX_IDS, find_document, find_reject
from emma.lang.language import Lang, Pair
from emma.pipeline.corpus import read_part_row, read_provenance
from emma.pipeline.home import Run
from emma.schemas import FEATURES, Row
from emma.store import shards
from emma.store.artifact import Artifact
from emma.ui.numerals import MISSING

DOCUMENT_FACTS = ("id", "lang", "lang2", "source_code", "rule", "domain", "licence", "file", "row", "url", "repair")
"""Columns of the document that are shown as they are, where they have a value."""
SIZES = ("bytes", "chars", "words", "lines")
NOT_YET = "not made yet: {} has not finished"

LEVELS = {
    "fixed": "as the recipe has it",
    "language": "from its language",
    "script": "from its script",
    "all": "from all languages",
}
"""Where a limit comes from, by the level that curate's table names."""


PASSED_ON = {"public": "yes", "derived": "no (what is made from it may)", "private": "no"}
"""Classes of redistribution, in the words of the report."""


@dataclass(frozen=True)
class Fact:
    """One thing that is known of a document."""

    name: str
    value: str | int | float | None


def explain_document(run: Run, document: str) -> list[Fact]:
    """List what is known of a document by its id, the decision last. Raises RecipeError when none has that id."""
    collect = run.artifact("collect")
    if (reject := find_reject(collect, document)) is not None:
        return list(list_reject_facts(document, reject))
    return list(list_document_facts(run, collect, document))


def render_text(facts: Sequence[Fact]) -> Iterator[str]:
    """A line for each fact."""
    for fact in facts:
        yield f"{fact.name:<22} {fact.value}"


def list_reject_facts(document: str, reject: Row) -> Iterator[Fact]:
    """Why a row of a source is no document, and the bytes as they were found."""
    yield Fact("id", document)
    yield Fact("decision", f"rejected: {reject['reason']}")
    yield Fact("units", reject["units"])
    if reject["unread"]:
        yield Fact("bytes not read after it", reject["unread"])
    yield Fact("raw", _shorten(bytes(reject["raw"] or b"").decode("utf-8", "replace")))


def list_document_facts(run: Run, collect: Artifact, document: str) -> Iterator[Fact]:
    """The document, everything that was measured of it, and the decision, as far as the run has come."""
    shard, number = find_document(collect, document)
    row = read_part_row(collect.parts["documents"][shard], "documents", number)
    yield from (Fact(name, row[name]) for name in DOCUMENT_FACTS if row[name] is not None)
    yield from list_source_facts(collect, row)
    yield from (Fact(name, _shorten(row[name])) for name in ("text", "text2") if row[name] is not None)
    annotate = _made_from(collect, run, "annotate")
    if annotate is None:
        yield Fact("decision", NOT_YET.format("annotate"))
        return
    curate = _made_from(annotate, run, "curate")  # its guard may stop it, and names documents to look at
    limits = [] if curate is None else shards.read(curate.file("limits.parquet")).to_pylist()
    yield from list_measured_facts(annotate, shard, number, row, limits)
    if curate is None:
        yield Fact("decision", NOT_YET.format("curate"))
        return
    yield from list_decision_facts(collect, curate, shard, number, row)


def list_source_facts(collect: Artifact, row: Row) -> Iterator[Fact]:
    """List what the recipe declares of the document's source."""
    for source in shards.read(collect.file("sources.parquet")).to_pylist():
        if source["source"] == row["source"]:
            passed, priority = PASSED_ON.get(source.get("redistribution") or ""), source.get("priority")
            parts = [f"text may be passed on: {passed}"] if passed else []
            parts += [f"priority {priority}"] if priority is not None else []
            yield Fact("source", ", ".join([source["source"], *parts]))


def list_measured_facts(
    annotate: Artifact, shard: int, number: int, row: Row, limits: Sequence[LimitRow]
) -> Iterator[Fact]:
    """Everything that was measured, each beside the limits of its language or pair."""
    notes = read_part_row(annotate.parts["annotations"][shard], "annotations", number)
    yield from (Fact(name, notes[name]) for name in SIZES)
    agrees = "as the label says" if notes["script_agrees"] else "not as the label says"
    share = _format(notes["script_share"])
    yield Fact("script", f"{notes['script']} {share}, written {notes['written']}: {agrees}")
    pair = Pair(Lang.parse(row["lang"]), Lang.parse(row["lang2"])).label if row["lang2"] else None
    for name in FEATURES:
        label = pair if name in PAIR_FEATURES else row["lang"]
        if label is not None:
            yield Fact(name, _beside_limits(notes[name], limits, label, name))
    if "identified" in annotate.parts:
        yield from list_label_facts(annotate, shard, number, row, limits)
    if "contamination" in annotate.parts:
        hits = read_part_row(annotate.parts["contamination"][shard], "contamination", number)
        yield Fact("benchmarks", describe_hits(hits))


def list_label_facts(
    annotate: Artifact, shard: int, number: int, row: Row, limits: Sequence[LimitRow]
) -> Iterator[Fact]:
    """List what language ID says of each side, and the score of the label beside its limit."""
    identified = read_part_row(annotate.parts["identified"][shard], "identified", number)
    known = known_labels(annotate)
    for side in ("", "2"):
        lang, labels, scores = row[f"lang{side}"], identified[f"labels{side}"], identified[f"scores{side}"]
        if lang is not None:
            pairs = (f"{label} {_format(score)}" for label, score in zip(labels, scores, strict=True))
            yield Fact(f"identified{side}", ", ".join(pairs) or MISSING)
            one, two, three = (pa.chunked_array([pa.array([value])]) for value in (labels, scores, lang))
            # By curate's own function, so that what is shown is what was decided by.
            score = float(score_side(one, two, three, known)[0])
            value = None if isnan(score) else score
            yield Fact(f"{SCORE}{side}", _beside_limits(value, limits, lang, SCORE))


def describe_hits(hits: Row) -> str:
    """Describe what a document shares with benchmarks, from its row of CONTAMINATION."""
    if not hits["benchmark_grams"]:
        return "none"
    names = ", ".join(hits["benchmarks"])
    return f"{hits['benchmark_grams']} grams, {_format(hits['benchmark_share'])} of its own, are in {names}"


def list_decision_facts(collect: Artifact, curate: Artifact, shard: int, number: int, row: Row) -> Iterator[Fact]:
    """The decision, and what else stays of its cluster."""
    choice = read_part_row(curate.parts["selection"][shard], "selection", number)
    yield Fact("cluster", f"{choice['cluster']} ({choice['cluster_size']} documents)")
    if choice["cluster_size"] > 1:
        others = [name for name in list_kept_ids(collect, curate, choice["cluster"], row["lang"]) if name != row["id"]]
        yield Fact("kept of it", ", ".join(others[:MAX_IDS]) or "no other")
    if choice["drop_lines"]:
        lines = row["text"].split("\n")
        for line in choice["drop_lines"]:
            yield Fact("left out", f"line {line + 1}: {_shorten(lines[line], 80)}")
    yield Fact("decision", choice["split"] or f"dropped: {choice['reason']}")


def list_kept_ids(collect: Artifact, curate: Artifact, cluster: str, lang: str) -> Iterator[str]:
    """Ids of the documents of a cluster and language that stay."""
    for documents, selection in zip(collect.parts["documents"], curate.parts["selection"], strict=True):
        chosen = shards.read(selection.file("selection.parquet"), ["cluster", "split"])
        mine = pc.and_(pc.equal(chosen["cluster"], cluster), pc.is_valid(chosen["split"]))
        if pc.any(mine).as_py():
            # Only where the cluster has rows: ids of all shards would take a while.
            table = shards.read(documents.file("documents.parquet"), ["id", "lang"]).filter(mine)
            yield from table.filter(pc.equal(table["lang"], lang))["id"].to_pylist()


def _made_from(before: Artifact, run: Run, stage: str) -> Artifact | None:
    """The run's artifact of a stage, or None where there is none, or it is of an older run that read something else."""
    if stage not in run.addresses:
        return None
    artifact = run.artifact(stage)
    return artifact if before.key in read_provenance(artifact)["inputs"].values() else None


def _beside_limits(value: object, limits: Sequence[LimitRow], label: str, feature: str) -> str:
    """A measured value beside the limits its language had for it, and whose distribution they came from."""
    rows = [row for row in limits if (row["lang"], row["feature"]) == (label, feature)]
    stated = [
        f"{row['side']} limit {_format(row['limit'])} {LEVELS.get(row['level'], row['level'])}"
        for row in rows
        if row["limit"] is not None
    ]
    # Too few documents, of the language and of all others, to know what is usual.
    return f"{_format(value)}  ({', '.join(stated) or 'no limit'})" if rows else _format(value)


def _format(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else MISSING


def _shorten(text: object, length: int = 200) -> str:
    line = str(text).replace("\n", " ⏎ ")
    return line if len(line) <= length else f"{line[:length]}…"
