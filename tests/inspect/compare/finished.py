"""Runs that never were, with what a comparison reads of them: scores of documents, a report, and a log."""

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path

import pyarrow as pa

from emma.pipeline.home import Home, Run
from emma.schemas import ITEMS
from emma.store import shards
from emma.store.address import address
from emma.store.artifact import Artifact, commit, staging

Documents = Mapping[str, Mapping[str, tuple[float, int]]]
"""By language and id: bits per byte with the adapted model, and bytes."""


def finish_run(home: Home, name: str, documents: Documents, *, english: float = 1.0, **settings: object) -> Run:
    """Write what a finished run has; `english` is its bits per byte after training, 1 before."""
    run = home.run(name)
    run.path.mkdir(parents=True)
    langs = {lang: sum(size for _, size in scored.values()) for lang, scored in documents.items()}
    rows = [describe_language(lang, documents[lang]) for lang in langs]
    inputs = {"base": "b" * 20, "pack": name}
    record(run, "collect", {}, {"sources": [{"name": "web", "path": "a"}]}, raw={"web": [["a.txt", name]]})
    record(run, "mix", {"plan.json": lambda path: path.write_text('{"sequence_length": 64}')}, {})
    record(
        run, "train", {"model/config.json": lambda path: path.write_text(json.dumps(CONFIG))}, settings, inputs=inputs
    )
    record(run, "evaluate", {"items.parquet": lambda path: shards.write(path, tabulate(documents))}, {})
    report = {"languages.json": rows, "report.json": summarise(rows, english)}
    record(
        run,
        "report",
        {name: lambda path, each=each: path.write_text(json.dumps(each)) for name, each in report.items()},
        {},
    )
    return run


def record(
    run: Run,
    stage: str,
    files: Mapping[str, Callable[[Path], object]],
    config: Mapping[str, object],
    *,
    inputs: Mapping[str, str] = {},
    raw: Mapping[str, object] = {},
) -> None:
    """Commit one artifact of a run and note it."""
    made_by = {"stage": stage, "version": 1, "config": dict(config), "inputs": dict(inputs), "raw": dict(raw)}
    key = address(run.name, made_by)
    path = run.home.store / stage / key
    with staging(path) as temporary:
        for name, write in files.items():
            (temporary / name).parent.mkdir(parents=True, exist_ok=True)
            write(temporary / name)
        artifact: Artifact = commit(temporary, path, root=run.home.store, made_by=made_by, key=key, counts={})
    run.record(stage, artifact, {})


def tabulate(documents: Documents) -> pa.Table:
    rows = [
        {
            "model": model,
            "lang": lang,
            "domain": "web",
            "id": name,
            "nats": bits * math.log(2) * size * (2 if model == "base" else 1),
            "tokens": size // 3,
            "bytes": size,
        }
        for lang, scored in documents.items()
        for name, (bits, size) in scored.items()
        for model in ("base", "adapted")
    ]
    return pa.Table.from_pylist(rows, ITEMS)


def describe_language(lang: str, scored: Mapping[str, tuple[float, int]]) -> dict[str, object]:
    size = sum(size for _, size in scored.values())
    bits = sum(bits * size for bits, size in scored.values()) / size if size else None
    return {"lang": lang, "train_bytes": 10 * size, "bits_per_byte": bits, "bits_per_byte_base": bits and 2 * bits}


def summarise(rows: list[dict[str, object]], english: float) -> dict[str, object]:
    counts = {f"languages_{word}": len(rows) for word in ("trained", "measured", "improved", "worse", "base_above_8")}
    return {
        **counts,
        "bpb_base": 2.0,
        "bpb_adapted": 1.5,
        "tokens_per_byte_base": None,
        "tokens_per_byte": 0.25,
        "english": {"bpb_base": 1.0, "bpb_adapted": english},
        "code": None,
        "data": {"documents_kept": 10, "bytes_kept": 1000},
        "training": {"steps": 10, "tokens": 1000},
    }


CONFIG = {
    "model_type": "llama",
    "vocab_size": 100,
    "hidden_size": 8,
    "intermediate_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
}
