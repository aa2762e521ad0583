"""Base and adapted model on benchmarks, by `emma evaluate` as anyone would call it."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emma.store import shards

Row = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """What is asked of a benchmark."""

    task: str
    languages: tuple[str, ...]
    limit: int
    variants: dict[str, str]
    """The variants that are reported, each with its metric."""


def run_task(asked: Asked, models: dict[str, Path], bench: Path, home: Path) -> list[Row]:
    """The gains of a task: a row for each language, variant and metric that is reported."""
    out = home / "proof-benchmarks" / asked.task.replace(":", "-")
    named = [word for name, folder in models.items() for word in ("--model", f"{name}={folder}")]
    what = [
        "--task",
        asked.task,
        "--data",
        str(bench),
        "--lang",
        ",".join(asked.languages),
        "--limit",
        str(asked.limit),
    ]
    command = [sys.executable, "-m", "emma", "evaluate", *named, *what, "--home", str(home), "--out", str(out)]
    subprocess.run(command, check=True)
    rows = shards.read(out / "tasks" / "gains.parquet").to_pylist()
    return [row for row in rows if asked.variants.get(row["variant"]) == row["metric"]]


def share(row: Row, name: str) -> float:
    """A difference as a share of the baseline's score."""
    return float(row[name] or 0.0) / float(row["value_baseline"])


def describe_rows(rows: Sequence[Row]) -> list[list[str]]:
    """A row for each language: both scores, the difference with its interval, and the corrected p."""
    return [
        [
            f"{row['task']} {row['lang']}",
            row["variant"],
            str(row["items"]),
            f"{row['value_baseline']:.3f}",
            f"{row['value']:.3f}",
            f"{row['delta']:+.3f} [{_number(row['low'])}, {_number(row['high'])}]",
            f"{row['p']:.3f}",
            f"{row['q']:.3f}",
        ]
        for row in rows
    ]


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:+.3f}"


HEAD = ("benchmark", "variant", "items", "base", "adapted", "difference, 95 % interval", "p", "q")
