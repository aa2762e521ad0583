"""Base and adapted model on benchmarks in every language there is, and on program code, as rows of small tables."""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from statistics import fmean
from tempfile import mkdtemp
from typing import Any

import zstandard

from benchmarks.gpu.parcel import Parcel
from benchmarks.likelihood import sum_nats
from emma.evaluate.config import EvaluateConfig
from emma.evaluate.likelihood.documents import ScoredDocument
from emma.evaluate.likelihood.score import Scorer
from emma.evaluate.likelihood.tables import tabulate_gains
from emma.lang.coverage import is_language
from emma.pipeline.benchmarks import BenchmarkQuestion, evaluate_models
from emma.report.validation import read_validation
from emma.store import shards
from emma.store.artifact import Artifact
from emma.work.progress import Reporter

ENGLISH = "eng_Latn"
Rows = list[dict[str, Any]]
COLUMNS = ("task", "lang", "variant", "metric", "items", "value_baseline", "value", "low", "high", "q", "delta")
MEANS = ("model", "task", "variant", "metric", "languages", "value", "low", "high", "delta", "delta_low", "delta_high")


def measure_tasks(
    parcel: Parcel, models: Mapping[str, Path], task: str, limit: int | None, settings: Mapping[str, Any]
) -> dict[str, Rows]:
    """The gain in each language (schemas.TASK_GAINS) and the means over languages (schemas.TASK_AVERAGES) of a task, by
    its first metric."""
    question = BenchmarkQuestion(
        models=[f"{name}={folder}" for name, folder in models.items()],
        tasks=[task],
        data=parcel.bench,
        out=Path(mkdtemp()),
        settings={"limit": limit, **settings},
    )
    folder = evaluate_models(question, parcel.home, Reporter())
    assert folder is not None
    read = {name: shards.read(folder / "tasks" / f"{name}.parquet").to_pylist() for name in ("gains", "averages")}
    gains = [{name: row[name] for name in COLUMNS} for row in read["gains"] if not row["clean"]]
    means = [row for row in read["averages"] if row["task"] and not row["clean"] and row["group_by"] == "all"]
    return {"gains": gains, "means": [{name: row[name] for name in MEANS} for row in means]}


def list_curve(trained: Artifact) -> Rows:
    """Bits per byte of held-out text at each evaluation while training: of each language, of program code, and the mean
    of all languages but English, without a `lang`."""
    found = read_validation(trained)
    curves = found.languages if found is not None else {}
    rows = [{"lang": lang, "step": step, "bpb": bits} for lang, curve in curves.items() for step, bits in curve.items()]
    others = [row for row in rows if is_language(str(row["lang"])) and row["lang"] != ENGLISH]
    steps = sorted({row["step"] for row in others})
    means = {step: fmean(row["bpb"] for row in others if row["step"] == step) for step in steps}
    return [*({"lang": None, "step": step, "bpb": bits} for step, bits in means.items()), *rows]


def measure_code(
    parcel: Parcel, models: Mapping[str, Path], programs: int, settings: Mapping[str, Any]
) -> dict[str, Rows]:
    """The gain in bits per byte on the programs of MBXP, prompts with their solutions, by programming language."""
    section = EvaluateConfig(**settings)
    documents = read_code(parcel.bench / "mbxp", programs)
    texts = [str(row["text"]) for row in documents]
    items: list[Any] = []
    for model, folder in models.items():
        scorer = Scorer.open(folder, section)
        encoded = scorer.encode(texts)
        items += [
            ScoredDocument(**row, model=model, nats=cost, tokens=len(text.ids) - 1, altered=text.altered)
            for row, text, cost in zip(documents, encoded, sum_nats(scorer, encoded), strict=True)
        ]
    return {"gains": tabulate_gains(items, section).to_pylist()}


def read_code(folder: Path, programs: int) -> list[Any]:
    """The first programs of each language that has solutions."""
    documents = []
    for path in sorted(folder.glob("*.jsonl.zst")):
        with path.open("rb") as raw, zstandard.ZstdDecompressor().stream_reader(raw) as packed:
            rows = [json.loads(line) for line in io.TextIOWrapper(packed, "utf-8")]
        solved = [row for row in rows if row.get("canonical_solution")]
        for row in solved[:programs]:
            text = row["prompt"] + row["canonical_solution"]
            document = {"id": row["task_id"], "lang": row["language"], "domain": "code", "text": text}
            documents.append({**document, "bytes": len(text.encode())})
    return documents
