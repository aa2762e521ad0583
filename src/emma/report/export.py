"""Results of benchmarks in the formats of others, a folder for each model.

`results.json` and `samples_*.jsonl` as lm-evaluation-harness 0.4 writes them, with a task for each benchmark, language
and variant; `every_eval_ever.json` after the schema 0.2.1 of Every Eval Ever, with intervals; `texts/*.jsonl.zst`, all
that the model wrote, and `texts.json`, what these files hold and their SHA-256. No file has a time in it, so that the
same results are the same bytes.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import orjson
import zstandard

import emma
from emma.errors import RecipeError
from emma.schemas import Row
from emma.store import shards
from emma.store.files import write_json

Z = 1.959964
"""Half of a 95 % interval, in standard errors."""
NAMES = {"accuracy": "acc", "accuracy_by_byte": "acc_bytes"}
"""lm-evaluation-harness's names of metrics that it has too."""
INTERVALS = "Wilson for shares of independent items, else percentile bootstrap over clusters, expanded for few"
UNKNOWN_TIME = "0"
"""Every Eval Ever wants to know when a record was made; whoever submits one writes that in."""


def export_results(tables: Path, out: Path, *, samples: bool = True) -> list[Path]:
    """Write a folder for each model of the tables of evaluate's `tasks`, with samples if asked to; returns them."""
    scores = shards.read(tables / "scores.parquet").to_pylist()
    folders = name_folders(list(dict.fromkeys(row["model"] for row in scores)), out)
    texts: dict[str, dict[str, Row]] = {model: {} for model in folders}
    shots: dict[str, dict[str, int]] = {model: {} for model in folders}
    for rows in read_groups(tables / "items.parquet"):
        model, name = rows[0]["model"], name_task(rows[0])
        folders[model].mkdir(parents=True, exist_ok=True)
        shots[model][name] = max(row["shots"] for row in rows)
        if samples:
            write_lines(folders[model] / f"samples_{name}.jsonl", make_samples(rows))
        if written := [row for row in rows if row["texts"] is not None]:
            texts[model][name] = write_texts(folders[model] / "texts" / f"{name}.jsonl.zst", written)
    for model, folder in folders.items():
        mine = [row for row in scores if row["model"] == model and row["value"] is not None]
        write_json(folder / "results.json", make_results(model, mine, shots[model]))
        write_json(folder / "every_eval_ever.json", make_record(model, mine))
        write_json(folder / "texts.json", texts[model])
    return list(folders.values())


def name_folders(models: Sequence[str], out: Path) -> dict[str, Path]:
    """The folder of each model. Raises RecipeError where two names are one as files have them."""
    folders = {model: out / name_file(model) for model in models}
    for model, folder in folders.items():
        if others := [other for other in folders if other != model and folders[other] == folder]:
            raise RecipeError(
                f"The results of the models '{model}' and '{others[0]}' would both go into {folder}. Give one another "
                "name: NAME=MODEL."
            )
    return folders


def name_file(name: str) -> str:
    """A name as files have it; none of them is hidden, or leads elsewhere."""
    return re.sub(r"^\.+|[^\w.+-]+", "_", name)


def name_task(row: Row) -> str:
    """The name of a benchmark, a language and a variant together."""
    return name_file(f"{row['task']}_{row['lang']}_{row['variant']}")


def name_metric(row: Row) -> str:
    """The name of a metric in lm-evaluation-harness, where it has it, else our own."""
    return NAMES.get(row["metric"]) or str(row["metric"])


def read_groups(path: Path) -> Iterator[list[Row]]:
    """The items of a model, task, language and variant together, as they stand in the file."""
    rows = (row for batch in shards.batches(path) for row in batch.to_pylist())
    for _, group in groupby(rows, lambda row: (row["model"], name_task(row))):
        yield list(group)


def write_lines(path: Path, rows: Iterable[Row]) -> None:
    """Write rows as JSON lines."""
    path.write_bytes(b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows))


def make_samples(rows: Sequence[Row]) -> Iterator[Row]:
    """Samples as lm-evaluation-harness logs them: the prompt is kept once, and not with every choice."""
    for number, row in enumerate(rows):
        doc = {name: row[name] for name in ("item", "lang", "cluster", "clean")}
        metric = name_metric(row)
        yield {
            "doc_id": number,
            "doc": doc,
            "target": row["gold"],
            "arguments": {"gen_args_0": {"arg_0": row["prompt"]}},
            "resps": [row["texts"] or [row["answer"]]],
            "filtered_resps": [row["answer"]],
            "filter": "none",
            "metrics": [metric],
            "doc_hash": hash_text(orjson.dumps(doc).decode()),
            "prompt_hash": hash_text(row["prompt"]),
            "target_hash": hash_text(row["gold"] or ""),
            metric: row["value"],
        }


def hash_text(text: str) -> str:
    """SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def write_texts(path: Path, rows: Sequence[Row]) -> Row:
    """Write everything that was written for some items, compressed; returns what the file holds."""
    path.parent.mkdir(exist_ok=True)
    lines = [
        orjson.dumps({"item": row["item"], "texts": row["texts"], "lang": row["answer_lang"]}) + b"\n" for row in rows
    ]
    data = zstandard.ZstdCompressor(level=10).compress(b"".join(lines))
    path.write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    return {"file": f"texts/{path.name}", "items": len(rows), "bytes": len(data), "sha256": digest}


def make_results(model: str, scores: Sequence[Row], shots: dict[str, int]) -> dict[str, Any]:
    """`results.json` of one model. Standard errors are what the 95 % intervals come to; these stand beside them."""
    whole = [row for row in scores if not row["clean"]]
    names = {name_task(row): row for row in whole}
    results: dict[str, dict[str, Any]] = {name: {"alias": name} for name in names}
    intervals: dict[str, dict[str, Any]] = {name: {} for name in names}
    higher: dict[str, dict[str, bool]] = {name: {} for name in names}
    for row in whole:
        name, metric = name_task(row), name_metric(row)
        error = "N/A" if row["low"] is None else (row["high"] - row["low"]) / 2 / Z
        results[name] |= {f"{metric},none": row["value"], f"{metric}_stderr,none": error}
        intervals[name][metric] = [row["low"], row["high"]]
        higher[name][metric] = row["higher_is_better"]
    return {
        "results": results,
        "intervals_95": intervals,
        "group_subtasks": group_names(names),
        "configs": {name: make_task_config(name, row, shots.get(name, 0)) for name, row in names.items()},
        "versions": {name: row["version"] for name, row in names.items()},
        "n-shot": {name: shots.get(name, 0) for name in names},
        "higher_is_better": higher,
        "n-samples": {name: {"original": row["items"], "effective": row["items"]} for name, row in names.items()},
        "config": {"model": model, "model_args": None},
        "model_name": model,
        "emma_version": emma.__version__,
    }


def group_names(names: dict[str, Row]) -> dict[str, list[str]]:
    """The languages of each benchmark and variant."""
    groups: dict[str, list[str]] = {}
    for name, row in names.items():
        groups.setdefault(name_file(f"{row['task']}_{row['variant']}"), []).append(name)
    return groups


def make_task_config(name: str, row: Row, shots: int) -> dict[str, Any]:
    """What lm-evaluation-harness says of a task."""
    metadata = {"version": row["version"], "native": row["native"], "variant": row["variant"]}
    return {
        "task": name,
        "dataset_path": row["task"],
        "dataset_name": row["lang"],
        "num_fewshot": shots,
        "metadata": metadata,
    }


def make_record(model: str, scores: Sequence[Row]) -> dict[str, Any]:
    """A record of Every Eval Ever, with every metric on all items, and on those that were not trained on."""
    return {
        "schema_version": "0.2.1",
        "evaluation_id": f"emma/{name_file(model)}/{UNKNOWN_TIME}",
        "retrieved_timestamp": UNKNOWN_TIME,
        "source_metadata": {
            "source_name": "EMMA",
            "source_type": "evaluation_run",
            "source_organization_name": "unknown",
            "evaluator_relationship": "other",
        },
        "eval_library": {"name": "emma", "version": emma.__version__},
        "model_info": {"name": model, "id": model},
        "evaluation_results": [make_entry(row) for row in scores],
    }


def make_entry(row: Row) -> dict[str, Any]:
    """One score of a record of Every Eval Ever."""
    items = " on unseen items" if row["clean"] else ""
    metric = {
        "evaluation_description": f"{row['metric']}{items}: {row['signature']}",
        "lower_is_better": not row["higher_is_better"],
        "score_type": "continuous",
        "min_score": 0,
        # The schema wants an end also where there is none, as of bits per byte.
        "max_score": row["highest"] or row["high"] or row["value"],
    }
    details: dict[str, Any] = {"score": row["value"], "uncertainty": {"num_samples": row["items"]}}
    if row["low"] is not None:
        ends = {"lower": row["low"], "upper": row["high"], "confidence_level": 0.95, "method": INTERVALS}
        details["uncertainty"]["confidence_interval"] = ends
    return {
        "evaluation_name": f"{name_task(row)}/{row['metric']}{items}",
        "source_data": {"dataset_name": f"{row['task']} {row['lang']}", "source_type": "other"},
        "metric_config": metric,
        "score_details": details,
    }
