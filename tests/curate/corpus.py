"""A synthetic corpus of many languages with planted duplicates, and the stages run on it."""

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pytest

from emma.annotate.config import AnnotateConfig
from emma.annotate.run import annotate
from emma.curate.config import CurateConfig
from emma.curate.run import curate
from emma.pipeline.corpus import Corpus
from emma.schemas import CONTAMINATION, IDENTIFIED
from emma.store import shards
from emma.store.artifact import Artifact
from emma.work.work import StageOutput, Work
from tests.conftest import documents

Row = dict[str, Any]

ALPHABETS = {
    "bos_Latn": "abcčdeghijklmnoprsštuvz",
    "rus_Cyrl": "абвгдежзиклмнопрст",
    "hin_Deva": "कखगघचछजटडतदनपबमयरलवसह",
    "arb_Arab": "ابتثجحدرسشصطعفقكلمنهوي",
    "amh_Ethi": "ሀለሐመሠረሰቀበተኀነአከወ",
    "tha_Thai": "กขคงจชดตทนบปพมยรลวสห",
    "zho_Hans": "的一是不了人我在有他这中大来上国",
    "zgh_Tfng": "ⴰⴱⴳⴷⴹⴻⴼⴽⵀⵃⵄⵅⵇⵉⵊⵍⵎⵏ",
}


def prose(lang: str, seed: Any, words: int = 25) -> str:
    """Sentences of random words in a language's letters; Thai and Han without spaces."""
    chance = random.Random(f"{lang} {seed}")
    made = ["".join(chance.choices(ALPHABETS[lang], k=chance.randint(3, 8))) for _ in range(words)]
    return ("" if lang in {"tha_Thai", "zho_Hans"} else " ").join(made) + "."


def plain(count: int, langs: Sequence[str] = tuple(ALPHABETS)) -> list[Row]:
    """`count` different documents of every language, languages interleaved."""
    return [{"lang": lang, "text": prose(lang, at)} for at in range(count) for lang in langs]


@dataclass
class Bench:
    """Runs annotate and curate on rows cut into shards, each of one source.

    Beside columns of DOCUMENTS a row may have `features`, which take the place of measured ones; `lid` and `lid2`,
    labels and scores of a model; and `met`, the benchmarks that it shares a gram with.
    """

    make_work: Callable[..., Work]
    make_artifact: Callable[..., Artifact]
    runs: int = 0
    priorities: Mapping[str, int] = field(default_factory=dict)
    """By source."""
    known: Sequence[str] | None = None
    """Labels of a language-identification model, if there is one."""
    benchmarks: Sequence[Row] = ()
    """Documents of benchmarks."""

    def collect(self, rows: Sequence[Row], sizes: Sequence[int] = ()) -> tuple[Artifact, Artifact]:
        """The documents in shards of these sizes (all in one where none are given), and their annotations."""
        self.runs += 1
        made, notes, start = [], [], 0
        for number, size in enumerate(sizes or [len(rows)]):
            mine, name = rows[start : start + size], f"{self.runs}-{number}"
            part = documents(rows).slice(start, size)
            made.append(self.make_artifact(f"collected{name}", {"documents.parquet": part}))
            notes.append(self.make_artifact(f"annotated{name}", self.notes(made[-1], mine)))
            start += size
        sources = {row.get("source", "test") for row in rows} | {"unread"}
        files = {"sources.parquet": pa.Table.from_pylist([self.declared(source) for source in sorted(sources)])}
        parts = {"documents": made}
        if self.benchmarks:
            tested = {"documents.parquet": documents(self.benchmarks)}
            parts["benchmarks"] = [self.make_artifact(f"benchmarks{self.runs}", tested)]
        return self.make_artifact(f"collect{self.runs}", files, **parts), self.annotated(notes)

    def declared(self, source: str) -> Row:
        """What a recipe says of a source."""
        facts = {"licence": "CC0-1.0", "redistribution": "public", "origin": "https://example.org", "domain": "test"}
        return {"source": source, **facts, "priority": self.priorities.get(source, 0)}

    def notes(self, made: Artifact, rows: Sequence[Row]) -> dict[str, pa.Table]:
        """Everything that annotate says of a shard, as files of one artifact."""
        whole = self.make_artifact(f"{made.key}-alone", documents=[made])
        part = annotate(AnnotateConfig(), collect=whole, work=self.make_work("annotate")).parts["annotations"][0]
        table = shards.read(part.file("annotations.parquet"))
        for at, row in enumerate(rows):
            table = overlay(table, at, row.get("features", {}))
        said = [
            {
                f"{what}{side}": [pair[at] for pair in row.get(f"lid{side}", [])]
                for side in ("", "2")
                for at, what in enumerate(("labels", "scores"))
            }
            for row in rows
        ]
        hits = [
            {
                "benchmark": min(row["met"]),
                "benchmark_grams": row.get("grams", 1),
                "benchmark_share": row.get("share", 0.5),
                "benchmarks": sorted(row["met"]),
            }
            if row.get("met")
            else {"benchmark": None, "benchmark_grams": 0, "benchmark_share": 0.0, "benchmarks": []}
            for row in rows
        ]
        return {
            "annotations.parquet": table,
            "identified.parquet": pa.Table.from_pylist(said, schema=IDENTIFIED),
            "contamination.parquet": pa.Table.from_pylist(hits, schema=CONTAMINATION),
        }

    def annotated(self, notes: Sequence[Artifact]) -> Artifact:
        """The annotate artifact, with the parts that a recipe of this kind would have."""
        files, parts = {}, {"annotations": notes}
        if self.known is not None:
            parts["identified"] = notes
            rows = [{"model_label": f"__label__{label}", "label": label} for label in self.known]
            files["lid_labels.parquet"] = pa.Table.from_pylist(rows)
        if self.benchmarks:
            parts["contamination"] = notes
            kinds = Counter((row["source"], row["lang"]) for row in self.benchmarks)
            items = [
                {"benchmark": name, "lang": lang, "items": count, "items_hit": 1, "documents_hit": 1}
                for (name, lang), count in kinds.items()
            ]
            files["benchmarks.parquet"] = pa.Table.from_pylist(items)
        return self.make_artifact(f"annotate{self.runs}", files, **parts)

    def run(
        self, rows: Sequence[Row], section: CurateConfig | None = None, sizes: Sequence[int] = (), workers: int = 1
    ) -> tuple[list[Row], StageOutput, Work]:
        """The selection rows, what the stage returned, and the work whose folder it wrote to."""
        _, made, work = self.compile(rows, section, sizes, workers)
        selection: list[Row] = [
            row for part in made.parts["selection"] for row in shards.read(part.file("selection.parquet")).to_pylist()
        ]
        return selection, made, work

    def compile(
        self, rows: Sequence[Row], section: CurateConfig | None = None, sizes: Sequence[int] = (), workers: int = 1
    ) -> tuple[Corpus, StageOutput, Work]:
        """The three artifacts, what the stage returned, and its work."""
        collected, annotated = self.collect(rows, sizes)
        work = self.make_work("curate", key=f"{self.runs:020}", workers=workers)
        with work.executor:
            made = curate(section or CurateConfig(), collect=collected, annotate=annotated, work=work)
        parts = {name: tuple(each) for name, each in made.parts.items()}
        return Corpus(collected, annotated, Artifact(work.out, work.key, made.counts, parts)), made, work


def overlay(table: pa.Table, at: int, features: Mapping[str, float | None]) -> pa.Table:
    """The table with other values in one row."""
    for name, value in features.items():
        values = table[name].to_pylist()
        values[at] = value
        place = table.column_names.index(name)
        table = table.set_column(place, table.schema.field(name), pa.array(values, table.schema.field(name).type))
    return table


def rows_of(work: Work, table: str) -> list[Row]:
    """The rows of one of curate's tables."""
    found: list[Row] = shards.read(work.out / f"{table}.parquet").to_pylist()
    return found


@pytest.fixture
def bench(make_work: Callable[..., Work], make_artifact: Callable[..., Artifact]) -> Bench:
    """Runs of the stages."""
    return Bench(make_work, make_artifact)
