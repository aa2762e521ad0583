"""The tables that the report reads, from the artifacts of the stages before it.

Missing files are an error; missing rows are not: a language without test documents simply was not measured.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emma.store import shards
from emma.store.artifact import Artifact
from emma.store.files import read_json_lines

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Tables:
    """Everything measured, as rows."""

    collected: list[Row]  # lang, source, documents, bytes
    sources: list[Row]  # source, licence, origin, domain, documents, bytes, rejects
    curated: list[Row]  # lang, domain, source, outcome, documents, bytes
    fertility: list[Row]  # schemas.FERTILITY
    plan: list[Row]  # schemas.PLAN
    scores: list[Row]  # schemas.SCORES
    gains: list[Row]  # lang, bytes, bpb_base, bpb_adapted, delta, low, high; none without a base
    positions: list[Row]  # schemas.POSITIONS
    metrics: list[Row]  # step, tokens, loss, lr, grad_norm


def read(
    *, collect: Artifact, curate: Artifact, vocab: Artifact, mix: Artifact, train: Artifact, evaluate: Artifact
) -> Tables:
    """Read them all. Raises ArtifactError naming the file and, in JSON lines, the row that cannot be used."""
    return Tables(
        collected=_rows(collect.file("languages.parquet")),
        sources=_rows(collect.file("sources.parquet")),
        curated=_rows(curate.file("languages.parquet")),
        fertility=_rows(vocab.file("fertility.parquet")),
        plan=_rows(mix.file("plan.parquet")),
        scores=_rows(evaluate.file("scores.parquet")),
        gains=_rows(evaluate.file("gains.parquet")),
        positions=_rows(evaluate.file("positions.parquet")),
        metrics=list(read_json_lines(train.file("metrics.jsonl"))),
    )


def _rows(path: Path) -> list[Row]:
    rows: list[Row] = shards.read(path).to_pylist()
    return rows
