"""Step 2: a real model adapted to every language of the corpus, and what that changed.

    python -m benchmarks.gpu.proof [--dry] [--carried .gpu] [--seconds N]

The carried recipe's base is adapted and trained by EMMA's own stages, on as many tokens as there is time for: a few
steps say how fast it goes. Then base and adapted model are measured on FLORES-200 devtest and on program code, in bits
per byte, and on SIB-200 by tree scoring, in every language that is there. The corpus was searched for the sentences of
FLORES-200 and SIB-200, and what has one is not trained on; it was not searched for the programs of MBXP, which no
source has. The result is written after each part.
"""

import argparse
import json
import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.gpu.parcel import Parcel, add_parcel, find_parcel
from benchmarks.gpu.place import read_arguments, result_path
from benchmarks.gpu.proof_page import render
from emma.models.folder import TRAINING
from emma.store.artifact import Artifact
from emma.store.files import read_json

SECONDS = 350
SCORING = 140
"""Seconds that are kept for what comes after training."""
SAFETY = 0.85
"""Share of the time for training that is planned with: it begins with compiling, and ends with writing the model."""
SENTENCES, ITEMS = 500, 100
"""Sentences of FLORES-200, and items of SIB-200, in each language, the same ones in all. To plan them takes the host
longer than the GPU takes to score them (0.2 and 0.8 ms each on one core), so `scoring` alone asks all items."""
FLORES, SIB = "flores200_likelihood", "sib200"
Facts = dict[str, Any]


@dataclass(frozen=True)
class Scale:
    """How much of everything."""

    tokens: int
    """To train on at most."""
    trial_steps: int
    mix: dict[str, Any]
    train: dict[str, Any]
    evaluate: dict[str, Any]
    sentences: int | None = None
    items: int | None = None
    code: int = 100
    """Programs of each programming language."""


FULL = Scale(
    60_000_000,
    16,
    {"sequence_length": 2048},
    {
        "batch_tokens": 131_072, "micro_batch": 16, "precision": "bf16", "compile": True, "log_every": 2,
        "checkpoint_every": 100_000, "activation_checkpointing": "none",
    },
    {"precision": "bf16", "batch_tokens": 65_536},
    SENTENCES,
    ITEMS,
)  # fmt: skip
DRY = Scale(
    6_000,
    2,
    {"sequence_length": 64},
    {"batch_tokens": 512, "micro_batch": 4, "log_every": 1, "evaluate_every": 5, "merge": 0.3},
    {"bootstrap": 100},
    4,
    4,
    4,
)


@dataclass
class Found:
    """What has been found so far."""

    dry: bool
    facts: Facts = field(default_factory=dict)
    tables: Facts = field(default_factory=dict)
    """Rows of scores and gains by task."""
    undone: list[str] = field(default_factory=list)


def main() -> None:
    """Train, measure, and write the result after each part."""
    start = time.monotonic()
    parser = argparse.ArgumentParser()
    add_parcel(parser)
    given = read_arguments(__doc__, parser, SECONDS)
    parcel = find_parcel(given)
    prove(parcel, Found(given.dry), result_path(given.out, "proof", given.dry), start + given.seconds)


def prove(parcel: Parcel, found: Found, path: Path, deadline: float) -> None:
    """All parts in order; one for which there is no time left is said to be undone."""
    from benchmarks.gpu.measured import list_curve, measure_code, measure_tasks

    scale = DRY if found.dry else FULL
    base, trained = train_for(parcel, scale, found, deadline - SCORING)
    found.tables["curve"] = list_curve(trained)
    models = {"base": base.path, "adapted": trained.file("model")}
    path.write_text(render(found), encoding="utf-8")
    parts = {
        FLORES: lambda: measure_tasks(parcel, models, FLORES, scale.sentences, scale.evaluate),
        "code": lambda: measure_code(parcel, models, scale.code, scale.evaluate),
        SIB: lambda: measure_tasks(parcel, models, SIB, scale.items, scale.evaluate),
    }
    for name, measure in parts.items():
        begun = time.monotonic()
        if begun > deadline:
            found.undone.append(name)
        else:
            found.tables[name] = measure()
            found.facts[f"seconds, {name}"] = time.monotonic() - begun
        path.write_text(render(found), encoding="utf-8")
        path.with_suffix(".json").write_text(json.dumps({**found.facts, **found.tables}), encoding="utf-8")
    print(path.read_text(encoding="utf-8"), f"\nWritten to {path}", sep="")


def train_for(parcel: Parcel, scale: Scale, found: Found, deadline: float) -> tuple[Artifact, Artifact]:
    """The base, and what became of it in the time there is."""
    base = parcel.base()
    vocab, pack = parcel.artifact("vocab"), parcel.artifact("pack")
    adapted = parcel.run("adapt", parcel.recipe.adapt, vocab=vocab, base=base, pack=pack)
    trial = scale.trial_steps * scale.train["batch_tokens"]
    train_tokens(parcel, scale, adapted, pack, trial, evaluate_every=None, merge=None)
    rate = read_rate(parcel)
    seconds = max(0.0, deadline - time.monotonic()) * SAFETY
    tokens = scale.tokens if found.dry else min(scale.tokens, int(rate * seconds))
    found.facts |= {"trial tokens/s": rate, "planned tokens": tokens, "seconds for training": seconds}
    trained = train_tokens(parcel, scale, adapted, pack, max(tokens, scale.train["batch_tokens"]))
    found.facts |= read_training(parcel, trained) | {"rows": dict(adapted.counts)}
    return base, trained


def train_tokens(parcel: Parcel, scale: Scale, adapted: Artifact, pack: Artifact, tokens: int, **more: Any) -> Artifact:
    """The model trained on so many tokens of the carried recipe's mix, with `more` settings of the training changed."""
    changes = {**scale.mix, "tokens": tokens, "allow_short": True}
    mix = parcel.run("mix", parcel.recipe.mix.model_copy(update=changes), pack=pack)
    section = parcel.recipe.train.model_copy(update={**scale.train, **more})
    return parcel.run("train", section, adapt=adapted, pack=pack, mix=mix)


def read_rows(parcel: Parcel) -> list[Facts]:
    """The rows that the last training logged, without those of evaluations, which have no speed."""
    rows = map(json.loads, (parcel.logs / "train.jsonl").read_text().splitlines())
    return [row for row in rows if "held_out" not in row]


def read_rate(parcel: Parcel) -> float:
    """Tokens a second of the last training, in the median of its later half: it begins with compiling."""
    rows = read_rows(parcel)
    return float(statistics.median(row["tokens_per_s"] for row in rows[len(rows) // 2 :]))


def read_training(parcel: Parcel, trained: Artifact) -> Facts:
    """What is told of the training: its size, speed, memory and losses."""
    rows, setup = read_rows(parcel), json.loads((parcel.logs / "train.json").read_text())
    used = [row["mfu"] for row in rows[len(rows) // 2 :] if row["mfu"] is not None]
    return {
        **{name: trained.counts[name] for name in ("steps", "tokens")},
        "tokens/s": read_rate(parcel),
        "mfu": statistics.median(used) if used else None,
        "memory_bytes": rows[-1]["memory_bytes"],
        "merge": read_json(trained.file(f"model/{TRAINING}")).get("merge"),
        "losses": [rows[0]["loss"], rows[-1]["loss"]],
        "device": setup["device"],
        "weights": setup["weights"],
        "section": {name: setup["train"][name] for name in ("optimizer", "learning_rate", "embedding_lr", "precision")},
        "sequence_length": setup["sequence_length"],
        "batch_tokens": setup["train"]["batch_tokens"],
    }


if __name__ == "__main__":
    main()
