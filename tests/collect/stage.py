"""What tests of the whole stage share: a section with one source, and its tables."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

from emma.collect.config import CollectConfig, SourceConfig
from emma.store import shards
from emma.store.artifact import Artifact
from emma.work.work import StageOutput, Work

MakeWork = Callable[..., Work]


def source(name: str = "web", path: str = "web/*.jsonl", **changes: object) -> SourceConfig:
    values = {"name": name, "reader": "jsonl", "path": path, "licence": "CC0-1.0", "domain": "web", **changes}
    return SourceConfig.model_validate(values)


def a_file_a_task(data: Path) -> int:
    return (data / "web/0.jsonl").stat().st_size


def section(data: Path, *sources: SourceConfig, **changes: object) -> CollectConfig:
    return CollectConfig.model_validate({"sources": sources or (source(),), "root": str(data), **changes})


def table(made: StageOutput | Artifact, name: str) -> pa.Table:
    return shards.read_all(part.file(f"{name}.parquet") for part in made.parts["documents"])


BENCHMARK = {
    "name": "sib",
    "reader": "csv",
    "path": "bench/*.tsv",
    "licence": "CC-BY-SA-4.0",
    "lang_from": "([a-z]+).tsv",
}


def write_benchmark(data: Path) -> None:
    (data / "bench").mkdir()
    (data / "bench/sw.tsv").write_text("text\tlabel\nswali\t1\nragged\n")


def write_joinable(data: Path) -> None:
    codes = ["sw"] * 5 + ["qaa"] * 3
    (data / "web/0.jsonl").write_text("\n".join(f'{{"text": "neno", "lang": "{code}"}}' for code in codes))
