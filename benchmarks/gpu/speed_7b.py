"""Step 1: training speed of a 7B model on one GPU, in bfloat16 and in 8 bits, and its memory.

    python -m benchmarks.gpu.speed_7b [main|ablations|more|all] [--dry] [--set name=value …]

Every line runs in a process of its own, and the result is written after each. Nothing is read but the code: weights are
random, documents synthetic. The main lines want 140 GB on the device (an H200).
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.gpu.lines import DRY, FULL, GOALS, GROUPS, LINES, Size
from benchmarks.gpu.place import describe_machine, read_arguments, result_path, run_limited

BUDGET = 280
"""Seconds of one call."""
LEAST = 45
"""Seconds below which a line is not begun."""
Facts = dict[str, Any]


def main() -> None:
    """Measure the lines of a group, as far as time allows, and write the result after each."""
    parser = argparse.ArgumentParser()
    parser.add_argument("group", nargs="?", default="main", choices=[*GROUPS, "all"])
    parser.add_argument("--set", action="append", default=[], help="a setting of [train] for all lines, as name=value")
    given = read_arguments(__doc__, parser, BUDGET)
    names = [name for group, some in GROUPS.items() if given.group in (group, "all") for name in some]
    deadline = time.monotonic() + given.seconds
    step = "speed_7b" if given.group == "main" else f"speed_7b-{given.group}"
    path = result_path(given.out, step, given.dry)
    found: dict[str, Facts] = {}
    for name in names:
        found[name] = run(name, deadline, given.set, given.dry)
        path.write_text(page(found, given.group, given.set, given.dry), encoding="utf-8")
    print(path.read_text(encoding="utf-8"), f"\nWritten to {path}", sep="")


def run(name: str, deadline: float, settings: list[str], dry: bool) -> Facts:
    """The facts of one line; without memory for it, once more with a smaller micro-batch."""
    facts = once(name, deadline, settings, dry)
    short = "OutOfMemory" in facts.get("error", "")
    if short and not any(each.startswith("micro_batch") for each in settings):
        print(f"{name}: out of memory; again with one sequence in a micro-batch", file=sys.stderr)
        again = once(name, deadline, [*settings, "micro_batch=1"], dry)
        return {**again, "note": "micro-batch of 1: 2 do not fit"}
    return facts


def once(name: str, deadline: float, settings: list[str], dry: bool) -> Facts:
    """Run one line in a process of its own."""
    left = min(LINES[name].seconds, deadline - time.monotonic())
    if left < LEAST:
        return {"error": "not run: no time left in this call"}
    print(f"== {name}: {LINES[name].about} ({left:.0f} s at most)", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "facts.json"
        changes = [word for each in settings for word in ("--set", each)] + (["--dry"] if dry else [])
        command = [sys.executable, "-m", "benchmarks.gpu.line", name, str(out), "--seconds", f"{left - 20:.0f}"]
        code = run_limited([*command, *changes], left, dry)
        if out.exists():
            facts: Facts = json.loads(out.read_text())
            return facts
        return {"error": f"ended after {left:.0f} s" if code is None else f"died with exit code {code}"}


def page(found: dict[str, Facts], group: str, settings: list[str], dry: bool) -> str:
    """The result in Markdown."""
    size = DRY if dry else FULL
    device = next((each["device"] for each in found.values() if "device" in each), "no device")
    changes = f" --set {' --set '.join(settings)}" if settings else ""
    command = f"python -m benchmarks.gpu.speed_7b {group}{changes}{' --dry' if dry else ''}"
    head = [
        f"# A 7B model on one GPU{': dry run' if dry else ''}",
        f"`{command}`",
        *describe_machine(device, dry),
        setup(size),
    ]
    parts = [*head, table(found), "" if dry else goals(found), details(found)]
    return "\n\n".join(part for part in parts if part) + "\n"


def setup(size: Size) -> str:
    """What all lines have in common."""
    layers, width = size.shape["num_hidden_layers"], size.shape["hidden_size"]
    return (
        f"Llama of {layers} layers, width {width}, {size.pieces:,} pieces, random weights; sequences of "
        f"{size.tokens:,} tokens, {size.batch_tokens:,} tokens a step. Synthetic documents: lengths log-normal, median "
        f"{size.median} tokens, sigma {size.sigma} (mean {size.mean:.0f}), packed end to end and masked. Unless the "
        "line says otherwise: bfloat16 computation; float32 master weights, gradients and moments; AdamW, fused; "
        "compiled blocks; all but products and attention recomputed; two sequences in a micro-batch. MFU: operations a "
        "second over the maker's dense bfloat16 peak (989 TFLOP/s on an H200), attention counted as the full square "
        "(PaLM), its causal half, and what documents leave of it. Peak: the most that was allocated on the device; "
        "plan: what `emma plan` predicts."
    )


def table(found: dict[str, Facts]) -> str:
    """A row a line."""
    rows = [
        "| line | tokens/s | MFU PaLM | causal | documents | peak GB | plan GB | steps | loss |",
        "|---|" + "--:|" * 8,
    ]
    return "\n".join([*rows, *(row(name, facts) for name, facts in found.items() if "checks" not in facts)])


def goals(found: dict[str, Facts]) -> str:
    """Whether the lines with a goal reached it."""
    rates = {name: found[name]["tokens_a_second"] for name in GOALS if "tokens_a_second" in found.get(name, {})}
    return "\n".join(
        f"- goal of {name}: {GOALS[name]:,} tokens a second, {'reached' if rate >= GOALS[name] else 'not reached'} "
        f"({rate / GOALS[name] - 1:+.1%})"
        for name, rate in rates.items()
    )


def row(name: str, facts: Facts) -> str:
    if "error" in facts:
        return f"| {name} | {facts['error'].splitlines()[0][:160].replace('|', '/')} | | | | | | | |"
    used = [mfu(facts, kind) for kind in ("full square", "causal", "documents")]
    memory = [giga(facts.get(kind)) for kind in ("peak_bytes", "predicted_bytes")]
    first, last = facts["losses"]
    numbers = [f"{facts['tokens_a_second']:,.0f}", *used, *memory, str(facts["steps"]), f"{first:.2f} → {last:.2f}"]
    return f"| {name} | {' | '.join(numbers)} |"


def mfu(facts: Facts, kind: str) -> str:
    """Of the maker's peak, where that is known."""
    if not facts["peak"]:
        return "—"
    return f"{100 * facts['tokens_a_second'] * facts['flops_a_token'][kind] / facts['peak']:.1f} %"


def giga(size: float | None) -> str:
    return "—" if size is None else f"{size / 1e9:.4g}"


def details(found: dict[str, Facts]) -> str:
    """The checks, and a sentence a line."""
    lines = []
    for name, facts in found.items():
        if "checks" in facts:
            lines += [f"- check, {what}: {outcome}" for what, outcome in facts["checks"].items()]
        elif "error" not in facts:
            lines.append(f"- {name}: {LINES[name].about}; {detail(name, facts)}")
    return "\n".join(lines)


def detail(name: str, facts: Facts) -> str:
    """What else is known of a line."""
    told = [
        f"attention {facts['attention']}",
        f"{facts['documents_a_sequence']:.1f} documents a sequence",
        f"step {facts['median_seconds']:.3f} s in the median and {facts['slowest_seconds']:.3f} s at most",
        f"{facts['warmup_seconds']:.0f} s for the first {LINES[name].warmup}",
        f"{facts['graphs']} graphs compiled, {facts['breaks']} breaks",
        *(facts[key] for key in ("note",) if key in facts),
    ]
    return ", ".join(told)


if __name__ == "__main__":
    main()
