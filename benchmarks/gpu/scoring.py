"""Step 3: how fast choices are scored: SIB-200 in all languages, by the base that was carried.

    python -m benchmarks.gpu.scoring [--dry] [--carried .gpu] [--seconds N]

Counted twice: tokens that went through the model, and those of the same choices scored one by one, prompts included,
which is what trees and shared examples save.
"""

import argparse
import time
from typing import Any

import torch

from benchmarks.gpu.parcel import Parcel, add_parcel, find_parcel
from benchmarks.gpu.place import describe_machine, read_arguments, result_path
from benchmarks.gpu.proof import DRY, FULL, SIB
from emma.evaluate.backends.hf import HuggingFace
from emma.evaluate.benchmarks import list_requests, read_tasks
from emma.evaluate.config import EvaluateConfig
from emma.evaluate.engine.plan import plan_requests
from emma.evaluate.engine.tree import path_length

SECONDS = 60
Facts = dict[str, Any]


def main() -> None:
    """Score until all is scored or time is up, and write the result."""
    start = time.monotonic()
    parser = argparse.ArgumentParser()
    add_parcel(parser)
    given = read_arguments(__doc__, parser, SECONDS)
    facts = measure(find_parcel(given), given.dry, start + given.seconds)
    path = result_path(given.out, "scoring", given.dry)
    path.write_text(render(facts, given.dry), encoding="utf-8")
    print(path.read_text(encoding="utf-8"), f"\nWritten to {path}", sep="")


def measure(parcel: Parcel, dry: bool, deadline: float) -> Facts:
    """Read, plan and score, each timed; one chunk comes before, for what is only slow once."""
    limit, settings = (DRY.items, DRY.evaluate) if dry else (None, FULL.evaluate)
    section = EvaluateConfig(tasks=(SIB,), benchmarks=str(parcel.bench), languages="all", limit=limit, **settings)
    backend = HuggingFace(parcel.base().path, section)
    begun = time.monotonic()
    readings = read_tasks(section, None, lambda _: None)
    questions = [each for reading in readings for each in reading.questions]
    chunks = plan_requests(backend, list_requests(questions))
    planned = time.monotonic() - begun
    backend.answer(chunks[-1])
    done, begun = 0, time.monotonic()
    for chunk in chunks:
        if time.monotonic() > deadline:
            break
        backend.answer(chunk)
        done += 1
    seconds = time.monotonic() - begun
    scored = [each for chunk in chunks[:done] for each in chunk]
    return {
        "device": torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU",
        "languages": len({each.lang.label for each in questions}),
        "requests": sum(map(len, chunks)),
        "scored": len(scored),
        "choices": sum(len(each.payload.choices) for each in scored),
        "plan_seconds": planned,
        "seconds": seconds,
        "tokens": sum(each.tokens for each in scored),
        "flat_tokens": sum(path_length(each.payload) * len(each.payload.choices) for each in scored),
    }


def render(facts: Facts, dry: bool) -> str:
    """The result in Markdown."""
    told = (
        f"{facts['scored']:,} of {facts['requests']:,} requests in {facts['languages']} languages, "
        f"{facts['choices']:,} choices: {facts['plan_seconds']:.1f} s to read and plan them, {facts['seconds']:.1f} s "
        f"to score them. **{facts['tokens'] / facts['seconds']:,.0f} tokens/s** through the model; "
        f"{facts['flat_tokens'] / facts['seconds']:,.0f} tokens/s of prompts and choices scored one by one."
    )
    head = f"# Scoring SIB-200 in all its languages, on one GPU{': dry run' if dry else ''}"
    command = f"`python -m benchmarks.gpu.scoring{' --dry' if dry else ''}`"
    return "\n\n".join([head, command, *describe_machine(facts["device"], dry), told]) + "\n"


if __name__ == "__main__":
    main()
