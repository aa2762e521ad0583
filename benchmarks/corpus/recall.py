"""Recall and precision of duplicates on the bench set, by true similarity, script class, kind and length.

    python -m benchmarks.corpus.recall [--data ../shared/data] [--work DIR]

A copy is found when its text and that of its original are not both kept, in whatever document. The similarity of a pair
is the Jaccard similarity of its shingles as EMMA defines them, so 0 for two texts that it shingles differently. What is
dropped is right when its cluster has a planted partner of it or when it resembles the document it was dropped for.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks.corpus import made
from benchmarks.machine import machine, publish
from emma.curate.config import CurateConfig
from emma.curate.duplicates.find import Copies, find_duplicates
from emma.curate.duplicates.shingles import shingle_sets
from emma.kernels.duplicates import jaccard_of_pairs
from emma.kernels.sets import EXACT, KEPT, NEAR
from emma.pipeline.home import Home
from emma.store import shards
from emma.store.artifact import Artifact
from emma.work.local import Local
from emma.work.progress import Reporter
from emma.work.work import Work

Parts = Sequence[tuple[Artifact, Artifact]]
BINS = ((1.0, "1"), (0.9, "0.9–1"), (0.8, "0.8–0.9"), (0.7, "0.7–0.8"), (0.6, "0.6–0.7"), (0.0, "below 0.6"))
CLASSES = ("alphabet", "abjad", "abugida", "unspaced", "Han and kana", "Hangul")


@dataclass(frozen=True)
class Judged:
    """A planted copy and what became of it."""

    copy: made.Copy
    found: bool
    similarity: float

    @property
    def bin(self) -> str:
        """Which of BINS."""
        return next(name for least, name in BINS if self.similarity >= least)


@dataclass(frozen=True)
class Result:
    """Everything that is reported."""

    copies: list[Judged]
    lost: int
    """Copies that collect rejected, or whose originals it did."""
    dropped: int
    planted: int
    """Of those, with a planted partner in the cluster."""
    similar: int
    """Of those without one, such as resemble the document they were dropped for."""
    largest: int
    """Documents of the largest cluster."""


def annotated(documents: Path, home: Path) -> Parts:
    """The set through collect and annotate."""
    recipe = home / "made.toml"
    recipe.write_text(made.recipe(documents), encoding="utf-8")
    subprocess.run([sys.executable, "-m", "emma", "annotate", str(recipe), "--home", str(home)], check=True)
    run = Home(home).run("made")
    collected, annotations = run.artifact("collect"), run.artifact("annotate")
    return list(zip(collected.parts["documents"], annotations.parts["annotations"], strict=True))


def names(documents: Path, parts: Parts) -> tuple[list[str], list[str]]:
    """The bench set's ids of the collected documents, and their languages."""
    ids = {
        path.name: [json.loads(line)["id"] for line in path.open(encoding="utf-8")]
        for path in sorted(documents.glob("*.jsonl"))
    }
    table = pa.concat_tables(
        [shards.read(part.file("documents.parquet"), ["file", "row", "lang"]) for part, _ in parts]
    )
    found = [ids[row["file"]][row["row"] - 1] for row in table.select(["file", "row"]).to_pylist()]
    return found, table["lang"].to_pylist()


def similarities(parts: Parts, left: Sequence[int], right: Sequence[int]) -> np.ndarray:
    """The Jaccard similarity of pairs of documents, by their numbers."""
    tables = [
        table
        for documents, annotations in parts
        for table in shards.aligned(
            [
                (documents.file("documents.parquet"), ["text", "text2"]),
                (annotations.file("annotations.parquet"), ["script", "words", "side_hashes"]),
            ]
        )
    ]
    rows, places = np.unique(np.array([left, right], np.int64), return_inverse=True)
    hashes, starts = shingle_sets(pa.concat_tables(tables).take(pa.array(rows)))
    return jaccard_of_pairs(hashes, starts, *places.reshape(2, -1))


def judge(truth: Sequence[made.Copy], documents: Path, parts: Parts, sets: Artifact) -> Result:
    """Compare what is kept with the truth."""
    ids, langs = names(documents, parts)
    numbers = {name: at for at, name in enumerate(ids)}
    codes = np.unique(np.array(langs), return_inverse=True)[1].astype(np.int32)
    fates, winners = Copies.of(sets).choose_survivors(codes, np.ones(len(ids), np.bool_))
    there = [each for each in truth if each.copy in numbers and each.original in numbers]
    sides = [numbers[each.copy] for each in there], [numbers[each.original] for each in there]
    texts = np.where(fates == EXACT, winners, np.arange(len(ids)))  # the document in which each text stays, if any
    one, two = texts[sides[0]], texts[sides[1]]
    found = ((one == two) | (fates[one] == NEAR) | (fates[two] == NEAR)).tolist()
    copies = [Judged(*each) for each in zip(there, found, similarities(parts, *sides).tolist(), strict=True)]
    return Result(copies, len(truth) - len(there), *precision(ids, parts, sets, fates, winners))


def precision(
    ids: Sequence[str], parts: Parts, sets: Artifact, fates: np.ndarray, winners: np.ndarray
) -> tuple[int, int, int, int]:
    """Dropped documents, those with a planted partner in their cluster, other right ones, and the largest cluster."""
    clusters = np.load(sets.file("near.npy"))
    origins = np.array([made.original(each) for each in ids])
    keys, counts = np.unique(np.stack([clusters, origins]), axis=1, return_counts=True)
    planted_keys = {(cluster, origin) for cluster, origin in keys[:, counts > 1].T.tolist()}
    dropped = np.flatnonzero(fates != KEPT).tolist()
    others = [at for at in dropped if (clusters[at], origins[at]) not in planted_keys]
    exact = sum(fates[at] == EXACT for at in others)
    near = [at for at in others if fates[at] == NEAR]
    right = int((similarities(parts, near, winners[near].tolist()) >= 0.6).sum()) if near else 0
    return len(dropped), len(dropped) - len(others), exact + right, int(np.bincount(clusters).max())


def rate(copies: Sequence[Judged]) -> str:
    """Recall, and of how many."""
    return f"{sum(each.found for each in copies) / len(copies):.4f} ({len(copies):,})" if copies else "–"


def cross(copies: Sequence[Judged], row: Callable[[Judged], str], rows: Sequence[str]) -> Iterator[str]:
    """A table of recall: `rows` down, script classes across."""
    yield f"| | all | {' | '.join(CLASSES)} |"
    yield "|---" * (len(CLASSES) + 2) + "|"
    for name in rows:
        mine = [each for each in copies if row(each) == name]
        by_class = [rate([each for each in mine if each.copy.script_class == name_]) for name_ in CLASSES]
        yield f"| {name} | {rate(mine)} | {' | '.join(by_class)} |"


def report(result: Result, facts: dict[str, Any]) -> str:
    """The result file."""
    exact = [each for each in result.copies if each.copy.kind == "exact"]
    near = [each for each in result.copies if each.copy.kind != "exact"]
    right = (result.planted + result.similar) / result.dropped
    kinds = dict.fromkeys(each.copy.kind for each in near)
    lengths = [*(name for _, name in made.LENGTHS), "10,000 and more"]
    return "\n".join([
        "# Duplicates: recall and precision",
        "",
        f"{machine()}.",
        "",
        "Run again with `python -m benchmarks.corpus.recall`. "
        f"{facts['documents']:,} documents, {facts['text_bytes'] / 1e6:.1f} MB, {facts['languages']} languages; "
        f"{facts['stretched']:,} of the {facts['originals']:,} originals are other originals' sentences in another "
        f"order. {result.lost} copies did not pass collect, or their originals did not.",
        "",
        f"Precision: {right:.5f}. {result.dropped:,} documents are dropped; {result.planted:,} have a planted partner "
        f"in their cluster, {result.similar:,} others resemble the document they are dropped for. The largest cluster "
        f"has {result.largest:,} documents.",
        "",
        "## Exact copies, by characters", "", *cross(exact, lambda each: each.copy.length_class, lengths), "",
        "## Altered copies, by true Jaccard similarity", "",
        *cross(near, lambda each: each.bin, [name for _, name in BINS]), "",
        "## Altered copies, by kind, of any similarity", "", *cross(near, lambda each: each.copy.kind, list(kinds)), "",
        "## Altered copies at 0.6 or more, by characters", "",
        *cross([each for each in near if each.similarity >= 0.6], lambda each: each.copy.length_class, lengths),
    ]) + "\n"  # fmt: skip


def main() -> None:
    arguments = made.arguments(__doc__)
    documents = made.make(arguments.data, arguments.work / "set")
    home = arguments.work / "home"
    home.mkdir(parents=True, exist_ok=True)
    parts = annotated(documents, home)
    shutil.rmtree(home / "store" / "bench", ignore_errors=True)  # of other code, perhaps
    work = Work(home / "store", "bench", 1, "recall", home, Local(), Reporter())
    with work.executor:
        section = CurateConfig()
        sets = find_duplicates(parts, work, buckets=section.buckets, near_threshold=section.near_threshold)
    truth = [made.Copy(**json.loads(line)) for line in (arguments.work / "set" / "truth.jsonl").open(encoding="utf-8")]
    facts = json.loads((arguments.work / "set" / "facts.json").read_text(encoding="utf-8"))
    result = report(judge(truth, documents, parts, sets), facts)
    publish("corpus-duplicates", result, only_print=arguments.print)


if __name__ == "__main__":
    main()
