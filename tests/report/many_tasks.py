"""Benchmarks of a run that never was, in hundreds of languages: tables as evaluate writes them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from emma import schemas
from emma.store import shards

from .synthetic import write_text

TASKS = (("sib200", "cloze", "accuracy"), ("belebele", "cloze", "accuracy"), ("flores200", "from eng_Latn", "chrF++"))
MODELS = ("base", "adapted")
ITEMS = 3
"""Items of a language and a benchmark that have a row; scores say that there were two hundred."""
CHOICES = ("accuracy",)
EMPTY = pa.schema([(name, pa.string()) for name in ("task", "lang", "file", "reason")] + [("row", pa.int64())])


def write_many_tasks(folder: Path, langs: Sequence[str]) -> None:
    """The tables of `emma.evaluate.results` in `folder`, of every benchmark in every language."""
    folder.mkdir()
    facts = [(*task, lang, *_draw(task[0], lang)) for task in TASKS for lang in langs]
    tables = {
        "scores": pa.Table.from_pylist([row for each in facts for row in _scores(*each)], schemas.TASK_SCORES),
        "gains": pa.Table.from_pylist([_gain(*each) for each in facts], schemas.TASK_GAINS),
        "averages": pa.Table.from_pylist(list(_averages(len(langs))), schemas.TASK_AVERAGES),
        "items": pa.Table.from_pylist([row for each in facts for row in _items(*each)], schemas.TASK_ITEMS),
        "absent": EMPTY.empty_table(),
        "rejects": EMPTY.empty_table(),
    }
    for name, table in tables.items():
        shards.write(folder / f"{name}.parquet", table)


def _draw(task: str, lang: str) -> tuple[float, float]:
    random = np.random.default_rng([*task.encode(), *lang.encode()])
    base = float(random.uniform(20, 60))
    return base, base + float(random.normal(8, 8))


def _scale(metric: str) -> float:
    return 0.01 if metric in CHOICES else 1.0


def _scores(task: str, variant: str, metric: str, lang: str, *values: float) -> Iterator[dict[str, Any]]:
    for model, value in zip(MODELS, values, strict=True):
        yield {
            "model": model, "task": task, "version": 1, "lang": lang, "variant": variant, "metric": metric,
            "headline": True, "native": False, "clean": False, "items": 200, "value": value * _scale(metric),
            "low": (value - 3) * _scale(metric), "high": (value + 3) * _scale(metric), "empty": 0, "shots_cut": 0,
            "chance": 0.25 if metric in CHOICES else None, "truncated": 0, "rejects": 0, "higher_is_better": True,
            "highest": 100 * _scale(metric), "signature": "made up",
        }  # fmt: skip


def _gain(task: str, variant: str, metric: str, lang: str, *values: float) -> dict[str, Any]:
    base, value = values
    scale, delta = _scale(metric), value - base
    return {
        "baseline": "base", "model": "adapted", "task": task, "lang": lang, "variant": variant, "metric": metric,
        "clean": False, "items": 200, "value_baseline": base * scale, "value": value * scale, "delta": delta * scale,
        "low": (delta - 5) * scale, "high": (delta + 5) * scale, "p": 0.5 / (1 + delta**2),
        "q": 0.8 / (1 + delta**2), "smallest": 6 * scale,
    }  # fmt: skip


def _averages(languages: int) -> Iterator[dict[str, Any]]:
    for task, variant, metric in (*TASKS, (None, None, "points")):
        for model, value in zip(MODELS, (40.0, 48.0), strict=True):
            scale = 1.0 if task is None else _scale(metric)
            gain = {} if model == "base" else {"delta": 8.0, "delta_low": 7.0, "delta_high": 9.0}
            yield {
                "model": model, "task": task, "variant": variant, "metric": metric, "native": False, "clean": False,
                "group_by": "all", "group": "all", "languages": languages, "value": value * scale,
                "low": (value - 1) * scale, "high": (value + 1) * scale,
                **{name: number * scale for name, number in gain.items()},
            }  # fmt: skip


def _items(task: str, variant: str, metric: str, lang: str, *values: float) -> Iterator[dict[str, Any]]:
    for model, value in zip(MODELS, values, strict=True):
        for number in range(ITEMS):
            answer = "science" if metric in CHOICES else write_text(lang, number + (model == "base"), 16)
            yield {
                "model": model, "task": task, "lang": lang, "variant": variant, "item": f"{number}",
                "cluster": f"{number}", "prompt": write_text(lang, number, 16), "question": 0, "answer": answer,
                "gold": "science" if metric in CHOICES else write_text(lang, number, 16), "metric": metric,
                "value": value * _scale(metric), "shots": 0, "truncated": False,
            }  # fmt: skip
