"""What each run took by its log, on the machine it ran on."""

from pathlib import Path
from statistics import median
from typing import TypedDict

from emma.pipeline.home import Run
from emma.store.files import read_json, read_json_lines

SETUP, LOG = "train.json", "train.jsonl"
"""Files of a run's logs: what was trained where, and a row for every few steps."""


class MeasuredCost(TypedDict):
    """What the log of a training says."""

    device: str
    ranks: int
    tokens_per_s: float
    """Of all ranks together, the median of the rows."""
    hours: float
    """All tokens at that speed."""


def find_measured_cost(run: Run, tokens: int | None) -> MeasuredCost | None:
    """What was measured; None where there is no log, or it is of another training than the run's result."""
    logs = run.path / "logs"
    if tokens is None or not (logs / SETUP).exists() or not (logs / LOG).exists():
        return None
    setup = read_json(logs / SETUP)
    speeds = read_speeds(logs / LOG)
    if setup.get("key") != run.addresses.get("train") or not speeds:
        return None
    speed = median(speeds)
    return {"device": setup["device"], "ranks": setup["ranks"], "tokens_per_s": speed, "hours": tokens / speed / 3600}


def read_speeds(log: Path) -> list[float]:
    """Tokens per second in each row of a log, without the first: contact and compilation are in it."""
    rates = [float(row["tokens_per_s"]) for row in read_json_lines(log) if "tokens_per_s" in row]
    return rates[1:] or rates
